import { join } from "node:path";
import { digestJson, readJson, writeFileAtomic, writeJson } from "../files/index.ts";
import { EVALUATION_SCHEMA_VERSION, evaluationRecordSchema, parseRecord, predictionsFileSchema, type PredictionsFile } from "../records/index.ts";
import { drawEvaluation } from "./chart.ts";
import { evaluationTorn } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { formatEvaluation } from "./format.ts";
import { formatMarkdown } from "./markdown.ts";

/** Names of the files of an evaluation folder; the partial one only while an evaluation is under way. */
export const EVALUATION_FILES = { metrics: "metrics.json", predictions: "predictions.json", report: "evaluation_report.txt", page: "evaluation_report.md", chart: "evaluation_report.svg", partial: "predictions.partial.jsonl" } as const;

/**
 * Writes predictions.json, the report as text, Markdown and SVG, and metrics.json into `folder`, each whole or not at all, the metrics last: they hold the
 * digest of the predictions, so that a folder caught between two evaluations is recognised. Other files stay as they are.
 */
export function writeEvaluation(folder: string, evaluation: Evaluation): void {
  const { record, predictions } = evaluation;
  const file: PredictionsFile = {
    schema_version: EVALUATION_SCHEMA_VERSION,
    metrics: Object.fromEntries(Object.entries(record.metrics).map(([name, metric]) => [name, metric.value])),
    examples: [...predictions],
  };
  writeJson(join(folder, EVALUATION_FILES.predictions), file);
  writeFileAtomic(join(folder, EVALUATION_FILES.report), formatEvaluation(evaluation));
  writeFileAtomic(join(folder, EVALUATION_FILES.page), formatMarkdown(evaluation, EVALUATION_FILES.chart));
  writeFileAtomic(join(folder, EVALUATION_FILES.chart), drawEvaluation(record));
  writeJson(join(folder, EVALUATION_FILES.metrics), record);
}

/** @throws `files.missing`, `records.invalid`, `evaluation.torn` when the predictions are not those of the metrics */
export function readEvaluation(folder: string): Evaluation {
  const paths = { metrics: join(folder, EVALUATION_FILES.metrics), predictions: join(folder, EVALUATION_FILES.predictions) };
  const record = parseRecord(evaluationRecordSchema, readJson(paths.metrics), paths.metrics);
  const { examples } = parseRecord(predictionsFileSchema, readJson(paths.predictions), paths.predictions);
  if (digestJson(examples) !== record.predictions_digest) throw evaluationTorn(folder);
  return { record, predictions: examples };
}
