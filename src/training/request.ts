import type { TrainConfig } from "../config/index.ts";
import type { PromptFormat } from "../data/index.ts";

/** What the training process is told: plain values, because they cross a process boundary. */
export interface TrainingRequest {
  readonly config: TrainConfig;
  /** The base model on disk; `config.model_name` may be a Hub id. */
  readonly modelPath: string;
  readonly promptFormat: PromptFormat;
  /** Jinja of the chat template, where it is not the model's own. */
  readonly chatTemplate?: string;
  readonly checkpointsDirectory: string;
  readonly runId: string;
  readonly runName: string;
  readonly configDigest: string;
  readonly datasetDigest: string | null;
  readonly baseDigest: string;
  /** A checkpoint directory to go on from. */
  readonly resumeFrom?: string;
  /** Keep every checkpoint until the run's uploads say that the hub has it. */
  readonly holdUntilUploaded?: boolean;
  /** Names of checkpoints that stay whatever the policy says. Default: none. */
  readonly pinned?: readonly string[];
}
