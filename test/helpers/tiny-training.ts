// A training of a tiny model on a tiny dataset, everything below one temporary folder.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainConfigSchema, type TrainConfig } from "../../src/config/index.ts";
import type { TrainOptions } from "../../src/training/index.ts";
import { writeTinyDataset } from "./tiny-dataset.ts";
import { writeTinyLlama, type TinyLlamaOptions } from "./tiny-llama.ts";

export interface TinyTraining {
  readonly path: string;
  /** Options of a training in a fresh output directory `name`, with settings changed. */
  options(name: string, settings?: Partial<TrainConfig>): TrainOptions;
  remove(): void;
}

/** Writes model and dataset. Rows of about 60 tokens, 5 optimizer steps an epoch. */
export async function makeTinyTraining(model: TinyLlamaOptions = {}): Promise<TinyTraining> {
  const path = mkdtempSync(join(tmpdir(), "tunesmith-"));
  const modelPath = writeTinyLlama(join(path, "base"), model);
  const dataset = await writeTinyDataset(join(path, "data"));
  return {
    path,
    options(name, settings = {}) {
      const config = trainConfigSchema.parse({
        model_name: modelPath,
        dataset_path: dataset,
        output_dir: join(path, name),
        epochs: 2,
        batch_size: 2,
        gradient_accumulation_steps: 2,
        learning_rate: 5e-3,
        lora_r: 4,
        lora_alpha: 8,
        lora_dropout: 0.1,
        max_seq_length: 96,
        prompt_format: "instruction",
        save_steps: 2,
        eval_steps: 3,
        device: "cpu",
        threads: 1,
        ...settings,
      });
      return { config, modelPath };
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
