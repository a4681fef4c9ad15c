import type { CleaningStepName } from "../clean/cleaner.ts";
import type { LinkKind } from "../duplicates/fingerprint.ts";
import type { FieldMapping } from "../read/fields.ts";
import type { HubRows } from "../read/hub/rows.ts";
import type { SplitMethod } from "../split/assign.ts";
import type { PrepareAdvance } from "./pace.ts";
import type { SamplingOptions } from "./sampling.ts";

export interface PrepareOptions {
  /** healthcare, legal, finance, or a name of your own; the dataset is called `<domain>_dataset`. */
  readonly domain: string;
  /** A file or directory of rows. Either this, `hub` or `sample`. */
  readonly inputFile?: string;
  /** Files of a dataset on the Hub. */
  readonly hub?: HubRows;
  /** Generate rows instead of reading a file. Default false. */
  readonly sample?: boolean;
  /** Rows to generate, 1 to 2,000, default 100; or rows to draw at random from a file, default all. */
  readonly numSamples?: number;
  /** How columns are read whose names do not say it. */
  readonly mapping?: FieldMapping;
  /** Column whose equal values stay in one split. Default `group`. */
  readonly groupBy?: string;
  /** Cleaning steps that are taken. Default all. */
  readonly cleaning?: readonly CleaningStepName[];
  /** Default data/processed. */
  readonly outputDir?: string;
  /** Share of the rows. Default 0.8. */
  readonly trainSplit?: number;
  /** Default 0.1. */
  readonly valSplit?: number;
  /** Default 0.1. */
  readonly testSplit?: number;
  /** Which of the rows that are fit are taken. Default all. */
  readonly sampling?: SamplingOptions;
  /** Default `group`. */
  readonly splitMethod?: SplitMethod;
  /** Keep rows in the splits that the source has, by the names of its files; the leakage gate looks at them. Default false: they are dealt anew. */
  readonly keepSplits?: boolean;
  /** What `stratified`, `multilabel` and, only where it is given, `hf` go by. Default of the first two the labels of rows, or their task where none has labels. */
  readonly stratifyBy?: "labels" | "task";
  /** Of the sample and of the split. Default 42. */
  readonly seed?: number;
  /** Kinds of links that may cross splits: they neither keep rows together nor stop the gate; what it finds is recorded. Default none. */
  readonly allowLeakage?: readonly LinkKind[];
  /** Report findings without stopping at any. Default false: an error stops. */
  readonly skipValidation?: boolean;
  /** Stop at warnings too. Default false. */
  readonly strict?: boolean;
  /** Words below which a row is found short. Default 10. */
  readonly minLength?: number;
  /** Words above which a row is found long. Default 2,048. */
  readonly maxLength?: number;
  /** Threads beside this one. Default: one for each core, at most 4. The dataset is the same whatever their number. */
  readonly threads?: number;
  /** Bytes of text from which on a new file is begun. Default 500 MB. */
  readonly shardBytes?: number;
  /** Time of the record. */
  readonly now: Date;
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Said often while work goes on, for whoever waits. */
  readonly onAdvance?: (advance: PrepareAdvance) => void;
  /** Aborted, the preparation stops soon and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

export type PrepareStage = "read" | "clean" | "validate" | "split" | "check" | "write";

/** Said when a stage is over; `rows` are the rows left after it. */
export interface PrepareProgress {
  readonly stage: PrepareStage;
  readonly rows: number;
}
