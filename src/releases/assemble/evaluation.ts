// The evaluation of exactly these weights. Predictions stay behind: they hold the rows, which may be nobody else's to read.
import { join } from "node:path";
import { openModel } from "../../engine/models/index.ts";
import { isFile, readJson, scanDirectory } from "../../files/index.ts";
import { evaluationRecordSchema, type EvaluationRecord, type ReleasedEvaluation, type ReleasedMetric } from "../../records/index.ts";
import { findArtifact } from "../../runs/index.ts";
import { lacking, type Part, type PlannedFile } from "./part.ts";
import { checkpointPlace, suggest, type SourceRun } from "./source-run.ts";

const METRICS_FILE = "metrics.json";
const REPORTS = [METRICS_FILE, "evaluation_report.md", "evaluation_report.txt", "evaluation_report.svg"];

interface Found {
  readonly folder: string;
  readonly record: EvaluationRecord;
}

/** The largest evaluation of the test split, else of another, of the adapter or of what it was merged into. */
export function evaluationPart(run: SourceRun, merged: string | undefined): Part<ReleasedEvaluation | null> {
  const { directory, record, checkpoint } = run;
  const command = suggest("evaluate", "--model-path", checkpointPlace(run), "--dataset-path", record.dataset?.path ?? "DATASET");
  const all = findEvaluations([join(directory, "evaluation"), findArtifact(record.artifacts["evaluation"] ?? "evaluation", directory)]);
  const own = all.filter((found) => found.record.model.digest === checkpoint.metadata.weights.sha256);
  const chosen = best(own.length > 0 ? own : ofMerged(all, merged));
  if (chosen === undefined) {
    return lacking(null, "evaluation", all.length === 0 ? "nothing was measured" : `what was measured was not ${checkpoint.name}`, command);
  }
  const base = readEvaluation(join(chosen.folder, "base"));
  const pair = base?.dataset.rows_digest === chosen.record.dataset.rows_digest && base.evaluation_digest === chosen.record.evaluation_digest ? base : undefined;
  const files = [
    ...REPORTS.filter((name) => isFile(join(chosen.folder, name))).map((name) => [name, join(chosen.folder, name)] as const),
    ...(pair === undefined ? [] : [[`base/${METRICS_FILE}`, join(chosen.folder, "base", METRICS_FILE)] as const]),
  ];
  const partial = chosen.record.dataset.split !== "test" || chosen.record.dataset.limit !== null;
  return {
    files: files.map(([name, file]): PlannedFile => ({ path: `evaluation/${name}`, role: "evaluation", from: { file } })),
    missing: partial ? [{ what: "evaluation of the whole test split", reason: `measured on ${chosen.record.dataset.rows} rows of ${chosen.record.dataset.split}`, command }] : [],
    facts: summarise(chosen.record, pair),
  };
}

function findEvaluations(places: readonly (string | undefined)[]): readonly Found[] {
  const tops = [...new Set(places.filter((place) => place !== undefined))];
  return tops.flatMap((top) => {
    const entries = scanDirectory(top);
    if ("refused" in entries) return [];
    const folders = [top, ...entries.flatMap(({ name, kind }) => (kind === "directory" && name !== "base" ? [join(top, name)] : []))];
    return folders.flatMap((folder) => {
      const record = readEvaluation(folder);
      return record === undefined ? [] : [{ folder, record }];
    });
  });
}

/** Undefined for a folder without one, and for one that is damaged: it measures nothing. */
function readEvaluation(folder: string): EvaluationRecord | undefined {
  const path = join(folder, METRICS_FILE);
  if (!isFile(path)) return undefined;
  try {
    const parsed = evaluationRecordSchema.safeParse(readJson(path));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Reading the weights for their digest takes a while, so only when something could match it. */
function ofMerged(all: readonly Found[], merged: string | undefined): readonly Found[] {
  if (merged === undefined || all.length === 0) return [];
  const model = openModel(merged);
  const { digest } = model;
  model.close();
  return all.filter((found) => found.record.model.digest === digest);
}

function best(found: readonly Found[]): Found | undefined {
  const rank = ({ record: { dataset } }: Found): number => (dataset.split === "test" ? 1 : 0);
  return [...found].sort((a, b) => rank(b) - rank(a) || b.record.dataset.rows - a.record.dataset.rows || (a.record.ended_at < b.record.ended_at ? 1 : -1))[0];
}

function summarise(record: EvaluationRecord, base: EvaluationRecord | undefined): ReleasedEvaluation {
  return {
    path: `evaluation/${METRICS_FILE}`,
    dataset_digest: record.dataset.digest,
    split: record.dataset.split,
    rows: record.dataset.rows,
    evaluation_digest: record.evaluation_digest,
    prompt_format: record.prompt_format,
    task: record.task.kind,
    confidence: record.bootstrap.confidence,
    resamples: record.bootstrap.resamples,
    metrics: metricsOf(record),
    base: base === undefined ? null : metricsOf(base),
  };
}

function metricsOf({ metrics }: EvaluationRecord): Record<string, ReleasedMetric> {
  return Object.fromEntries(Object.entries(metrics).map(([name, { value, low, high, n, unit, direction }]) => [name, { value, low, high, n, unit, direction }]));
}
