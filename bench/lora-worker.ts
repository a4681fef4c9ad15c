// One measurement of our engine, in a process of its own: LoRA on every linear layer, on the tokens of bench/torch/lora.py.
import type { IsolatedRun } from "../src/engine/ffi/index.ts";
import { openBackend } from "../src/engine/ggml/index.ts";
import { createLoraModel, LINEAR_MODULES, openModel, writeAdapter, type BaseType } from "../src/engine/models/index.ts";
import { median } from "./print.ts";

export interface LoraWork {
  readonly model: string;
  readonly base: BaseType;
  readonly batch: number;
  readonly length: number;
  /** Measured steps, after `warmup`. */
  readonly steps: number;
  readonly warmup: number;
  readonly threads: number;
  /** Where the adapter is written before the first step, for the peer to start from. */
  readonly adapter: string;
}

/** The fields of bench/torch/lora.py that both sides report. */
export interface LoraMeasurement {
  readonly tokens_per_s: number;
  /** By the CPU time of all threads: fair on a busy machine when there is one thread. */
  readonly tokens_per_cpu_s: number;
  readonly step_ms: readonly number[];
  readonly loss: readonly number[];
  readonly peak_rss_bytes: number;
}

const RANK = 16;
const LEARNING_RATE = 2e-4;
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

export const run: IsolatedRun<LoraWork, never, LoraMeasurement> = async (work) => {
  const { batch, length } = work;
  const backend = openBackend({ device: "cpu", threads: work.threads });
  const source = openModel(work.model);
  const model = createLoraModel(backend, source, work.base, { r: RANK, alpha: RANK, dropout: 0, targetModules: LINEAR_MODULES }, {
    batch, maxTime: length, recompute: false, seed: 0, optimizer: ADAMW,
  });
  writeAdapter(work.adapter, model.adapter(work.model));
  const rows = Array.from({ length: batch }, (_, row) => {
    const ids = Array.from({ length }, (_token, index) => ((row * length + index) * 7919 + 13) % source.config.vocabSize);
    return { ids, labels: ids };
  });
  const stepMs: number[] = [];
  const cpuMs: number[] = [];
  const loss: number[] = [];
  for (let step = 0; step < work.warmup + work.steps; step += 1) {
    const from = performance.now();
    const cpuFrom = process.cpuUsage();
    loss.push(await model.accumulate(rows, batch * (length - 1), step));
    await model.optimizer.step(LEARNING_RATE, 1 / model.lossScale, 1);
    stepMs.push(performance.now() - from);
    const { user, system } = process.cpuUsage(cpuFrom);
    cpuMs.push((user + system) / 1000);
  }
  model.dispose();
  source.close();
  backend.dispose();
  const perSecond = (milliseconds: readonly number[]) => (1000 * batch * length) / median(milliseconds.slice(work.warmup));
  return { tokens_per_s: perSecond(stepMs), tokens_per_cpu_s: perSecond(cpuMs), step_ms: stepMs.slice(work.warmup), loss, peak_rss_bytes: process.resourceUsage().maxRSS * 1024 };
};
