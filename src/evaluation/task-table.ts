// The table of metrics that fits the predictions: of labels, of entities, or of text.
import type { Prediction } from "../records/index.ts";
import type { MetricTable, SummedMetric } from "./metrics/table.ts";
import { entityTable, labelTable, textTable } from "./metrics/tables.ts";

/** Undefined when a row has no generated answer. Give the predictions of all models that are to be compared: they share the classes. */
export function taskTable(predictions: readonly Prediction[]): MetricTable<Prediction> | undefined {
  if (predictions.some((row) => row.prediction === null)) return undefined;
  const [first] = predictions;
  if (first?.labels !== undefined) return ofLabels(predictions);
  if (first?.entities !== undefined) return ofEntities(predictions);
  const { columnsOf, metrics } = textTable();
  return { columnsOf: ({ prediction, reference }) => columnsOf({ prediction: prediction!, references: [reference] }), metrics };
}

function ofLabels(predictions: readonly Prediction[]): MetricTable<Prediction> {
  const { columnsOf, metrics } = labelTable([...new Set(predictions.flatMap((row) => row.labels!.gold))].sort());
  return { columnsOf: (row) => columnsOf(row.labels!), metrics };
}

function ofEntities(predictions: readonly Prediction[]): MetricTable<Prediction> {
  const types = [...new Set(predictions.flatMap((row) => Object.keys(row.entities!.counts)))].sort();
  const known = new Set(predictions.flatMap((row) => Object.entries(row.entities!.counts).flatMap(([type, { gold }]) => (gold > 0 ? [type] : []))));
  const { columnsOf, metrics } = entityTable(types);
  return {
    columnsOf: ({ entities }) => {
      const { counts, partial, unreadable, hallucinated } = entities!;
      return columnsOf({ counts: new Map(Object.entries(counts)), partial, isUnreadable: unreadable, hallucinated, wrong: [], missed: [], dropped: [] });
    },
    metrics: metrics.filter(({ name }: SummedMetric) => !name.includes("/") || known.has(name.slice(0, name.lastIndexOf("/")))),
  };
}
