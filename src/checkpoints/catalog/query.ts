// Asking a catalog: by tag, model, encoder, phase, kind, format, score, time, or by words.
import { metricDirection, metricName } from "../../records/index.ts";
import { conditionInvalid, timeInvalid } from "../errors.ts";
import { parseInstant } from "../sidecars/instant.ts";
import type { CatalogEntry, CatalogKind, CheckpointFormat, Fact } from "./entry.ts";

export interface MetricCondition {
  readonly metric: string;
  readonly operator: ">=" | "<=" | ">" | "<" | "=" | "!=";
  readonly value: number;
}

/** All that is given must hold. Patterns match whole words, in any case, with `*` for any characters. */
export interface CatalogQuery {
  readonly tag?: string;
  /** The architecture, the base model, or the last part of the base model's name. */
  readonly model?: string;
  readonly encoder?: string;
  readonly phase?: string;
  /** One of them. */
  readonly kinds?: readonly CatalogKind[];
  readonly formats?: readonly CheckpointFormat[];
  readonly metrics?: readonly MetricCondition[];
  /** Created at this time or later, ms. */
  readonly after?: number;
  /** Created before this time, ms. */
  readonly before?: number;
  /** Each stands somewhere in the path or in a fact. */
  readonly words?: readonly string[];
}

/** Reads `hmean >= 0.9`. @throws `checkpoints.condition_invalid` */
export function parseMetricCondition(text: string): MetricCondition {
  const match = /^\s*([^\s<>=!]+)\s*(>=|<=|!=|==?|>|<)\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i.exec(text);
  if (match === null) throw conditionInvalid(text);
  const operator = match[2] === "==" ? "=" : match[2];
  return { metric: match[1]!, operator: operator as MetricCondition["operator"], value: Number(match[3]) };
}

/** Reads a date or a time, UTC unless it says otherwise. @throws `checkpoints.time_invalid` */
export function parseTime(text: string): number {
  const time = parseInstant(text);
  if (time === undefined) throw timeInvalid(text);
  return time;
}

export function selectEntries(entries: readonly CatalogEntry[], query: CatalogQuery): readonly CatalogEntry[] {
  const { kinds = [], formats = [], metrics = [], after = -Infinity, before = Infinity } = query;
  const words = (query.words ?? []).map((word) => word.toLowerCase());
  const tests: ((entry: CatalogEntry) => boolean)[] = [
    ...matching(query.tag, (entry) => [entry.facts.tag?.value, entry.run?.name]),
    ...matching(query.model, ({ facts }) => [facts.architecture?.value, facts.baseModel?.value, lastPart(facts.baseModel?.value)]),
    ...matching(query.encoder, ({ facts }) => [facts.encoder?.value]),
    ...matching(query.phase, ({ facts }) => [facts.phase?.value]),
    ...(kinds.length > 0 ? [({ kind }: CatalogEntry) => kinds.includes(kind)] : []),
    ...(formats.length > 0 ? [({ format }: CatalogEntry) => formats.includes(format)] : []),
    ...metrics.map((condition) => (entry: CatalogEntry) => holds(scoreOf(entry, condition.metric), condition)),
    ...(after > -Infinity || before < Infinity ? [(entry: CatalogEntry) => createdMs(entry) >= after && createdMs(entry) < before] : []),
    ...(words.length > 0 ? [(entry: CatalogEntry) => hasWords(entry, words)] : []),
  ];
  return tests.length === 0 ? entries : entries.filter((entry) => tests.every((test) => test(entry)));
}

/** `path`, `created` (newest first), `size` (largest first), `epoch`, `step`, or a metric (best first); `-` before it turns it round. Entries without a value come last. */
export function sortEntries(entries: readonly CatalogEntry[], key: string): readonly CatalogEntry[] {
  const turned = key.startsWith("-");
  const name = turned ? key.slice(1) : key;
  if (name === "path") return turned ? entries.toReversed() : entries;
  const [value, falls] = orderOf(name);
  const sign = falls === turned ? 1 : -1;
  return entries
    .map((entry) => ({ entry, rank: value(entry) }))
    .sort((a, b) => (a.rank === undefined || b.rank === undefined ? Number(a.rank === undefined) - Number(b.rank === undefined) : sign * (a.rank - b.rank)))
    .map(({ entry }) => entry);
}

/** Values by which one sorts, and whether the greatest comes first. */
function orderOf(name: string): readonly [(entry: CatalogEntry) => number | undefined, boolean] {
  if (name === "created") return [createdMs, true];
  if (name === "size") return [({ sizeBytes }) => sizeBytes, true];
  if (name === "epoch" || name === "step") return [({ facts }) => facts[name]?.value, false];
  return [(entry) => scoreOf(entry, name)?.value, metricDirection(name) === "rises"];
}

const LOSSES: readonly string[] = ["eval_loss", "val_loss", "validation_loss"];

/** A score by its full name, else by the last segment of a path (`hmean` finds `val/hmean`, validation before test); the names of the validation loss are one. */
export function scoreOf({ metrics }: CatalogEntry, name: string): Fact<number> | undefined {
  const exact = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  if (exact !== undefined) return exact;
  const wanted = LOSSES.includes(name) ? LOSSES : [name];
  const found = Object.keys(metrics).filter((key) => wanted.includes(metricName(key)));
  const best = found.find((key) => key.startsWith("val")) ?? found[0];
  return best === undefined ? undefined : metrics[best];
}

/** When it was made, ms since 1970, as well as anybody knows. */
export function createdMs(entry: CatalogEntry): number {
  return parseInstant(entry.facts.createdAt?.value ?? "") ?? entry.modifiedMs;
}

function holds(score: Fact<number> | undefined, { operator, value }: MetricCondition): boolean {
  if (score === undefined) return false;
  switch (operator) {
    case ">=": return score.value >= value;
    case "<=": return score.value <= value;
    case ">": return score.value > value;
    case "<": return score.value < value;
    case "=": return score.value === value;
    case "!=": return score.value !== value;
  }
}

function matching(pattern: string | undefined, values: (entry: CatalogEntry) => readonly (string | undefined)[]): readonly ((entry: CatalogEntry) => boolean)[] {
  if (pattern === undefined) return [];
  const whole = new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "is");
  return [(entry) => values(entry).some((value) => value !== undefined && whole.test(value))];
}

function lastPart(name: string | undefined): string | undefined {
  return name?.slice(name.lastIndexOf("/") + 1);
}

function hasWords(entry: CatalogEntry, words: readonly string[]): boolean {
  const { facts } = entry;
  const texts = [entry.path, entry.kind, entry.format, entry.run?.name, facts.tag, facts.architecture, facts.encoder, facts.decoder, facts.head, facts.baseModel, facts.phase, facts.id, facts.quantization];
  const hay = texts.map((text) => (typeof text === "object" ? text.value : text)).filter((text) => text !== undefined).join("\n").toLowerCase();
  return words.every((word) => hay.includes(word));
}
