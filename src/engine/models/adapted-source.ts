// A model with an adapter, as a weight source of its own: what the adapter leaves alone is read as it is stored, what it changes is f32.
import { sha256 } from "../../files/index.ts";
import { adapterMismatch } from "./errors.ts";
import { f32ToBytes } from "./floats.ts";
import { addDelta, checkAdapter, moduleOf } from "./merge.ts";
import { modelTensors } from "./tensor-names.ts";
import { rowsOf } from "./tensor-store.ts";
import type { LlamaConfig, LoraAdapter, WeightSource } from "./types.ts";

const EMBEDDING = "model.embed_tokens.weight";
const HEAD = "lm_head.weight";

/**
 * The merged model: W + scale · B · A (with DoRA: its rows brought to the trained lengths), whole weights where the adapter brings them.
 * A head that is the embedding in the base becomes a weight of its own where the adapter changes one of the two alone.
 * @throws `models.adapter_mismatch`
 */
export function withAdapter(source: WeightSource, adapter: LoraAdapter): WeightSource {
  checkAdapter(adapter, source.config);
  const config = adaptedConfig(source.config, adapter);
  const names = modelTensors(config).map(({ name }) => name);
  const replaced = adapter.replaced ?? new Map<string, never>();
  const stored = (name: string): string => (name === HEAD && source.config.tiedEmbeddings ? EMBEDDING : name);
  const isChanged = (name: string): boolean => replaced.has(name) || moduleOf(adapter, name) !== undefined;
  const info: WeightSource["info"] = (name) => {
    const whole = replaced.get(name);
    if (whole !== undefined) return { shape: whole.shape, type: "f32" };
    const base = source.info(stored(name));
    return isChanged(name) ? { shape: base.shape, type: "f32" } : base;
  };
  const readRowsF32: WeightSource["readRowsF32"] = (name, first, count) => {
    const rows = replaced.get(name)?.readRowsF32(first, count) ?? source.readRowsF32(stored(name), first, count);
    const module = moduleOf(adapter, name);
    if (module !== undefined) addDelta(rows, module, first);
    return rows;
  };
  const readRowsRaw: WeightSource["readRowsRaw"] = (name, first, count) => (isChanged(name) ? f32ToBytes(readRowsF32(name, first, count)) : source.readRowsRaw(stored(name), first, count));
  const all = (name: string): number => rowsOf(info(name).shape).rows;
  return {
    path: source.path,
    format: source.format,
    config,
    names,
    tokenizer: source.tokenizer,
    get digest() {
      const parts = [...adapter.modules].map(([name, { a, b, scale, magnitude }]) => [name, scale, ...[a, b, magnitude ?? new Float32Array()].map((values) => sha256(f32ToBytes(values)))].join(" "));
      const wholes = [...replaced].map(([name, { shape, readRowsF32: read }]) => `${name} ${sha256(f32ToBytes(read(0, rowsOf(shape).rows)))}`);
      return sha256([source.digest, ...parts, ...wholes].join("\n"));
    },
    info,
    readF32: (name) => readRowsF32(name, 0, all(name)),
    readRowsF32,
    readRowsRaw,
    readRaw: (name) => readRowsRaw(name, 0, all(name)),
    close: () => source.close(),
  };
}

/** The sizes of the merged model. @throws `models.adapter_mismatch` */
function adaptedConfig(config: LlamaConfig, adapter: LoraAdapter): LlamaConfig {
  const embedding = adapter.replaced?.get(EMBEDDING);
  const head = adapter.replaced?.get(HEAD);
  const vocabSize = embedding?.shape[0] ?? head?.shape[0] ?? config.vocabSize;
  const isGrown = vocabSize !== config.vocabSize;
  const touched = [EMBEDDING, HEAD].filter((name) => adapter.replaced?.has(name) === true || moduleOf(adapter, name) !== undefined);
  const tiedEmbeddings = config.tiedEmbeddings && (touched.length === 0 || (!touched.includes(HEAD) && (isGrown || adapter.keepsTie === true)));
  if (isGrown && (embedding === undefined || (!tiedEmbeddings && head?.shape[0] !== vocabSize))) {
    throw adapterMismatch(`it has ${vocabSize} tokens, but ${embedding === undefined ? "an embedding" : "a head"} of the ${config.vocabSize} of the model`);
  }
  return { ...config, vocabSize, tiedEmbeddings };
}
