// What the answers of a split are: labels, lists of entities, or text. It decides which metrics mean anything.
import type { Row } from "../data/index.ts";
import type { EvaluationRecord, Prediction } from "../records/index.ts";
import { goldMissing } from "./errors.ts";
import { scoreEntities } from "./metrics/entities.ts";
import { parseEntities } from "./metrics/entity-parse.ts";
import type { Entity } from "./metrics/entity.ts";
import { parseLabels } from "./metrics/label-parse.ts";

type EvaluationTask = EvaluationRecord["task"];
export type TaskKind = EvaluationTask["kind"];

/** The gold answer of one row, read. */
export type Gold =
  | { readonly kind: "text" }
  | { readonly kind: "labels"; readonly labels: readonly string[]; readonly all: readonly string[] }
  | { readonly kind: "entities"; readonly entities: readonly Entity[]; readonly type: string; readonly source: string };

/**
 * `labels` or `entities` when every row carries them and its answer can be read as such, else `text`; or what is wanted.
 * @throws `evaluation.gold_missing` when there is no gold label at all, no gold entity, or none of one task; or when what is wanted cannot be read from an answer
 */
export function readTask(rows: readonly Row[], split: string, wanted?: TaskKind): readonly Gold[] {
  const kind = wanted ?? chooseKind(rows);
  if (kind === "text") return rows.map(() => ({ kind }));
  const golds = kind === "labels" ? readLabels(rows) : readEntities(rows);
  const unread = rows.filter((_row, index) => golds[index] === undefined).map((row) => row.id);
  if (unread.length > 0) throw goldMissing(split, kind, { unread });
  const read = golds.filter((gold) => gold !== undefined);
  const tasks = [...new Set(rows.map((row) => row.task))];
  const empty = tasks.filter((task) => rows.every((row, index) => row.task !== task || countGold(read[index]!) === 0));
  if (empty.length > 0) throw goldMissing(split, kind, { tasks: empty.map((task) => task ?? "") });
  return read;
}

/** Scores a generated answer against gold labels or entities; nothing for text. */
export function scoreTask(answer: string | undefined, gold: Gold): Pick<Prediction, "labels" | "entities"> {
  if (answer === undefined || gold.kind === "text") return {};
  // What cannot be read is a label that does not exist, so that it is never right.
  if (gold.kind === "labels") return { labels: { gold: [...gold.labels], predicted: [...(parseLabels(answer, gold.all) ?? [answer.trim()])] } };
  const { counts, partial, isUnreadable, hallucinated, wrong, missed } = scoreEntities({ gold: gold.entities, predicted: parseEntities(answer, gold.type), source: gold.source });
  return {
    entities: {
      counts: Object.fromEntries([...counts].map(([type, count]) => [type, { ...count }])),
      partial: { ...partial },
      unreadable: isUnreadable,
      hallucinated,
      wrong: wrong.map(({ entity, error }) => ({ type: entity.type, text: entity.text, error })),
      missed: missed.map(({ type, text }) => ({ type, text })),
    },
  };
}

/** What the predictions are of, how many gold items stand behind each class, and how entities went wrong. */
export function describeTask(predictions: readonly Prediction[]): EvaluationTask {
  const support = new Map<string, number>();
  const errors = new Map<string, number>();
  const add = (sums: Map<string, number>, name: string, count: number) => sums.set(name, (sums.get(name) ?? 0) + count);
  for (const { labels, entities } of predictions) {
    for (const label of new Set(labels?.gold)) add(support, label, 1);
    for (const [type, { gold }] of Object.entries(entities?.counts ?? {})) if (gold > 0) add(support, type, gold);
    for (const { error } of entities?.wrong ?? []) add(errors, error, 1);
  }
  const [first] = predictions;
  const kind = first?.labels !== undefined ? "labels" : first?.entities !== undefined ? "entities" : "text";
  const sorted = [...support].sort(([a], [b]) => (a < b ? -1 : 1));
  return { kind, support: Object.fromEntries(sorted), errors: Object.fromEntries([...errors].sort(([, a], [, b]) => b - a)) };
}

function chooseKind(rows: readonly Row[]): TaskKind {
  if (rows.every((row) => row.labels !== undefined) && readLabels(rows).every((gold, index) => gold !== undefined && isSame(gold.labels, rows[index]!.labels!))) return "labels";
  return rows.every((row) => row.entities !== undefined) && readEntities(rows).every((gold) => gold !== undefined) ? "entities" : "text";
}

/** Labels are those that occur as gold: one that no row has cannot be measured. */
function readLabels(rows: readonly Row[]) {
  const named = [...new Set(rows.flatMap((row) => row.labels ?? parseLabels(row.output, []) ?? []))];
  const read = rows.map((row) => parseLabels(row.output, named));
  const all = [...new Set(read.flatMap((labels) => labels ?? []))].sort();
  return read.map((labels) => (labels === undefined ? undefined : { kind: "labels" as const, labels, all }));
}

/** A list without types is of the type that the row's task is called. */
function readEntities(rows: readonly Row[]) {
  return rows.map((row) => {
    const type = row.task ?? "";
    const entities = parseEntities(row.output, type);
    return entities === undefined ? undefined : { kind: "entities" as const, entities, type, source: row.input === "" ? row.instruction : row.input };
  });
}

function countGold(gold: Gold): number {
  return gold.kind === "labels" ? gold.labels.length : gold.kind === "entities" ? gold.entities.length : 0;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === new Set(b).size && a.every((name) => b.includes(name));
}
