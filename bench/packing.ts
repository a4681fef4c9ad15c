// What padding costs: an epoch of short rows as they come, in batches of similar length, and packed, on the same model in the same run.
//
//   npx tsx bench/packing.ts [--rows 2000] [--median 60] [--max-length 512] [--batch 4] [--windows 8] [--rounds 3] [--base q8_0] [--threads N]
//                            [--clock cpu] [--json FILE]
//
// Rows have log-normal lengths (deviation 0.7), as answers of instruction data do. Windows spread over the epoch are trained, in turn round
// after round; speed counts tokens of rows, never padding. On a busy machine take one thread and --clock cpu.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBackend } from "../src/engine/ggml/index.ts";
import { createLoraModel, LINEAR_MODULES, openModel, randomStream, type BaseType, type TrainingModel, type TrainingRow } from "../src/engine/models/index.ts";
import { writeJson } from "../src/files/index.ts";
import { createWindows, measureFill, planWindows, stepsPerEpoch, type Window, type WindowPlan } from "../src/training/index.ts";
import { formatSpread, formatTable } from "./print.ts";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "2000" }, median: { type: "string", default: "60" }, "max-length": { type: "string", default: "512" }, batch: { type: "string", default: "4" },
    windows: { type: "string", default: "8" }, rounds: { type: "string", default: "3" }, base: { type: "string", default: "q8_0" },
    threads: { type: "string", default: String(availableParallelism()) }, clock: { type: "string", default: "wall" }, json: { type: "string" },
  },
});
const limit = Number(flags["max-length"]);
const batchSize = Number(flags.batch);
const backend = openBackend({ device: "cpu", threads: Number(flags.threads) });
const source = openModel(join(import.meta.dirname, "..", "assets", "base-model"));
const rows = makeRows(Number(flags.rows), Number(flags.median));
const settings = { batchSize, accumulation: 1, epochs: 1, maxSteps: 0, seed: 42 };

interface Shape {
  readonly name: string;
  readonly plan: WindowPlan;
  readonly model: TrainingModel;
  readonly windows: readonly Window[];
  readonly speeds: number[];
}

function makeRows(count: number, median: number): readonly TrainingRow[] {
  const uniform = randomStream(1, "lengths");
  // Box and Muller 1958.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: count }, () => {
    const length = Math.max(8, Math.min(limit, Math.round(median * Math.exp(0.7 * normal()))));
    const ids = Array.from({ length }, () => Math.floor(uniform() * source.config.vocabSize));
    return { ids, labels: ids.map((id, index) => (index < length / 2 ? -100 : id)) };
  });
}

function prepare(name: string, extra: Partial<WindowPlan>): Shape {
  const plan = planWindows({ ...settings, ...extra }, rows);
  const windowAt = createWindows(plan, rows);
  // The last window of an epoch may be smaller.
  const steps = Math.max(1, stepsPerEpoch(plan) - 1);
  const wanted = Math.min(Number(flags.windows), steps);
  const model = createLoraModel(backend, source, flags.base as BaseType, { r: 16, alpha: 16, dropout: 0, targetModules: LINEAR_MODULES }, {
    batch: batchSize, maxTime: limit, recompute: false, seed: 0, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  });
  return { name, plan, model, windows: Array.from({ length: wanted }, (_, index) => windowAt(Math.floor((index * steps) / wanted))), speeds: [] };
}

/** Tokens of rows per second over all windows. */
async function train({ model, windows }: Shape): Promise<number> {
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  for (const window of windows) {
    for (const batch of window.microBatches) await model.accumulate(batch, window.supervisedTokens, 0);
    await model.optimizer.step(1e-4, 1 / model.lossScale, 1);
  }
  const { user, system } = process.cpuUsage(cpuFrom);
  const milliseconds = flags.clock === "cpu" ? (user + system) / 1000 : performance.now() - from;
  return (1000 * windows.reduce((sum, { tokens }) => sum + tokens, 0)) / milliseconds;
}

const shapes = [prepare("rows as they come", {}), prepare("by length", { groupByLength: true }), prepare("packed", { packTo: limit })];
// Graphs are built for each length when it is first met.
for (const shape of shapes) await train(shape);
for (let round = 0; round < Number(flags.rounds); round += 1) for (const shape of shapes) shape.speeds.push(await train(shape));

const results = shapes.map(({ name, plan, speeds }) => {
  const { tokens, computed } = measureFill(plan, rows, limit);
  return { name, sequences: plan.rowCount, steps: stepsPerEpoch(plan), tokens, computed, fill: tokens / computed, speeds, ratios: speeds.map((speed, round) => speed / shapes[0]!.speeds[round]!) };
});
const unit = flags.clock === "cpu" ? "tokens per CPU-second" : "tokens/s";
console.log(`${rows.length} rows of ${flags.median} tokens (median), batches of ${batchSize}, at most ${limit} tokens, base ${flags.base}, ${flags.threads} threads\n`);
console.log(formatTable(["epoch of", "sequences", "tokens used", "tokens computed", "fill rate", unit, "speed-up"], results.map((one) => [
  one.name, String(one.sequences), String(one.tokens), String(one.computed), `${(100 * one.fill).toFixed(1)} %`, formatSpread(one.speeds), `${formatSpread(one.ratios, 2)}`,
])));
for (const { model } of shapes) model.dispose();
source.close();
backend.dispose();
if (flags.json !== undefined) writeJson(flags.json, { settings: flags, results });
