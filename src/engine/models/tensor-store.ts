// What both file formats offer once their differences (names, types, row order) are gone, and the weight source built on it.
import { dequantizeRows } from "../ggml/index.ts";
import type { TensorTypeName } from "../ffi/index.ts";
import { sha256, sha256File } from "../../files/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { tensorsMissing, tokenizerTooLarge, wrongShape } from "./errors.ts";
import { bytesToF32 } from "./floats.ts";
import type { ModelTensor } from "./tensor-names.ts";
import type { LlamaConfig, TensorInfo, WeightSource } from "./types.ts";

/** Tensors by Hugging Face name, rows in Hugging Face order. */
export interface TensorStore<Config = LlamaConfig> {
  readonly path: string;
  readonly format: "hf" | "gguf";
  readonly config: Config;
  readonly tokenizer: Tokenizer;
  /** Files whose content is the model. */
  readonly files: readonly string[];
  find(name: string): TensorInfo | undefined;
  /** Bytes of whole rows. */
  readRows(name: string, first: number, count: number): Uint8Array;
  close(): void;
}

/** Checks a store against the weights its configuration needs and makes a source of it. @throws `models.tensor_missing`, `models.wrong_shape`, `models.tokenizer_too_large` */
export function createWeightSource<Config extends { readonly vocabSize: number }>(store: TensorStore<Config>, expected: readonly ModelTensor[]): WeightSource<Config> {
  const { path, config, tokenizer } = store;
  const missing = expected.filter(({ name }) => store.find(name) === undefined).map(({ name }) => name);
  if (missing.length > 0) throw tensorsMissing(path, missing);
  for (const { name, shape } of expected) {
    const found = store.find(name)?.shape ?? [];
    if (found.join() !== shape.join()) throw wrongShape(path, name, found, shape);
  }
  if (tokenizer.vocabSize > config.vocabSize) throw tokenizerTooLarge(path, tokenizer.vocabSize, config.vocabSize);

  const names = expected.map(({ name }) => name);
  const known = new Set(names);
  const info = (name: string): TensorInfo => {
    const found = known.has(name) ? store.find(name) : undefined;
    if (found === undefined) throw tensorsMissing(path, [name]);
    return found;
  };
  const readRowsRaw = (name: string, first: number, count: number): Uint8Array => {
    const { rows } = rowsOf(info(name).shape);
    if (first < 0 || count < 0 || first + count > rows) throw new RangeError(`Cannot read rows ${first}..${first + count} of ${name}: it has ${rows}`);
    return store.readRows(name, first, count);
  };
  const readRowsF32 = (name: string, first: number, count: number): Float32Array => {
    const { shape, type } = info(name);
    return toF32(type, readRowsRaw(name, first, count), count * rowsOf(shape).rowLength);
  };
  let digest: string | undefined;
  return {
    path,
    format: store.format,
    config,
    names,
    tokenizer,
    get digest() {
      return (digest ??= sha256(store.files.map(sha256File).join("\n")));
    },
    info,
    readF32: (name) => readRowsF32(name, 0, rowsOf(info(name).shape).rows),
    readRowsF32,
    readRowsRaw,
    readRaw: (name) => store.readRows(name, 0, rowsOf(info(name).shape).rows),
    close: () => store.close(),
  };
}

/** A matrix has its rows; a vector is one row. */
export function rowsOf(shape: readonly number[]): { readonly rows: number; readonly rowLength: number } {
  const rowLength = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, size) => product * size, 1), rowLength };
}

export function toF32(type: TensorTypeName, bytes: Uint8Array, count: number): Float32Array {
  return type === "f32" ? bytesToF32(bytes) : dequantizeRows(type, bytes, count);
}
