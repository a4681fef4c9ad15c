// The whole model against PyTorch: loss, gradients of every weight, LoRA gradients and five AdamW steps. Made by test/fixtures/golden/make.py.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend, type Backend } from "../../src/engine/ggml/index.ts";
import { createFullModel, createLoraModel, LINEAR_MODULES, moduleName, openModel, type TrainingRow, type WeightSource } from "../../src/engine/models/index.ts";
import { openSafetensors } from "../../src/engine/safetensors/index.ts";
import { readJson } from "../../src/files/index.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/golden");
const TOLERANCE = 1e-5;
const PLAIN = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

interface Golden {
  readonly input_ids_BT: readonly (readonly number[])[];
  readonly labels_BT: readonly (readonly number[])[];
  readonly supervised_tokens: number;
  readonly loss: number;
  readonly lora: {
    readonly r: number;
    readonly alpha: number;
    readonly loss: number;
    readonly losses: readonly number[];
    readonly grad_norms: readonly number[];
    readonly adamw: { readonly learning_rates: readonly number[]; readonly weight_decay: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly max_grad_norm: number };
  };
}

let backend: Backend;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
});
afterAll(() => backend.dispose());

for (const variant of ["tied", "untied", "llama3-rope", "mistral", "qwen2", "qwen3"]) {
  const golden = readJson(join(FIXTURES, variant, "golden.json")) as Golden;
  const rows: TrainingRow[] = golden.input_ids_BT.map((ids, row) => ({ ids, labels: golden.labels_BT[row]! }));
  const floats = (file: string, name: string) => floatsOf(join(FIXTURES, variant, file), name);

  describe(`a model (${variant}) in f32 equals PyTorch`, () => {
    for (const recompute of [false, true]) {
      it(`in the loss and every gradient when all weights are trained${recompute ? ", layers recomputed" : ""}`, async () => {
        await withModel(variant, async (source) => {
          const model = createFullModel(backend, source.config, source, { batch: 2, maxTime: 12, recompute, seed: 1, optimizer: PLAIN });
          const loss = await model.accumulate(rows, golden.supervised_tokens, 0);
          expect(loss).toBeCloseTo(golden.loss, 5);
          for (const [name, gradient] of model.optimizer.readGradients()) {
            expect(relativeDifference(gradient, floats("gradients.safetensors", `grad.${name}`)), name).toBeLessThan(TOLERANCE);
          }
          model.dispose();
        });
      });
    }

    it("in the loss and every gradient of its rows packed into one sequence", async () => {
      await withModel(variant, async (source) => {
        const model = createFullModel(backend, source.config, source, { batch: 1, maxTime: 12 * rows.length, recompute: false, seed: 1, optimizer: PLAIN });
        const starts = rows.map((_, index) => rows.slice(0, index).reduce((sum, { ids }) => sum + ids.length, 0));
        const loss = await model.accumulate([{ ids: rows.flatMap(({ ids }) => ids), labels: rows.flatMap(({ labels }) => labels), starts }], golden.supervised_tokens, 0);
        expect(loss).toBeCloseTo(golden.loss, 5);
        for (const [name, gradient] of model.optimizer.readGradients()) {
          expect(relativeDifference(gradient, floats("gradients.safetensors", `grad.${name}`)), name).toBeLessThan(TOLERANCE);
        }
        model.dispose();
      });
    });

    it("in the gradients of an adapter and its weights after five AdamW steps", async () => {
      await withModel(variant, async (source) => {
        const { r, alpha, adamw, losses, grad_norms: norms } = golden.lora;
        const optimizer = { beta1: adamw.beta1, beta2: adamw.beta2, epsilon: adamw.epsilon, weightDecay: adamw.weight_decay };
        const lora = { r, alpha, dropout: 0, targetModules: LINEAR_MODULES };
        const model = createLoraModel(backend, source, "f32", lora, { batch: 2, maxTime: 12, recompute: true, seed: 1, optimizer });
        const names = Array.from({ length: source.config.layerCount }, (_, layer) => LINEAR_MODULES.map((module) => moduleName(layer, module))).flat();
        const adapter = new Map(names.flatMap((name) => [
          [`${name}.lora_A`, floats("lora.safetensors", `a.${name}`)] as const,
          [`${name}.lora_B`, floats("lora.safetensors", `b.${name}`)] as const,
        ]));
        model.optimizer.writeValues(adapter);
        for (const [step, rate] of adamw.learning_rates.entries()) {
          const loss = await model.accumulate(rows, golden.supervised_tokens, 0);
          expect(Math.abs(loss - losses[step]!)).toBeLessThan(2e-5 * losses[step]!);
          if (step === 0) {
            const gradients = model.optimizer.readGradients();
            for (const name of names) {
              expect(relativeDifference(gradients.get(`${name}.lora_A`)!, floats("lora.safetensors", `grad.a.${name}`)), `A of ${name}`).toBeLessThan(TOLERANCE);
              expect(relativeDifference(gradients.get(`${name}.lora_B`)!, floats("lora.safetensors", `grad.b.${name}`)), `B of ${name}`).toBeLessThan(TOLERANCE);
            }
          }
          const { gradientNorm } = await model.optimizer.step(rate, 1, adamw.max_grad_norm);
          expect(Math.abs(gradientNorm - norms[step]!)).toBeLessThan(1e-4 * norms[step]!);
        }
        const trained = model.optimizer.readValues();
        for (const name of names) {
          expect(relativeDifference(trained.get(`${name}.lora_A`)!, floats("lora.safetensors", `after.a.${name}`)), `A of ${name}`).toBeLessThan(TOLERANCE);
          expect(relativeDifference(trained.get(`${name}.lora_B`)!, floats("lora.safetensors", `after.b.${name}`)), `B of ${name}`).toBeLessThan(TOLERANCE);
        }
        model.dispose();
      });
    });
  });
}

async function withModel(variant: string, use: (source: WeightSource) => Promise<void>): Promise<void> {
  const source = openModel(join(FIXTURES, variant));
  try {
    await use(source);
  } finally {
    source.close();
  }
}

function floatsOf(path: string, name: string): Float32Array {
  const file = openSafetensors(path);
  const bytes = file.read(name);
  file.close();
  return new Float32Array(bytes.buffer);
}

/** ‖a − b‖ / ‖b‖ */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const difference = Math.sqrt(a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0));
  return difference / Math.sqrt(b.reduce((sum, value) => sum + value ** 2, 0));
}
