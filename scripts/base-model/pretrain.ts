// Trains the demo's base model from scratch with this project's own engine, on the corpus of corpus.ts, and writes it as a Hugging Face directory.
//
//   npx tsx scripts/base-model/pretrain.ts --steps 3600 [--state FOLDER] [--threads 2] [--out assets/base-model]
//
// It continues from the state folder when one is there. Learning rate: short warmup, constant, linear decay over the last quarter of --steps,
// so that a run can be lengthened or shortened until the decay begins. Products are rounded to 8 bits (f32 master weights and sums).
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBackend, type OptimizerState } from "../../src/engine/ggml/index.ts";
import { createFullModel, type LlamaConfig, type TrainingModel, type TrainingRow } from "../../src/engine/models/index.ts";
import { writeSafetensors } from "../../src/engine/safetensors/index.ts";
import { loadTokenizerDirectory, type Tokenizer } from "../../src/engine/tokenizer/index.ts";
import { appendLine, exists, readBytes, readJson, writeFileAtomic, writeJson } from "../../src/files/index.ts";
import { writeDocument, type CorpusSplit } from "./corpus.ts";
import { wireCopying } from "./wire-copying.ts";

const CONFIG: LlamaConfig = {
  vocabSize: 1024,
  hiddenSize: 256,
  intermediateSize: 768,
  layerCount: 4,
  headCount: 4,
  kvHeadCount: 2,
  headDim: 64,
  normEpsilon: 1e-5,
  ropeTheta: 10_000,
  tiedEmbeddings: true,
  contextLength: 512,
  bosId: 0,
  eosIds: [0],
};
const TIME = 256;
const PEAK_RATE = 6e-4;
const WARMUP_STEPS = 60;
const SEED = 1;

const { values: flags } = parseArgs({
  options: {
    steps: { type: "string", default: "3600" },
    batch: { type: "string", default: "6" },
    threads: { type: "string", default: "2" },
    state: { type: "string", default: ".tunesmith/pretrain" },
    out: { type: "string", default: "assets/base-model" },
  },
});
const steps = Number(flags.steps);
const batch = Number(flags.batch);

interface Cursor {
  /** Of the tokenizer the state was made with. */
  readonly tokenizer?: string;
  readonly step: number;
  readonly document: number;
  readonly rest: readonly number[];
}

/** Cuts the endless corpus into rows of TIME tokens; documents run on, each closed by the end-of-text token. */
function createReader(tokenizer: Tokenizer, split: CorpusSplit, start: Omit<Cursor, "step">) {
  let { document } = start;
  let rest = [...start.rest];
  return {
    next(): TrainingRow {
      while (rest.length < TIME) rest.push(...tokenizer.encode(writeDocument(split, document++)), tokenizer.eosId);
      const ids = rest.slice(0, TIME);
      rest = rest.slice(TIME);
      return { ids, labels: ids };
    },
    cursor: () => ({ document, rest }),
  };
}

function learningRate(step: number): number {
  const decayFrom = 0.75 * steps;
  return PEAK_RATE * Math.min((step + 1) / WARMUP_STEPS, step < decayFrom ? 1 : (steps - step) / (steps - decayFrom));
}

async function heldOutLoss(model: TrainingModel, tokenizer: Tokenizer): Promise<number> {
  const reader = createReader(tokenizer, "held-out", { document: 0, rest: [] });
  let nll = 0;
  let tokens = 0;
  for (let round = 0; round < 6; round += 1) {
    const result = await model.evaluate(Array.from({ length: batch }, () => reader.next()));
    nll += result.nll;
    tokens += result.tokens;
  }
  return nll / tokens;
}

function saveState(model: TrainingModel, cursor: Cursor): void {
  const { parameters, moment1, moment2, step } = model.optimizer.save();
  for (const [name, vector] of Object.entries({ parameters, moment1, moment2 })) {
    writeFileAtomic(join(flags.state, `${name}.f32`), new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  }
  writeJson(join(flags.state, "cursor.json"), { ...cursor, tokenizer: tokenizer.digest, optimizer_step: step });
}

function loadState(model: TrainingModel): Cursor {
  if (!exists(join(flags.state, "cursor.json"))) {
    startAfresh(model);
    return { step: 0, document: 0, rest: [] };
  }
  const cursor = readJson(join(flags.state, "cursor.json")) as Cursor & { optimizer_step: number };
  if (cursor.tokenizer !== tokenizer.digest) throw new Error(`The state in ${flags.state} was made with another tokenizer: delete it to start afresh.`);
  const vector = (name: string) => new Float32Array(readBytes(join(flags.state, `${name}.f32`)).slice().buffer);
  const state: OptimizerState = { step: cursor.optimizer_step, parameters: vector("parameters"), moment1: vector("moment1"), moment2: vector("moment2") };
  model.optimizer.load(state);
  return cursor;
}

function startAfresh(model: TrainingModel): void {
  const weights = model.optimizer.readValues();
  wireCopying(weights, CONFIG);
  model.optimizer.writeValues(weights);
}

function exportModel(model: TrainingModel): void {
  const tensors = [...model.optimizer.readValues()].map(([name, values]) => ({
    name,
    dtype: "F16" as const,
    shape: name.endsWith("norm.weight") ? [values.length] : [values.length / widthOf(name), widthOf(name)],
    bytes: () => new Uint8Array(Uint16Array.from(values, toHalf).buffer),
  }));
  writeSafetensors(join(flags.out, "model.safetensors"), tensors, { format: "pt" });
  writeJson(join(flags.out, "config.json"), {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: CONFIG.vocabSize,
    hidden_size: CONFIG.hiddenSize,
    intermediate_size: CONFIG.intermediateSize,
    num_hidden_layers: CONFIG.layerCount,
    num_attention_heads: CONFIG.headCount,
    num_key_value_heads: CONFIG.kvHeadCount,
    head_dim: CONFIG.headDim,
    hidden_act: "silu",
    rms_norm_eps: CONFIG.normEpsilon,
    rope_theta: CONFIG.ropeTheta,
    max_position_embeddings: CONFIG.contextLength,
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: 0,
    eos_token_id: 0,
    pad_token_id: 1,
    torch_dtype: "float16",
  });
}

function widthOf(name: string): number {
  return name.endsWith("down_proj.weight") ? CONFIG.intermediateSize : CONFIG.hiddenSize;
}

/** Nearest binary16 of a value well inside its range (round half to even on the bits dropped from f32). */
function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign | Math.round(Math.abs(value) * 2 ** 24);
  const mantissa = bits & 0x7fffff;
  const rounded = ((exponent << 10) | (mantissa >>> 13)) + ((mantissa & 0x1fff) > 0x1000 || ((mantissa & 0x3fff) === 0x3000) ? 1 : 0);
  return sign | rounded;
}

const tokenizer = loadTokenizerDirectory(flags.out);
const backend = openBackend({ device: "cpu", threads: Number(flags.threads) });
const model = createFullModel(backend, CONFIG, undefined, {
  batch,
  maxTime: TIME,
  recompute: false,
  seed: SEED,
  compute: "q8_0",
  optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.05 },
});
const start = loadState(model);
const reader = createReader(tokenizer, "train", start);
let last = performance.now();
let recent = 0;
for (let step = start.step; step < steps; step += 1) {
  const rows = Array.from({ length: batch }, () => reader.next());
  recent += await model.accumulate(rows, batch * (TIME - 1), 0);
  const { gradientNorm } = await model.optimizer.step(learningRate(step), 1 / model.lossScale, 1);
  if ((step + 1) % 25 === 0) {
    const rate = (25 * batch * TIME * 1000) / (performance.now() - last);
    const line = { step: step + 1, loss: Number((recent / 25).toFixed(4)), norm: Number(gradientNorm.toFixed(3)), tokens_per_s: Math.round(rate), left_min: Math.round(((steps - step) * batch * TIME) / rate / 60) };
    console.log(JSON.stringify(line));
    recent = 0;
    last = performance.now();
  }
  if ((step + 1) % 300 === 0 || step + 1 === steps) {
    saveState(model, { step: step + 1, ...reader.cursor() });
    exportModel(model);
    const line = { step: step + 1, held_out_loss: Number((await heldOutLoss(model, tokenizer)).toFixed(4)) };
    appendLine(join(flags.state, "held-out.jsonl"), JSON.stringify(line));
    console.log(JSON.stringify(line));
    last = performance.now();
  }
}
model.dispose();
backend.dispose();
