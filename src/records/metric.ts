// Which way a metric gets better. One table, so that no comparison can cheer at a rising loss.
import { z } from "zod";

export const metricDirectionSchema = z.enum(["rises", "falls"]);
/** `rises`: more is better; `falls`: less is better. */
export type MetricDirection = z.infer<typeof metricDirectionSchema>;

const FALLING = new Set([
  "loss", "eval_loss", "train_loss", "val_loss", "validation_loss", "test_loss", "nll", "negative_log_likelihood", "bits_per_byte",
  "perplexity", "hamming_loss", "error", "error_rate", "wer", "cer", "ter", "mae", "mse", "rmse", "brier", "ece",
  "hallucination_rate", "parse_failure_rate", "unknown_label_rate", "latency_ms", "duration_s", "size_bytes", "peak_memory_bytes",
]);

/** The last segment of a metric path: `val/hmean` → `hmean`. */
export function metricName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The direction in which a metric improves, by its last path segment; anything ending in `loss` or `perplexity` falls, what is unknown rises. */
export function metricDirection(path: string): MetricDirection {
  const name = metricName(path).toLowerCase();
  return FALLING.has(name) || /(^|[^a-z])(loss|perplexity|error)$/.test(name) ? "falls" : "rises";
}

/** Whether `candidate` is strictly better than `current` in the metric's direction; NaN is never better. */
export function isBetter(path: string, candidate: number, current: number): boolean {
  if (Number.isNaN(current)) return !Number.isNaN(candidate);
  return metricDirection(path) === "falls" ? candidate < current : candidate > current;
}

/** What a score was measured on; two scores may be compared only when these agree. */
export const metricBindingSchema = z.object({
  /** SHA-256 of the weights (adapter file or model) that were measured. */
  checkpoint_digest: z.string().nullable(),
  dataset_digest: z.string().nullable(),
  split: z.string().nullable(),
  rows: z.number().int().nonnegative().nullable(),
  /** Digest of the evaluation's settings (prompt format, decoding, metric options). */
  evaluation_digest: z.string().nullable(),
});
export type MetricBinding = z.infer<typeof metricBindingSchema>;

/** One line of `metrics.jsonl`: a step, its time, and numbers by name; a number that was not finite is `null`. */
export const metricRowSchema = z
  .object({ step: z.number().int().nonnegative(), time: z.string() })
  .catchall(z.union([z.number(), z.null(), z.string()]));
export type MetricRow = z.infer<typeof metricRowSchema>;
