// dataset.json: what a prepared dataset holds, where it came from, and what was done to it.
import { z } from "zod";

export const DATASET_SCHEMA_VERSION = 1;

const count = z.number().int().nonnegative();

/** Lengths over rows; all 0 when there is no row. */
export const lengthStatisticsSchema = z.object({ total: count, mean: z.number(), shortest: count, median: z.number(), longest: count });
export type LengthStatistics = z.infer<typeof lengthStatisticsSchema>;

/** Something a person should know about the rows. `rows` are numbers in the source, the first 20. */
export const datasetFindingSchema = z.object({
  code: z.string(),
  /** An `error` stops the preparation, a `warning` does when it is strict, a `note` never. */
  severity: z.enum(["error", "warning", "note"]),
  message: z.string(),
  count,
  rows: z.array(count),
  /** The beginning of the first row it is about. */
  sample: z.string(),
});
export type DatasetFinding = z.infer<typeof datasetFindingSchema>;

export const datasetSourceSchema = z.object({
  kind: z.enum(["file", "sample"]),
  /** As it was given; the name of the generator for a sample. */
  path: z.string(),
  /** SHA-256 of the file, or of the generated rows. */
  digest: z.string(),
  rows: count,
  /** The column sets found: `instruction`, `prompt`, `question`, `messages`, `text`. */
  columns: z.array(z.string()),
});
export type DatasetSource = z.infer<typeof datasetSourceSchema>;

export const splitSummarySchema = z.object({
  rows: count,
  /** SHA-256 over the rows in order, without their ids. */
  digest: z.string(),
  /** Words of system, instruction, input and output together. */
  words: lengthStatisticsSchema,
});
export type SplitSummary = z.infer<typeof splitSummarySchema>;

export const datasetRecordSchema = z.object({
  schema_version: z.literal(DATASET_SCHEMA_VERSION),
  name: z.string(),
  domain: z.string().nullable(),
  /** SHA-256 over the rows of all splits in order, without their ids: the same whoever wrote the files. */
  digest: z.string(),
  /** ISO 8601, UTC; null when the record was made up from a dataset without one. */
  created_at: z.string().nullable(),
  sources: z.array(datasetSourceSchema),
  /** The cleaning steps in order, with the rows each one changed. */
  transformations: z.array(z.object({ name: z.string(), rows_changed: count })),
  /** Rows left out, by reason; each of them is a line of dropped.jsonl. */
  dropped: z.record(z.string(), count),
  findings: z.array(datasetFindingSchema),
  split: z.object({
    /** `grouped`: made here; `declared`: found as it is. */
    method: z.enum(["grouped", "declared"]),
    seed: z.number().int().nullable(),
    fractions: z.object({ train: z.number(), validation: z.number(), test: z.number() }).nullable(),
    /** Sets of rows that had to stay together; single rows count. */
    groups: count.nullable(),
    largest_group: count.nullable(),
  }),
  splits: z.object({ train: splitSummarySchema, validation: splitSummarySchema, test: splitSummarySchema }),
  statistics: z.object({
    rows: count,
    words: lengthStatisticsSchema,
    /** Different rows divided by rows read, before duplicates were dropped. */
    unique_share: z.number().nullable(),
    /** Different answers divided by rows kept. */
    distinct_answer_share: z.number(),
  }),
});
export type DatasetRecord = z.infer<typeof datasetRecordSchema>;

/** One line of dropped.jsonl: a source row that is in no split, and why. */
export const droppedRowSchema = z.object({
  row: count,
  id: z.string(),
  reason: z.enum(["empty_instruction", "empty_output", "exact_duplicate"]),
  /** What it equals, for a duplicate: the row number that was kept. */
  kept_row: count.nullable(),
});
export type DroppedRow = z.infer<typeof droppedRowSchema>;
