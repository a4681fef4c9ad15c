// What a checkpoint holds besides the adapter: the optimizer's moments and where the training stands. The data order, the dropout masks and the
// learning rate are functions of seed and step, so nothing else is needed to go on bit for bit.
import { join } from "node:path";
import type { OptimizerState } from "../engine/ggml/index.ts";
import { readAdapter, writeAdapter, type LoraAdapter, type TrainingModel } from "../engine/models/index.ts";
import { openSafetensors, writeSafetensors } from "../engine/safetensors/index.ts";
import { isFile, readJson, readText, writeFileAtomic, writeJson } from "../files/index.ts";
import { stateDamaged } from "./errors.ts";

/** Same schema as the `trainer_state.json` of Hugging Face's Trainer where it has the field. */
export interface TrainerState {
  readonly global_step: number;
  readonly epoch: number;
  readonly max_steps: number;
  readonly num_train_epochs: number;
  readonly best_metric: number | null;
  /** A name beside this checkpoint, so that the state says the same wherever the run lies. */
  readonly best_model_checkpoint: string | null;
  readonly log_history: readonly Readonly<Record<string, number>>[];
  readonly num_input_tokens_seen: number;
  /** Updates the optimizer has made; steps skipped for a non-finite gradient are not among them. */
  readonly optimizer_step: number;
}

const STATE_FILE = "trainer_state.json";
const OPTIMIZER_FILE = "optimizer.safetensors";

/** As Hugging Face's tokenizers call it beside theirs. */
const TEMPLATE_FILE = "chat_template.jinja";

/** Writes adapter, optimizer and trainer state into a directory, and the chat template where the training did not use the model's own. */
export function writeTrainingState(directory: string, model: TrainingModel, baseModel: string, state: Omit<TrainerState, "optimizer_step">, chatTemplate?: string): void {
  const saved = model.optimizer.save();
  if (chatTemplate !== undefined) writeFileAtomic(join(directory, TEMPLATE_FILE), chatTemplate);
  writeAdapter(directory, model.adapter(baseModel));
  const vector = (name: string, values: Float32Array) => ({
    name,
    dtype: "F32" as const,
    shape: [values.length],
    bytes: () => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
  writeSafetensors(join(directory, OPTIMIZER_FILE), [vector("exp_avg", saved.moment1), vector("exp_avg_sq", saved.moment2)], { format: "pt", step: String(saved.step) });
  writeJson(join(directory, STATE_FILE), { ...state, optimizer_step: saved.step });
}

/** The chat template a checkpoint was trained with, where it is not the base model's own. Jinja. */
export function readChatTemplate(checkpoint: string): string | undefined {
  const path = join(checkpoint, TEMPLATE_FILE);
  return isFile(path) ? readText(path) : undefined;
}

/** Puts a model into the state a checkpoint was saved in. @throws `training.state_damaged` */
export function restoreTrainingState(directory: string, model: TrainingModel): TrainerState {
  const state = readTrainerState(directory);
  const values = adapterValues(readAdapter(directory));
  for (const [name, { tensor }] of model.optimizer.parameters) {
    const needed = tensor.shape.reduce((product, size) => product * size, 1);
    if (values.get(name)?.length !== needed) throw stateDamaged(directory, `${name} has ${values.get(name)?.length ?? 0} values, this training needs ${needed}`);
  }
  model.optimizer.writeValues(values);
  const current = model.optimizer.save();
  const file = openSafetensors(join(directory, OPTIMIZER_FILE));
  try {
    const vector = (name: string): Float32Array => {
      const values = new Float32Array(file.read(name).buffer);
      if (values.length !== current.parameters.length) throw stateDamaged(directory, `${name} has ${values.length} values, the adapter needs ${current.parameters.length}`);
      return values;
    };
    const restored: OptimizerState = { step: state.optimizer_step, parameters: current.parameters, moment1: vector("exp_avg"), moment2: vector("exp_avg_sq") };
    model.optimizer.load(restored);
  } finally {
    file.close();
  }
  return state;
}

/** @throws `training.state_damaged` when it is not one of ours */
export function readTrainerState(directory: string): TrainerState {
  const state = readJson(join(directory, STATE_FILE)) as Partial<TrainerState>;
  if (typeof state.global_step !== "number" || typeof state.optimizer_step !== "number") throw stateDamaged(directory, `${STATE_FILE} has no global_step or optimizer_step`);
  return { log_history: [], best_metric: null, best_model_checkpoint: null, ...state } as TrainerState;
}

function adapterValues(adapter: LoraAdapter): ReadonlyMap<string, Float32Array> {
  return new Map([...adapter.modules].flatMap(([name, { a, b }]) => [[`${name}.lora_A`, a] as const, [`${name}.lora_B`, b] as const]));
}
