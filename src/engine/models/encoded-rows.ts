// The rows of one weight as they will stand in a file, piece by piece. What need not become f32 does not: equal types are copied, 16-bit
// types translated by table.
import { bf16ToF16, f16ToBf16 } from "./floats.ts";
import { encodeRows } from "./encode-rows.ts";
import { permuteHeadRows } from "./permute.ts";
import { rowsOf, toF32 } from "./tensor-store.ts";
import type { ConversionType, WeightSource } from "./types.ts";

/** Bytes of f32 a piece stands for: small enough to stay in a processor's cache on its way. */
const PIECE_BYTES = 2 ** 20;

export interface EncodedRowsOptions {
  readonly type: ConversionType;
  /** Rows of each head are interleaved as a GGUF holds them; default: they stay in order. */
  readonly interleavedHeadDim?: number;
}

/** @throws `models.tensor_missing` */
export function* encodedRows(source: Pick<WeightSource, "info" | "readRowsRaw">, name: string, { type, interleavedHeadDim = 1 }: EncodedRowsOptions): Generator<Uint8Array> {
  const { shape, type: stored } = source.info(name);
  const { rows, rowLength } = rowsOf(shape);
  const step = Math.max(1, Math.floor(PIECE_BYTES / 4 / rowLength / interleavedHeadDim)) * interleavedHeadDim;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const raw = source.readRowsRaw(name, first, count);
    const order = <T extends Uint8Array | Float32Array>(values: T): T => (interleavedHeadDim === 1 ? values : permuteHeadRows(values, values.length / count, interleavedHeadDim));
    const direct = translate(stored, type, raw);
    yield direct === undefined ? encodeRows(type, order(toF32(stored, raw, count * rowLength)), rowLength) : order(direct);
  }
}

/** Bytes that need no arithmetic, or undefined. */
function translate(from: string, to: string, bytes: Uint8Array): Uint8Array | undefined {
  if (from === to) return bytes;
  if (from === "bf16" && to === "f16") return bf16ToF16(bytes);
  if (from === "f16" && to === "bf16") return f16ToBf16(bytes);
  return undefined;
}
