// What a training tells while it goes on: plain values, because they cross a process boundary.
import type { EpochFill } from "./windows.ts";

export interface TrainingFacts {
  /** Of the training process. */
  readonly pid: number;
  readonly device: string;
  readonly threads: number;
  readonly trainableParameters: number;
  readonly totalParameters: number;
  /** How many matrices of the base are held in each type. */
  readonly baseTypes: Readonly<Record<string, number>>;
  readonly trainRows: number;
  readonly validationRows: number;
  /** What the training rows are packed into; as many as rows where they are not packed. */
  readonly trainSequences: number;
  /** Tokens of an epoch, and how many are computed for them with padding. */
  readonly fill: EpochFill;
  readonly totalSteps: number;
  readonly startStep: number;
  readonly promptFormat: string;
  /** Rows that lost a part of their input to the length limit. */
  readonly cutRows: number;
  readonly weightBytes: number;
  readonly recompute: boolean;
  /** Things a person should know before it starts. */
  readonly notes: readonly string[];
}

export type TrainingEvent =
  | { readonly type: "ready"; readonly facts: TrainingFacts }
  | {
      readonly type: "step";
      readonly step: number;
      readonly epoch: number;
      readonly loss: number;
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly skipped: boolean;
      readonly tokensPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly type: "evaluation"; readonly step: number; readonly epoch: number; readonly evalLoss: number; readonly tokenAccuracy: number; readonly rows: number }
  | { readonly type: "checkpoint"; readonly step: number; readonly directory: string; readonly isBest: boolean };

export interface TrainingOutcome {
  readonly status: "finished" | "stopped";
  readonly step: number;
  readonly trainLoss: number | null;
  readonly evalLoss: number | null;
  readonly bestCheckpoint: string | null;
  readonly lastCheckpoint: string | null;
  readonly tokensSeen: number;
  /** Largest resident memory of the training process. */
  readonly peakMemoryBytes: number;
}
