// Which files of a dataset on the Hub hold its rows, and which split each belongs to: as its card says, else as names say.
import { extname } from "node:path";
import { trimPath, type HubCard, type HubConfig } from "./card.ts";
import { hubConfigNeeded, hubFilesMissing, hubPatternsEmpty, hubSplitNeeded } from "./errors.ts";
import { matchesGlob } from "./glob.ts";
import { isDescription, ROW_KINDS, rowKindOf, splitOfName } from "../files.ts";

export interface HubWish {
  /** `owner/name`. */
  readonly id: string;
  /** Default: the one the card calls so, else the only one. */
  readonly config?: string;
  /** By the names the dataset has for them. Default: `train`, else the only one. */
  readonly splits?: readonly string[];
  /** Where none is wanted by name: all whose names say what they are for. Default false. */
  readonly keepSplits?: boolean;
}

export interface HubChoice {
  readonly config: string;
  readonly splits: readonly string[];
  /** Those that are not read. */
  readonly otherSplits: readonly string[];
  /** In the order in which they are read; none of them twice. */
  readonly files: readonly { readonly name: string; readonly split: string }[];
  /** As the card has them. */
  readonly features: unknown;
  /** Rows of these files, if the card tells. */
  readonly rows: number | undefined;
}

interface SplitFiles {
  readonly name: string;
  readonly files: readonly string[];
  /** What they were found by, where a card says it. */
  readonly patterns?: readonly string[];
}

/** @throws `data.hub_config_needed`, `data.hub_config_unknown`, `data.hub_split_needed`, `data.hub_split_unknown`, `data.hub_files_missing`, `data.hub_patterns_empty` */
export function chooseHubFiles(names: readonly string[], card: HubCard, { id, config: wanted, splits: wantedSplits = [], keepSplits = false }: HubWish): HubChoice {
  const rowFiles = names.filter((name) => rowKindOf(name) !== undefined && !isDescription(name));
  if (rowFiles.length === 0) throw hubFilesMissing(id, ROW_KINDS, endingsOf(names));
  const configs = card.configs.length > 0 ? card.configs : configsOfNames(rowFiles);
  const config = chooseConfig(id, configs, wanted);
  const found = config.splits === undefined ? inferSplits(rowFiles, config.directory) : config.splits.map((split) => matchSplit(rowFiles, config.directory, split));
  const all = found.map((split) => ({ ...split, files: keepOneKind(split.files) }));
  const splits = chooseSplits(id, all.map(({ name }) => name), wantedSplits, keepSplits);
  const files = new Map<string, string>();
  for (const { name, files: own, patterns } of all.filter((split) => splits.includes(split.name))) {
    if (own.length === 0) throw hubPatternsEmpty(id, name, patterns ?? []);
    for (const file of own) if (!files.has(file)) files.set(file, name);
  }
  return {
    config: config.name,
    splits,
    otherSplits: all.map(({ name }) => name).filter((name) => !splits.includes(name)),
    files: [...files].map(([name, split]) => ({ name, split })),
    features: card.features(config.name),
    rows: card.rows(config.name, splits),
  };
}

/** The one that is wanted, the default one, or the only one. */
export function chooseConfig<Config extends { readonly name: string; readonly isDefault: boolean }>(id: string, configs: readonly Config[], wanted: string | undefined): Config {
  const found = wanted === undefined ? (configs.length === 1 ? configs[0] : configs.find(({ isDefault }) => isDefault)) : configs.find(({ name }) => name === wanted);
  if (found === undefined) throw hubConfigNeeded(id, configs.map(({ name }) => name), wanted);
  return found;
}

/**
 * Those that are wanted, `train`, or the only one: what others hold out for judging models is not trained on unasked.
 * @param keep take all that speak of training, validation or test instead
 */
export function chooseSplits(id: string, names: readonly string[], wanted: readonly string[], keep = false): readonly string[] {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw hubSplitNeeded(id, names, unknown);
  if (wanted.length > 0) return names.filter((name) => wanted.includes(name));
  const kept = keep ? names.filter((name) => splitOfName(name) !== undefined) : [];
  if (kept.length > 0) return kept;
  if (names.includes("train")) return ["train"];
  if (names.length !== 1) throw hubSplitNeeded(id, names);
  return names;
}

/** The Hub's own conversion to Parquet (`refs/convert/parquet`) has `<config>/<split>/0000.parquet`; everything else is one config. */
function configsOfNames(names: readonly string[]): readonly HubConfig[] {
  const converted = names.map((name) => /^([^/]+)\/([^/]+)\/\d{4,}\.parquet$/.exec(name));
  if (!converted.every((match) => match !== null)) return [{ name: "default", isDefault: true, directory: "" }];
  const configs = new Map<string, Set<string>>();
  for (const [, config, split] of converted) configs.set(config!, (configs.get(config!) ?? new Set()).add(split!));
  return [...configs].map(([name, splits]) => ({ name, isDefault: name === "default", directory: name, splits: [...splits].map((split) => ({ name: split, patterns: [`${split}/*.parquet`] })) }));
}

function matchSplit(names: readonly string[], directory: string, { name, patterns }: { readonly name: string; readonly patterns: readonly string[] }): SplitFiles {
  const files = patterns.flatMap((pattern) => names.filter((file) => matchesGlob(trimPath(`${directory}/${pattern}`), file)).toSorted());
  return { name, files: [...new Set(files)], patterns };
}

/** `data/<split>-00000-of-00003.parquet`, as `push_to_hub` writes them. */
const SHARD = /^data\/(\w+(?:\.\w+)*)-\d{5}-of-\d{5}[^/]*\.[^/]*$/;

/** What Python's `datasets` knows splits by. */
const KEYWORDS: readonly (readonly [split: string, words: readonly string[]])[] = [
  ["train", ["train", "training"]],
  ["validation", ["validation", "valid", "dev", "val"]],
  ["test", ["test", "testing", "eval", "evaluation"]],
];

/** Splits by the names of shards, else by words in the names of folders, else of files, else all is `train`. */
function inferSplits(names: readonly string[], directory: string): readonly SplitFiles[] {
  const base = directory === "" ? "" : `${directory}/`;
  const inside = names.filter((name) => name.startsWith(base) && matchesGlob(`${base}**`, name)).toSorted();
  const ways: readonly ((name: string) => string | undefined)[] = [
    (name) => SHARD.exec(name)?.[1],
    (name) => findKeyword(name.split("/").slice(0, -1)),
    (name) => findKeyword([name.split("/").at(-1)!.replace(/\.\w+$/, "")]),
    () => "train",
  ];
  for (const way of ways) {
    const splits = new Map<string, string[]>(KEYWORDS.map(([split]) => [split, []]));
    for (const name of inside) {
      const split = way(name.slice(base.length));
      if (split === undefined) continue;
      if (splits.has(split)) splits.get(split)!.push(name);
      else splits.set(split, [name]);
    }
    const found = [...splits].filter(([, files]) => files.length > 0);
    if (found.length > 0) return found.map(([name, files]) => ({ name, files }));
  }
  return [{ name: "train", files: [], patterns: [`${base}**`] }];
}

function findKeyword(parts: readonly string[]): string | undefined {
  const words = new Set(parts.flatMap((part) => part.split(/[-._ 0-9]+/)));
  return KEYWORDS.find(([, keywords]) => keywords.some((keyword) => words.has(keyword)))?.[0];
}

/** Files of the commonest kind: the others say the same again. In a draw Parquet wins, else the first in the alphabet. */
function keepOneKind(files: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const kind of files.map((name) => rowKindOf(name)!)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [commonest] = [...counts].toSorted(([a, many], [b, more]) => more - many || Number(b === ".parquet") - Number(a === ".parquet") || (a < b ? -1 : 1))[0] ?? [];
  return files.filter((name) => familyOf(rowKindOf(name)!) === familyOf(commonest!));
}

/** JSON and JSON Lines are read alike, and so are tables with commas or tabs. */
function familyOf(kind: string): string {
  return { ".jsonl": ".json", ".ndjson": ".json", ".tsv": ".csv", ".feather": ".arrow" }[kind] ?? kind;
}

function endingsOf(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const ending = extname(name).toLowerCase();
    if (ending !== "" && !/(^|\/)(\.gitattributes|README\.md)$/i.test(name)) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([ending]) => ending);
}
