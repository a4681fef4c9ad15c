// W' = W + scale · B · A, in f32 with sums in f64, a few rows at a time.
import { adapterMismatch } from "./errors.ts";
import { modelTensors, type ModelTensor } from "./tensor-names.ts";
import { rowsOf } from "./tensor-store.ts";
import type { LlamaConfig, LoraAdapter, LoraModule, WeightSource } from "./types.ts";

/** f32 bytes held at once while a tensor streams. */
const PIECE_BYTES = 2 ** 26;

/** Every module must be a weight of the model and of its shape. @throws `models.adapter_mismatch` */
export function checkAdapter(adapter: LoraAdapter, config: LlamaConfig): void {
  checkModules(adapter, modelTensors({ ...config, tiedEmbeddings: false }));
}

/** A vocabulary may have grown; else the weights an adapter brings are those of the model. */
function checkReplaced(adapter: LoraAdapter, shapes: ReadonlyMap<string, readonly number[]>): void {
  for (const [name, { shape }] of adapter.replaced ?? []) {
    const needed = shapes.get(name);
    if (needed === undefined) throw adapterMismatch(`it brings ${name}, which the model does not have`);
    const isOfTokens = needed.length === 2 && /embed_tokens|lm_head/.test(name);
    if (shape.length !== needed.length || shape.some((size, axis) => size !== needed[axis] && !(isOfTokens && axis === 0 && size >= needed[0]!))) {
      throw adapterMismatch(`it brings ${name} as [${shape.join(", ")}], the model has [${needed.join(", ")}]`);
    }
  }
}

/** The same for a model with these weights. @throws `models.adapter_mismatch` */
export function checkModules(adapter: LoraAdapter, tensors: readonly ModelTensor[]): void {
  const shapes = new Map(tensors.filter(({ shape }) => shape.length === 2).map(({ name, shape }) => [name.replace(/\.weight$/, ""), shape]));
  for (const [name, { outFeatures, inFeatures }] of adapter.modules) {
    const shape = shapes.get(name);
    if (shape === undefined) throw adapterMismatch(`it adapts ${name}, which the model does not have`);
    if (shape[0] !== outFeatures || shape[1] !== inFeatures) throw adapterMismatch(`${name} is [${outFeatures}, ${inFeatures}] in the adapter, [${shape.join(", ")}] in the model`);
  }
  checkReplaced(adapter, new Map(tensors.map(({ name, shape }) => [name, shape])));
}

/** The rows of one weight in order, merged with the adapter if it adapts this weight, in pieces of whole multiples of `rowMultiple` rows. */
export function* mergedRows(source: Pick<WeightSource, "info" | "readRowsF32">, name: string, adapter: LoraAdapter | undefined, rowMultiple = 1): Generator<Float32Array> {
  const { rows, rowLength } = rowsOf(source.info(name).shape);
  const module = moduleOf(adapter, name);
  const step = Math.max(1, Math.floor(PIECE_BYTES / 4 / rowLength / rowMultiple)) * rowMultiple;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const values = adapter?.replaced?.get(name)?.readRowsF32(first, count) ?? source.readRowsF32(name, first, count);
    if (module !== undefined) addDelta(values, module, first);
    yield values;
  }
}

/** What an adapter adds to a weight, by the weight's name. */
export function moduleOf(adapter: LoraAdapter | undefined, name: string): LoraModule | undefined {
  return adapter?.modules.get(name.replace(/\.weight$/, ""));
}

/** Adds rows `first`… of scale · B · A to `rows`, and brings them to the lengths DoRA trained. Four ranks at a time: the sums then stay in registers. */
export function addDelta(rows: Float32Array, { a, b, r, scale, inFeatures, magnitude }: LoraModule, first: number): void {
  const delta = new Float64Array(inFeatures);
  for (let row = 0; row * inFeatures < rows.length; row++) {
    delta.fill(0);
    const ofRow = b.subarray((first + row) * r, (first + row + 1) * r);
    for (let k = 0; k < r; k += 4) addFourRanks(delta, a, ofRow, k, inFeatures);
    const start = row * inFeatures;
    for (let column = 0; column < inFeatures; column++) rows[start + column]! += scale * delta[column]!;
    if (magnitude !== undefined) stretch(rows.subarray(start, start + inFeatures), magnitude[first + row]!);
  }
}

/** Brings a row to a length; a row of zeros has no direction to keep. */
function stretch(row: Float32Array, length: number): void {
  let squares = 0;
  for (const value of row) squares += value * value;
  const factor = squares === 0 ? 0 : length / Math.sqrt(squares);
  for (let column = 0; column < row.length; column++) row[column]! *= factor;
}

/** Ranks past the last weigh nothing. */
function addFourRanks(delta: Float64Array, a: Float32Array, ofRow: Float32Array, k: number, inFeatures: number): void {
  const [b0, b1, b2, b3] = [ofRow[k] ?? 0, ofRow[k + 1] ?? 0, ofRow[k + 2] ?? 0, ofRow[k + 3] ?? 0];
  const rank = (index: number): Float32Array => a.subarray((index < ofRow.length ? index : k) * inFeatures);
  const [a0, a1, a2, a3] = [rank(k), rank(k + 1), rank(k + 2), rank(k + 3)];
  for (let column = 0; column < inFeatures; column++) {
    delta[column]! += b0 * a0[column]! + b1 * a1[column]! + b2 * a2[column]! + b3 * a3[column]!;
  }
}
