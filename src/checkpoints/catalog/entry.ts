// What a catalog holds: one entry for each checkpoint, each fact with the source it came from.
import type { SidecarFaultType } from "../sidecars/claims.ts";

/** `torch`: a PyTorch file; `adapter`: a PEFT directory; `model`: a directory of whole weights; `directory`: sharded state of another kind. */
export const CHECKPOINT_FORMATS = ["torch", "safetensors", "gguf", "adapter", "model", "directory"] as const;
export type CheckpointFormat = (typeof CHECKPOINT_FORMATS)[number];

/** `final`: weights that are the end of something (a merged model, an adapter without a step); `unknown`: the name says nothing. */
export const CATALOG_KINDS = ["step", "best", "last", "final", "unknown"] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];

/** In the order of trust, except that a name of a known grammar is trusted for epoch and step. */
export const FACT_SOURCES = ["sidecar", "config", "run", "file", "name"] as const;
export type FactSource = (typeof FACT_SOURCES)[number];

/** A value, who said it, and whether it is only a guess from words in a name. */
export interface Fact<Value extends string | number = string | number> {
  readonly value: Value;
  readonly source: FactSource;
  readonly low?: true;
}

export const TEXT_FACTS = [
  "architecture", "encoder", "decoder", "head", "loss", "baseModel", "quantization", "phase", "monitor", "mode", "createdAt", "id", "runId", "expName", "tag", "wandbRunId",
  "weightsFile", "weightsDigest", "configDigest", "datasetDigest",
] as const;
export const NUMBER_FACTS = ["epoch", "step", "maxEpochs", "parameterCount"] as const;
export type TextFact = (typeof TEXT_FACTS)[number];
export type NumberFact = (typeof NUMBER_FACTS)[number];
export type CatalogFacts = { readonly [Name in TextFact]?: Fact<string> } & { readonly [Name in NumberFact]?: Fact<number> };

export type CatalogProblemType = SidecarFaultType | "empty" | "mismatch" | "missing_weights";

export interface CatalogProblem {
  readonly type: CatalogProblemType;
  /** Name of the file that is at fault. */
  readonly file: string;
  readonly field?: string;
  readonly message: string;
}

/** The run an entry belongs to: the innermost one above it. */
export interface CatalogRun {
  /** Relative to the workspace. */
  readonly directory: string;
  /** `hierarchical`, `dated`, `registry`, `indexed`, `named`. */
  readonly scheme: string;
  /** What a person calls it: never the mere time of day of a dated run. */
  readonly name: string;
  readonly startedAt?: string;
  /** As its own record gives it. */
  readonly id?: string;
  /** A sentinel or its own record says that it failed. */
  readonly failed: boolean;
}

export interface CatalogEntry {
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  /** The last part of the path, without extension. */
  readonly name: string;
  readonly kind: CatalogKind;
  readonly format: CheckpointFormat;
  /** Of the weights; all pieces of a sharded model together. */
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly run: CatalogRun | undefined;
  readonly facts: CatalogFacts;
  readonly metrics: Readonly<Record<string, Fact<number>>>;
  /** The N of Lightning's `-vN`. */
  readonly version?: number | undefined;
  /** A `best` of which nobody says how good it is: it may not be ranked against others. */
  readonly rankUnknown: boolean;
  readonly sidecars: readonly string[];
  readonly problems: readonly CatalogProblem[];
  /** It stands in the archive of its run, not at its path. */
  readonly packed?: true;
}
