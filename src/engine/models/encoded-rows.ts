// The rows of one weight as they will stand in a file, piece by piece. What need not become f32 does not: equal types are copied, 16-bit
// types translated by table. A merged weight is always summed in f32.
import { bf16ToF16, f16ToBf16 } from "./floats.ts";
import { encodeRows } from "./encode-rows.ts";
import { addDelta, moduleOf } from "./merge.ts";
import { permuteHeadRows } from "./permute.ts";
import { rowsOf, toF32 } from "./tensor-store.ts";
import type { ConversionType, LoraAdapter, WeightSource } from "./types.ts";

/** Bytes of f32 a piece stands for: small enough to stay in a processor's cache on its way. */
const PIECE_BYTES = 2 ** 20;

export interface EncodedRowsOptions {
  readonly type: ConversionType;
  readonly adapter?: LoraAdapter;
  /** Rows of each head are interleaved as a GGUF holds them; default: they stay in order. */
  readonly interleavedHeadDim?: number;
}

/** @throws `models.tensor_missing` */
export function* encodedRows(source: Pick<WeightSource, "info" | "readRowsRaw">, name: string, { type, adapter, interleavedHeadDim = 1 }: EncodedRowsOptions): Generator<Uint8Array> {
  const { shape, type: stored } = source.info(name);
  const { rows, rowLength } = rowsOf(shape);
  const module = moduleOf(adapter, name);
  const step = Math.max(1, Math.floor(PIECE_BYTES / 4 / rowLength / interleavedHeadDim)) * interleavedHeadDim;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const raw = source.readRowsRaw(name, first, count);
    const order = <T extends Uint8Array | Float32Array>(values: T): T => (interleavedHeadDim === 1 ? values : permuteHeadRows(values, values.length / count, interleavedHeadDim));
    const direct = module === undefined ? translate(stored, type, raw) : undefined;
    if (direct !== undefined) yield order(direct);
    else {
      const values = toF32(stored, raw, count * rowLength);
      if (module !== undefined) addDelta(values, module, first);
      yield encodeRows(type, order(values), rowLength);
    }
  }
}

/** Bytes that need no arithmetic, or undefined. */
function translate(from: string, to: string, bytes: Uint8Array): Uint8Array | undefined {
  if (from === to) return bytes;
  if (from === "bf16" && to === "f16") return bf16ToF16(bytes);
  if (from === "f16" && to === "bf16") return f16ToBf16(bytes);
  return undefined;
}
