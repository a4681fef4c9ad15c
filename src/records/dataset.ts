// dataset.json: what a prepared dataset holds, where it came from, and what was done to it.
import { z } from "zod";
import type { RecordUpgrade } from "./parse.ts";

export const DATASET_SCHEMA_VERSION = 2;

const count = z.number().int().nonnegative();

/** Lengths over rows; all 0 when there is no row. */
export const lengthStatisticsSchema = z.object({ total: count, mean: z.number(), shortest: count, median: z.number(), longest: count });
export type LengthStatistics = z.infer<typeof lengthStatisticsSchema>;

export const tokenStatisticsSchema = lengthStatisticsSchema.extend({
  /** Name or path of the tokenizer that counted. */
  tokenizer: z.string(),
  /** The limit asked about; null when there was none. */
  limit: count.nullable(),
  /** Rows that are longer than the limit. */
  cut_rows: count,
  /** Rows of at most so many tokens that are in no smaller class. */
  histogram: z.array(z.object({ most: count, rows: count })),
});
export type TokenStatistics = z.infer<typeof tokenStatisticsSchema>;

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
  kind: z.enum(["file", "directory", "hub", "sample"]),
  /** As it was given; the id of a dataset on the Hub; the name of the generator for a sample. */
  path: z.string(),
  /** Of a dataset on the Hub: the state of its repository, and what of it was read, by its own names. */
  hub: z
    .object({
      commit: z.string(),
      config: z.string(),
      splits: z.array(z.string()),
      /** Rows of these splits as its card counts them. */
      card_rows: count.optional(),
    })
    .optional(),
  /** SHA-256 of the file, of the files of a directory, or of the generated rows. */
  digest: z.string(),
  rows: count,
  /** The column sets found: `instruction`, `prompt`, `question`, `messages`, `text`, … */
  columns: z.array(z.string()),
  /** Rows of each split that the source itself was in, by the names of its files. */
  splits: z.partialRecord(z.enum(["train", "validation", "test"]), count).optional(),
  /** Columns that were not read. */
  unread: z.array(z.string()).optional(),
  /** Files of a directory that were not read, because they are of another kind than the others. */
  passed_over: z.array(z.string()).optional(),
  /** Which column was read as which field, where somebody said so: field → column. */
  mapping: z.record(z.string(), z.string()).optional(),
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

/** What a split is for. A test split decides nothing while a model is being made. */
export const splitRoleSchema = z.enum(["train", "validation", "test"]);
export type SplitRole = z.infer<typeof splitRoleSchema>;

/** Rows linked across splits, by what links them. */
export const leakSummarySchema = z.object({
  /** `exact`, `group`, `input`, `answer`, `near_duplicate`. */
  kind: z.string(),
  /** Sets of linked rows with members in more than one split; pairs, for near-duplicates. */
  count,
  /** Of the first ones, at most 20: the ids, each with its split. */
  rows: z.array(z.array(z.object({ split: splitRoleSchema, id: z.string() }))),
});
export type LeakSummary = z.infer<typeof leakSummarySchema>;

/** The largest set of rows that had to stay together, and what joined it. */
export const largestGroupSchema = z.object({
  rows: count,
  /** What links most of its rows; null when it is a single row. */
  kind: z.string().nullable(),
  /** Rows that share the commonest key of this kind. */
  key_rows: count,
  /** The beginning of that key's text. */
  key: z.string(),
});
export type LargestGroup = z.infer<typeof largestGroupSchema>;

export const datasetRecordSchema = z.object({
  schema_version: z.literal(DATASET_SCHEMA_VERSION),
  name: z.string(),
  /** `d1.0`, once it has been minted. */
  version: z.string().nullable(),
  /** The dataset this one was made from, or is the next version of. */
  parent: z.object({ name: z.string(), version: z.string().nullable(), digest: z.string() }).nullable(),
  domain: z.string().nullable(),
  /** SHA-256 over the rows of all splits in order, without their ids: the same whoever wrote the files. */
  digest: z.string(),
  /** ISO 8601, UTC; null when the record was made up from a dataset without one. */
  created_at: z.string().nullable(),
  sources: z.array(datasetSourceSchema),
  /** The cleaning steps in order, with the rows each one changed. */
  transformations: z.array(z.object({ name: z.string(), rows_changed: count })),
  /** How rows were chosen from those that were fit, step by step; empty when all were taken. */
  sampling: z.array(z.object({ method: z.string(), seed: z.number().int().nullable(), rows_before: count, rows_after: count, settings: z.record(z.string(), z.unknown()) })),
  /** Rows left out, by reason; each of them is a line of dropped.jsonl. */
  dropped: z.record(z.string(), count),
  findings: z.array(datasetFindingSchema),
  split: z.object({
    /** How rows were dealt; `declared`: found as it is. */
    method: z.enum(["group", "stratified", "multilabel", "hf", "declared"]),
    seed: z.number().int().nullable(),
    fractions: z.object({ train: z.number(), validation: z.number(), test: z.number() }).nullable(),
    /** The column whose equal values stay together, where one was named. */
    group_by: z.string().nullable(),
    /** The column whose values every split has its share of. */
    stratify_by: z.string().nullable(),
    /** Sets of rows that had to stay together; single rows count. */
    groups: count.nullable(),
    largest_group: largestGroupSchema.nullable(),
  }),
  /** What the gate found in the written files. `allowed`: kinds that did not stop it, because somebody said so. Null: nobody looked. */
  leakage: z.object({ allowed: z.array(z.string()), found: z.array(leakSummarySchema) }).nullable(),
  /** What each split is for. */
  roles: z.object({ train: splitRoleSchema, validation: splitRoleSchema, test: splitRoleSchema }),
  splits: z.object({ train: splitSummarySchema, validation: splitSummarySchema, test: splitSummarySchema }),
  statistics: z.object({
    rows: count,
    words: lengthStatisticsSchema,
    /** Tokens of prompt and answer, by one tokenizer; null when none was given. */
    tokens: tokenStatisticsSchema.nullable(),
    /** Label → rows of it in each split; null when rows have none. */
    labels: z.record(z.string(), z.object({ train: count, validation: count, test: count })).nullable(),
    /** Different rows divided by rows read, before duplicates were dropped. */
    unique_share: z.number().nullable(),
    /** Different answers divided by rows kept. */
    distinct_answer_share: z.number(),
  }),
});
export type DatasetRecord = z.infer<typeof datasetRecordSchema>;

/** Frozen. */
export const datasetUpgrades: readonly RecordUpgrade[] = [
  {
    from: 1,
    upgrade: (value) => {
      const split = value["split"] as Readonly<Record<string, unknown>>;
      const largest = split["largest_group"] as number | null;
      return {
        ...value,
        schema_version: 2,
        version: null,
        parent: null,
        sampling: [],
        split: {
          ...split,
          method: split["method"] === "grouped" ? "group" : split["method"],
          group_by: null,
          stratify_by: null,
          largest_group: largest === null ? null : { rows: largest, kind: null, key_rows: 0, key: "" },
        },
        leakage: split["method"] === "grouped" ? { allowed: [], found: [] } : null,
        roles: { train: "train", validation: "validation", test: "test" },
        statistics: { ...(value["statistics"] as Readonly<Record<string, unknown>>), tokens: null, labels: null },
      };
    },
  },
];

/** One line of dropped.jsonl: a source row that is in no split, and why. */
export const droppedRowSchema = z.object({
  row: count,
  id: z.string(),
  reason: z.enum(["empty_instruction", "empty_output", "exact_duplicate", "not_sampled"]),
  /** What it equals, for a duplicate: the row number that was kept. */
  kept_row: count.nullable(),
});
export type DroppedRow = z.infer<typeof droppedRowSchema>;
