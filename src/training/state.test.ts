import { join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fillAdapter } from "../../test/helpers/fill-adapter.ts";
import { randomRows, writeTinyLlama } from "../../test/helpers/tiny-llama.ts";
import { openBackend, type Backend } from "../engine/ggml/index.ts";
import { createLoraModel, openModel, type TrainingModel, type WeightSource } from "../engine/models/index.ts";
import { openSafetensors } from "../engine/safetensors/index.ts";
import { copy, writeJson } from "../files/index.ts";
import { restoreTrainingState, writeTrainingState } from "./state.ts";

const state = { global_step: 3, epoch: 0.5, max_steps: 6, num_train_epochs: 1, best_metric: null, best_model_checkpoint: null, log_history: [{ step: 1, loss: 0.1 + 0.2 }], num_input_tokens_seen: 99 };

let backend: Backend;
let folder: string;
let source: WeightSource;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  source = openModel(writeTinyLlama(join(folder, "base")));
});
afterAll(() => {
  source.close();
  backend.dispose();
  rmSync(folder, { recursive: true });
});

it("puts another model into the very state it was written from", async () => {
  const [model, other] = [makeModel(4), makeModel(4, 9)];
  fillAdapter(model.optimizer, 0.1);
  await oneStep(model);
  writeTrainingState(join(folder, "saved"), model, "base", state);
  expect(restoreTrainingState(join(folder, "saved"), other)).toEqual({ ...state, optimizer_step: 1 });
  expect(other.optimizer.save()).toEqual(model.optimizer.save());
  expect(await oneStep(other)).toEqual(await oneStep(model));
  expect(other.optimizer.save()).toEqual(model.optimizer.save());
  const file = openSafetensors(join(folder, "saved", "optimizer.safetensors"));
  expect([...file.tensors.keys()].sort()).toEqual(["exp_avg", "exp_avg_sq"]);
  expect(file.metadata.get("step")).toBe("1");
  file.close();
  for (const each of [model, other]) each.dispose();
});

it("refuses the adapter or the optimizer of another size, and a state that is not one", () => {
  const [small, large] = [makeModel(4), makeModel(16)];
  writeTrainingState(join(folder, "small"), small, "base", state);
  writeTrainingState(join(folder, "mixed"), large, "base", state);
  const mixed = join(folder, "mixed");
  expect(() => restoreTrainingState(join(folder, "small"), large)).toThrow("model.layers.0.self_attn.q_proj.lora_A has 256 values, this training needs 1024");
  copy(join(folder, "small", "optimizer.safetensors"), join(mixed, "optimizer.safetensors"));
  expect(() => restoreTrainingState(mixed, large)).toThrow(/exp_avg has \d+ values, the adapter needs \d+/);
  writeJson(join(mixed, "trainer_state.json"), { epoch: 1 });
  expect(() => restoreTrainingState(mixed, large)).toThrow(/trainer_state.json has no global_step or optimizer_step/);
  for (const each of [small, large]) each.dispose();
});

async function oneStep(model: TrainingModel): Promise<number> {
  const loss = await model.accumulate(randomRows(2, 16), 20, 1);
  await model.optimizer.step(1e-2, 1, 1);
  return loss;
}

function makeModel(r: number, seed = 1): TrainingModel {
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
  return createLoraModel(backend, source, "f32", { r, alpha: 8, dropout: 0.1, targetModules: ["q_proj", "down_proj"] }, { batch: 2, maxTime: 16, recompute: false, seed, optimizer });
}
