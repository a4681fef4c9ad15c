import type { TrainConfig } from "../../config/index.ts";

/** What `tunesmith demo` does unless told otherwise; every number can be changed by the commands it stands for. */
export const DEMO = {
  domain: "healthcare",
  rows: 1200,
  dataDir: "data/demo",
  quantizationTypes: ["q8_0", "q5_k_m", "q4_k_m", "q4_0"],
  servedType: "q4_k_m",
  maxNewTokens: 48,
  testRowTask: "medicines",
} as const;

/** Settings of the training that differ from the defaults of `tunesmith train`: a tiny model wants higher rates than a large one. */
export const DEMO_TRAINING = {
  experiment_tag: "demo",
  epochs: 2,
  batch_size: 8,
  gradient_accumulation_steps: 1,
  learning_rate: 2e-3,
  warmup_ratio: 0.05,
  max_grad_norm: 1,
  lora_r: 16,
  lora_alpha: 32,
  max_seq_length: 256,
  prompt_format: "instruction",
  load_in: "q4_k",
  save_steps: 60,
  eval_steps: 60,
} as const satisfies Partial<TrainConfig>;
