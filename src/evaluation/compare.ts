// Two evaluations of the same rows, metric by metric. What was measured on other rows or asked in another way is refused, not averaged over.
import { countOf } from "../plural.ts";
import {
  EVALUATION_SCHEMA_VERSION,
  type ComparisonRow,
  type EvaluationComparison,
  type EvaluationRecord,
  type MeasuredMetric,
  type MetricDirection,
  type Verdict,
} from "../records/index.ts";
import type { Interval } from "./bootstrap.ts";
import { notComparable } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { measureDifferences } from "./measures.ts";

/**
 * Every metric both evaluations have, with the paired bootstrap interval of tuned − base over the rows they share.
 * @throws `evaluation.not_comparable` when dataset, split, rows, prompt format or a metric's signature differ
 */
export function compareEvaluations(base: Evaluation, tuned: Evaluation): EvaluationComparison {
  const faults = findFaults(base.record, tuned.record);
  if (faults.length > 0) throw notComparable(faults);
  const differences = measureDifferences(base.predictions, tuned.predictions, base.record.task, base.record.bootstrap);
  return {
    schema_version: EVALUATION_SCHEMA_VERSION,
    base: { name: base.record.model.name, digest: base.record.model.digest },
    tuned: { name: tuned.record.model.name, digest: tuned.record.model.digest },
    dataset_digest: base.record.dataset.digest,
    split: base.record.dataset.split,
    prompt_format: base.record.prompt_format,
    rows: Object.keys(base.record.metrics).flatMap((name) => compareMetric(name, base.record, tuned.record, differences.get(name)) ?? []),
    notes: findNotes(base.record, tuned.record),
  };
}

function compareMetric(name: string, base: EvaluationRecord, tuned: EvaluationRecord, difference: Interval | undefined): ComparisonRow | undefined {
  const [before, after] = [base.metrics[name], tuned.metrics[name]];
  if (before === undefined || after === undefined || difference === undefined) return undefined;
  const { value, low, high } = difference;
  const { unit, direction, n } = before;
  return { metric: name, unit, direction, base: before.value, tuned: after.value, difference: { value, low, high }, n, verdict: judge(difference, direction) };
}

/** A bootstrap of a handful of rows has too few distinct resamples for its interval to mean anything (of one row it has no width at all). */
export const FEWEST_ROWS = 10;

/** Clear only when there are rows enough and the whole interval lies on one side of 0. */
function judge({ low, high, n }: Interval, direction: MetricDirection): Verdict {
  if (n < FEWEST_ROWS || (low <= 0 && high >= 0)) return "no clear difference";
  return low > 0 === (direction === "rises") ? "better" : "worse";
}

/** What forbids a comparison, all of it. */
function findFaults(base: EvaluationRecord, tuned: EvaluationRecord): readonly string[] {
  const faults = [
    differ("dataset digest", base.dataset.digest, tuned.dataset.digest),
    differ("split", base.dataset.split, tuned.dataset.split),
    differ("prompt format", base.prompt_format, tuned.prompt_format),
    differ("task", base.task.kind, tuned.task.kind),
    differ("number of rows", base.dataset.rows, tuned.dataset.rows),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) return faults;
  if (base.dataset.rows_digest !== tuned.dataset.rows_digest) return ["the rendered rows are not the same (their digests differ)"];
  return Object.entries(base.metrics).flatMap(([name, metric]) => differ(`signature of ${name}`, metric.signature, signatureOf(tuned.metrics[name], metric)) ?? []);
}

function signatureOf(metric: MeasuredMetric | undefined, other: MeasuredMetric): string {
  return (metric ?? other).signature;
}

/** What differs without forbidding it. */
function findNotes(base: EvaluationRecord, tuned: EvaluationRecord): string[] {
  const [before, after] = [Object.keys(base.metrics), Object.keys(tuned.metrics)];
  return [
    base.dataset.rows < FEWEST_ROWS ? `only ${countOf(base.dataset.rows, "row")}: no difference is called clear with fewer than ${FEWEST_ROWS}` : undefined,
    differ("max_new_tokens", base.generation?.max_new_tokens, tuned.generation?.max_new_tokens),
    differ("temperature", base.generation?.temperature ?? 0, tuned.generation?.temperature ?? 0),
    differ("stop texts", base.generation?.stop?.join(" "), tuned.generation?.stop?.join(" ")),
    JSON.stringify(base.generation?.json_schema) === JSON.stringify(tuned.generation?.json_schema) ? undefined : "the answers were not held to the same JSON schema",
    differ("batch_size", base.generation?.batch_size, tuned.generation?.batch_size),
    differ("max_sequence_length", base.max_sequence_length, tuned.max_sequence_length),
    differ("rows with a cut prompt", base.counts.cut_prompts, tuned.counts.cut_prompts),
    differ("scored tokens", base.counts.scored_tokens, tuned.counts.scored_tokens, "per-token metrics of two tokenizers do not compare"),
    differ("engine release", base.engine_release, tuned.engine_release),
    differ("metrics", before.filter((name) => !after.includes(name)).join(", "), after.filter((name) => !before.includes(name)).join(", "), "measured on one side only"),
  ].filter((note) => note !== undefined);
}

function differ(what: string, base: string | number | undefined, tuned: string | number | undefined, because?: string): string | undefined {
  if (base === tuned) return undefined;
  return `${what} ${base ?? "none"} against ${tuned ?? "none"}${because === undefined ? "" : ` (${because})`}`;
}
