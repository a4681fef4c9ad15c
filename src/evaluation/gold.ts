// What the gold answers of a split are, row by row: labels, lists of entities, tags of words, or text. It decides which metrics mean anything.
import type { Row } from "../data/index.ts";
import type { TaskKind } from "../records/index.ts";
import { goldMissing } from "./errors.ts";
import { isPlaced, placeEntities } from "./metrics/entity-places.ts";
import { parseEntities } from "./metrics/entity-parse.ts";
import type { Entity } from "./metrics/entity.ts";
import { parseLabels } from "./metrics/label-parse.ts";
import { isTags, parseTags } from "./metrics/tag-answers.ts";

/** The entities of a row, and what they were to be found in. */
interface Listed {
  readonly entities: readonly Entity[];
  /** Of entities that name none. */
  readonly type: string;
  readonly source: string;
}

/** The gold answer of one row, read. */
export type Gold =
  | { readonly kind: "text" }
  | { readonly kind: "labels"; readonly labels: readonly string[]; readonly all: readonly string[] }
  | ({ readonly kind: "entities" } & Listed)
  | { readonly kind: "tags"; readonly tags: readonly string[] }
  /** Entities, all with their places, that are to be laid over the words of the source. */
  | ({ readonly kind: "tags"; readonly tags?: undefined } & Listed);

export interface GoldOptions {
  /** What all answers are. Default: what each group of rows says. */
  readonly wanted?: TaskKind;
  /** The rows of all splits: labels that only others carry are labels too. Default: the same rows. */
  readonly datasetRows?: readonly Row[];
}

/**
 * The kind of a row is that of all rows of its task that carry what it carries: `labels` or `entities` when they do and their answers can be read as such, `tags`
 * when their answers are nothing else, or else `text`. Or it is what is wanted.
 * @throws `evaluation.gold_missing` when a kind has no gold item at all, or none in one of its tasks; or when what is wanted cannot be read from an answer
 */
export function readGold(rows: readonly Row[], split: string, { wanted, datasetRows = rows }: GoldOptions = {}): readonly Gold[] {
  const kinds = wanted === undefined ? chooseKinds(rows) : rows.map(() => wanted);
  const golds = new Map<number, Gold>();
  for (const kind of new Set(kinds)) {
    const places = kinds.flatMap((other, index) => (other === kind ? index : []));
    const read = readKind(kind, places.map((index) => rows[index]!), split, datasetRows);
    for (const [at, index] of places.entries()) golds.set(index, read[at]!);
  }
  return rows.map((_row, index) => golds.get(index)!);
}

function readKind(kind: TaskKind, rows: readonly Row[], split: string, datasetRows: readonly Row[]): readonly Gold[] {
  if (kind === "text") return rows.map(() => ({ kind }));
  const all = kind === "labels" ? namesOf(rows, datasetRows) : [];
  const golds = rows.map((row) => (kind === "labels" ? readLabels(row, all) : kind === "tags" ? readTags(row) : readEntities(row)));
  const unread = rows.filter((_row, index) => golds[index] === undefined).map((row) => row.id);
  if (unread.length > 0) throw goldMissing(split, kind, { unread });
  const read = golds.filter((gold) => gold !== undefined);
  const tasks = [...new Set(rows.map((row) => row.task))];
  const empty = tasks.filter((task) => rows.every((row, index) => row.task !== task || countGold(read[index]!) === 0));
  if (empty.length > 0) throw goldMissing(split, kind, { tasks: empty.map((task) => task ?? "") });
  return read;
}

function chooseKinds(rows: readonly Row[]): readonly TaskKind[] {
  const groups = new Map<string, Row[]>();
  const keys = rows.map((row) => JSON.stringify([row.task, row.labels !== undefined, row.entities !== undefined]));
  for (const [index, key] of keys.entries()) groups.set(key, [...(groups.get(key) ?? []), rows[index]!]);
  const kinds = new Map([...groups].map(([key, members]) => [key, chooseKind(members)]));
  return keys.map((key) => kinds.get(key)!);
}

function chooseKind(rows: readonly Row[]): TaskKind {
  const names = namesOf(rows, rows);
  if (rows.every((row) => row.labels !== undefined && isSame(parseLabels(row.output, names) ?? [""], row.labels))) return "labels";
  if (rows.every((row) => row.entities !== undefined && readEntities(row) !== undefined)) return "entities";
  const isTagged = rows.every(({ output }) => isTags(output)) && rows.some(({ output }) => parseTags(output)!.some((tag) => tag !== "O"));
  return isTagged ? "tags" : "text";
}

/** All labels of the tasks that the rows are of, in alphabetical order; of rows that carry none, those that their answers name. */
function namesOf(rows: readonly Row[], datasetRows: readonly Row[]): readonly string[] {
  const tasks = new Set(rows.map(({ task }) => task));
  const related = [...rows, ...datasetRows.filter((row) => tasks.has(row.task) && (row.labels !== undefined || rows[0]?.labels === undefined))];
  const named = [...new Set(related.flatMap((row) => row.labels ?? parseLabels(row.output, []) ?? []))];
  const answered = rows.flatMap((row) => parseLabels(row.output, named) ?? []);
  return [...new Set([...named, ...answered])].sort();
}

function readLabels(row: Row, all: readonly string[]): Gold | undefined {
  const labels = parseLabels(row.output, all);
  return labels === undefined ? undefined : { kind: "labels", labels, all };
}

/** A list without types is of the type that the row's task is called. Places are those of the row, where it tells of the same entities. */
function readEntities(row: Row): ({ readonly kind: "entities" } & Listed) | undefined {
  const type = row.task ?? "";
  const read = parseEntities(row.output, type);
  if (read === undefined) return undefined;
  const keysOf = (entities: readonly Entity[]) => entities.map((entity) => JSON.stringify([entity.type, entity.text])).sort().join();
  const isCarried = row.entities?.every(isPlaced) === true && keysOf(row.entities) === keysOf(read);
  return { kind: "entities", entities: isCarried ? row.entities : read, type, source: row.input === "" ? row.instruction : row.input };
}

/** An answer in tags, or a list of entities that all have a place in the source. */
function readTags(row: Row): Gold | undefined {
  const tags = isTags(row.output) ? parseTags(row.output) : undefined;
  if (tags !== undefined) return { kind: "tags", tags };
  const listed = readEntities(row);
  if (listed === undefined) return undefined;
  const entities = placeEntities(listed.entities, listed.source);
  return entities.every(isPlaced) ? { ...listed, kind: "tags", entities } : undefined;
}

function countGold(gold: Gold): number {
  if (gold.kind === "text") return 0;
  if (gold.kind === "labels") return gold.labels.length;
  return gold.kind === "tags" && gold.tags !== undefined ? gold.tags.filter((tag) => tag !== "O").length : gold.entities.length;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === new Set(b).size && a.every((name) => b.includes(name));
}
