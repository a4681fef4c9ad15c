// The tables of metrics that fit the predictions, one for each kind of row: labels, entities, tags, text.
import type { EvaluationTask, Prediction, TaskKind } from "../records/index.ts";
import { findScheme, keepScheme } from "./metrics/tag-answers.ts";
import { readSpans, readSpansStrictly } from "./metrics/tag-spans.ts";
import type { MetricTable, SummedMetric } from "./metrics/table.ts";
import { entityTable, labelTable, tagAnswerTable, textTable } from "./metrics/tables.ts";
import { entityOptions, kindOf, type EntitySettings } from "./task.ts";

/** The metrics of the rows of one kind. */
export interface TaskTable {
  readonly kind: TaskKind;
  readonly table: MetricTable<Prediction>;
}

/** What decides over tables beside the rows. */
export interface TableOptions {
  readonly task: Pick<EvaluationTask, "kind" | "labels">;
  readonly entities?: EntitySettings;
}

/** None when a row has no generated answer. Give the predictions of all models that are to be compared: they share the classes. */
export function taskTables(predictions: readonly Prediction[], { task, entities }: TableOptions): readonly TaskTable[] {
  if (predictions.some((row) => row.prediction === null)) return [];
  return [...new Set(predictions.map(kindOf))].map((kind) => {
    const rows = predictions.filter((row) => kindOf(row) === kind);
    const table = kind === "labels" ? ofLabels(rows, task.labels ?? []) : kind === "entities" ? ofEntities(rows, entities) : kind === "tags" ? ofTags(rows, entities) : ofText();
    return { kind, table: task.kind === "mixed" && kind !== "text" ? { ...table, metrics: table.metrics.map((metric) => ({ ...metric, name: `${kind}/${metric.name}` })) } : table };
  });
}

function ofText(): MetricTable<Prediction> {
  const { columnsOf, metrics } = textTable();
  return { columnsOf: ({ prediction, reference }) => columnsOf({ prediction: prediction!, references: [reference] }), metrics };
}

function ofLabels(rows: readonly Prediction[], labels: readonly string[]): MetricTable<Prediction> {
  const { columnsOf, metrics } = labelTable([...new Set([...labels, ...rows.flatMap((row) => row.labels!.gold)])].sort());
  return { columnsOf: (row) => columnsOf(row.labels!), metrics };
}

function ofEntities(rows: readonly Prediction[], settings: EntitySettings | undefined): MetricTable<Prediction> {
  const types = [...new Set(rows.flatMap((row) => Object.keys(row.entities!.counts)))].sort();
  const known = new Set(rows.flatMap((row) => Object.entries(row.entities!.counts).flatMap(([type, { gold }]) => (gold > 0 ? [type] : []))));
  const { columnsOf, metrics } = entityTable(types, entityOptions(settings));
  return {
    columnsOf: ({ entities }) => {
      const { counts, partial, unreadable, hallucinated } = entities!;
      return columnsOf({ counts: new Map(Object.entries(counts)), partial, isUnreadable: unreadable, hallucinated, wrong: [], missed: [], dropped: [] });
    },
    metrics: metrics.filter(isOfKnown(known)),
  };
}

function ofTags(rows: readonly Prediction[], { filters = [] }: EntitySettings = {}): MetricTable<Prediction> {
  const golds = rows.map((row) => row.tags!.gold);
  const scheme = findScheme(golds.flat());
  // The two readings can part a type from its tag at different hyphens.
  const typesOf = (all: readonly (readonly string[])[]) => [...new Set(all.flatMap((tags) => [...readSpans(tags), ...readSpansStrictly(keepScheme(tags, scheme), scheme)].map(({ type }) => type)))].sort();
  const known = typesOf(golds);
  const types = typesOf([...golds, ...rows.map((row) => row.tags!.predicted)]);
  const isListed = rows.some((row) => row.tags!.listed);
  const origin = isListed ? `listed:words,leftmost_free,others_wrong|filters:${filters.join(",") || "none"}` : "answer:tags,filled_or_cut,unknown:O";
  const { columnsOf, metrics } = tagAnswerTable(types, scheme, origin);
  return {
    columnsOf: ({ tags }) => columnsOf({ gold: tags!.gold, predicted: tags!.predicted, isUnreadable: tags!.unreadable, isMisfit: tags!.misfit }),
    metrics: metrics.filter(isOfKnown(new Set(known))),
  };
}

/** Classes that no gold item has count in the averages, but have no scores of their own. */
function isOfKnown(known: ReadonlySet<string>): (metric: SummedMetric) => boolean {
  return ({ name }) => !name.includes("/") || known.has(name.slice(0, name.lastIndexOf("/")));
}
