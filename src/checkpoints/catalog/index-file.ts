// The catalog's cache on disk: compact arrays, words and facts once each. It can be deleted at any time; one that is broken, of another
// version or of another tree counts as none.
import { readSmallText, writeFileAtomic } from "../../files/index.ts";
import type { Candidate } from "./candidates.ts";
import { CATALOG_KINDS, CHECKPOINT_FORMATS, FACT_SOURCES, NUMBER_FACTS, TEXT_FACTS, type CatalogEntry, type CatalogFacts, type CatalogProblem, type CatalogRun, type Fact } from "./entry.ts";
import type { Listing } from "./look.ts";

const VERSION = 1;
/** A tree of a million checkpoints stays below this. */
const LIMIT_BYTES = 400_000_000;

/** An entry with what it was made from: sizes and times of the file, its pieces and its sidecars. */
export interface StoredEntry {
  readonly stamps: readonly number[];
  readonly entry: CatalogEntry;
}

export interface StoredDirectory {
  readonly listing: Listing;
  /** Where the run is and which configurations it had, as one text. */
  readonly context: string;
  /** In the order of the listing's candidates; undefined for one that could not be seen. */
  readonly entries: readonly (StoredEntry | undefined)[];
}

const FACT_NAMES = [...TEXT_FACTS, ...NUMBER_FACTS];
const FACT_CODES = new Map<string, number>(FACT_NAMES.map((name, code) => [name, code]));

type EncodedEntry = readonly [stamps: readonly number[], kind: number, size: number, modified: number, run: number, facts: readonly number[], metrics: readonly number[], version: number, rankUnknown: 0 | 1, problems: readonly CatalogProblem[] | 0];
type EncodedCandidate = readonly [name: string, main: string | 0, format: number, sidecars: readonly string[], pieces: readonly string[], entry: EncodedEntry | 0];
type EncodedDirectory = readonly [path: string, modified: number, directories: readonly string[], links: readonly string[], configs: readonly string[], failed: 0 | 1, context: string, candidates: readonly EncodedCandidate[]];

interface IndexDocument {
  readonly format: "tunesmith.checkpoints";
  readonly version: number;
  readonly root: string;
  readonly names: readonly string[];
  readonly facts: readonly (readonly [value: string | number, source: number, low?: 1])[];
  readonly runs: readonly CatalogRun[];
  readonly directories: readonly EncodedDirectory[];
}

/** Writes the index atomically. @throws what the operating system refuses */
export function writeIndex(path: string, root: string, directories: ReadonlyMap<string, StoredDirectory>): void {
  const names = createTable<string, string>((name) => name);
  const facts = createTable<Fact, IndexDocument["facts"][number]>(({ value, source, low }) => (low === true ? [value, FACT_SOURCES.indexOf(source), 1] : [value, FACT_SOURCES.indexOf(source)]));
  const runs = createTable<CatalogRun, CatalogRun>((run) => run);
  const encodeEntry = ({ stamps, entry }: StoredEntry): EncodedEntry => [
    stamps,
    CATALOG_KINDS.indexOf(entry.kind),
    entry.sizeBytes,
    entry.modifiedMs,
    entry.run === undefined ? -1 : runs.at(entry.run),
    Object.entries(entry.facts).flatMap(([name, fact]) => [FACT_CODES.get(name)!, facts.at(fact)]),
    Object.entries(entry.metrics).flatMap(([name, fact]) => [names.at(name), facts.at(fact)]),
    entry.version ?? -1,
    entry.rankUnknown ? 1 : 0,
    entry.problems.length === 0 ? 0 : entry.problems,
  ];
  const encoded = [...directories].map(([place, { listing, context, entries }]): EncodedDirectory => [
    place,
    listing.modifiedMs,
    listing.directories,
    listing.links,
    listing.configs,
    listing.failed ? 1 : 0,
    context,
    listing.candidates.map(({ name, main, format, sidecars, pieces }, at): EncodedCandidate => {
      const stored = entries[at];
      return [name, main === name ? 0 : main, CHECKPOINT_FORMATS.indexOf(format), sidecars, pieces, stored === undefined ? 0 : encodeEntry(stored)];
    }),
  ]);
  const document: IndexDocument = { format: "tunesmith.checkpoints", version: VERSION, root, names: names.rows, facts: facts.rows, runs: runs.rows, directories: encoded };
  writeFileAtomic(path, JSON.stringify(document));
}

/** Reads the index of `root`; an empty map when there is none that can be used. @param prefix of every path, as the entries show it */
export function readIndex(path: string, root: string, prefix: string): ReadonlyMap<string, StoredDirectory> {
  const read = readSmallText(path, LIMIT_BYTES);
  if ("refused" in read) return new Map();
  try {
    const document = JSON.parse(read.text) as IndexDocument;
    if (document.format !== "tunesmith.checkpoints" || document.version !== VERSION || document.root !== root) return new Map();
    return decode(document, prefix);
  } catch {
    return new Map();
  }
}

function decode({ names, facts: rawFacts, runs, directories }: IndexDocument, prefix: string): ReadonlyMap<string, StoredDirectory> {
  const facts = rawFacts.map(([value, source, low]): Fact => (low === 1 ? { value, source: FACT_SOURCES[source]!, low: true } : { value, source: FACT_SOURCES[source]! }));
  const decodeEntry = (parts: EncodedEntry, candidate: Candidate, path: string): StoredEntry => {
    const [stamps, kind, sizeBytes, modifiedMs, run, factPairs, metricPairs, version, rankUnknown, problems] = parts;
    const ofEntry: Record<string, Fact> = {};
    for (let at = 0; at < factPairs.length; at += 2) ofEntry[FACT_NAMES[factPairs[at]!]!] = facts[factPairs[at + 1]!]!;
    const metrics: Record<string, Fact<number>> = {};
    for (let at = 0; at < metricPairs.length; at += 2) metrics[names[metricPairs[at]!]!] = facts[metricPairs[at + 1]!] as Fact<number>;
    const entry: CatalogEntry = {
      path,
      name: nameOf(path, candidate),
      kind: CATALOG_KINDS[kind]!,
      format: candidate.format,
      sizeBytes,
      modifiedMs,
      run: run === -1 ? undefined : runs[run],
      facts: ofEntry as CatalogFacts,
      metrics,
      ...(version !== -1 && { version }),
      rankUnknown: rankUnknown === 1,
      sidecars: candidate.sidecars,
      problems: problems === 0 ? NO_PROBLEMS : problems,
    };
    return { stamps, entry };
  };
  const decoded = new Map<string, StoredDirectory>();
  for (const [place, modifiedMs, below, links, configs, failed, context, encoded] of directories) {
    const candidates: Candidate[] = [];
    const entries: (StoredEntry | undefined)[] = [];
    for (const [name, main, format, sidecars, pieces, parts] of encoded) {
      const candidate: Candidate = { name, main: main === 0 ? name : main, format: CHECKPOINT_FORMATS[format]!, sidecars, pieces };
      candidates.push(candidate);
      entries.push(parts === 0 ? undefined : decodeEntry(parts, candidate, entryPath(prefix, place, name)));
    }
    decoded.set(place, { listing: { modifiedMs, directories: below, links, configs, failed: failed === 1, candidates }, context, entries });
  }
  return decoded;
}

const NO_PROBLEMS: readonly CatalogProblem[] = [];

/** The path of an entry: where the tree lies, the directory in it, the file. */
export function entryPath(prefix: string, directory: string, name: string): string {
  const parts = [prefix, directory, name].filter((part) => part !== "");
  return parts.length === 0 ? "." : parts.join("/");
}

/** The last part of an entry's path, without the extension of a file. */
export function nameOf(path: string, candidate: Candidate): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  return candidate.name === "" ? last : last.replace(/\.(?:ckpt|pt|pth|pth\.tar|bin|safetensors|gguf)$/, "");
}

interface Table<Key, Row> {
  readonly rows: readonly Row[];
  at(key: Key): number;
}

/** Rows once each, by identity. */
function createTable<Key, Row>(toRow: (key: Key) => Row): Table<Key, Row> {
  const rows: Row[] = [];
  const known = new Map<Key, number>();
  return {
    rows,
    at(key) {
      const place = known.get(key) ?? rows.push(toRow(key)) - 1;
      known.set(key, place);
      return place;
    },
  };
}
