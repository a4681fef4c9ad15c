import { TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import { quantizeRows } from "../ggml/index.ts";
import { f32ToBf16, f32ToBytes, f32ToF16 } from "./floats.ts";
import type { ConversionType } from "./types.ts";

/** What llama.cpp takes instead when rows are not whole blocks (src/llama-quant.cpp, tensor_type_fallback, of the pinned release). */
const FALLBACKS: Partial<Readonly<Record<ConversionType, ConversionType>>> = { q4_k: "q5_0", q5_k: "q5_1", q6_k: "q8_0" };

/** The type a matrix with this row length can be stored as when `wanted` is asked for: a smaller block, or f16. */
export function fittingType(wanted: ConversionType, rowLength: number): ConversionType {
  if (rowLength % TENSOR_TYPES[wanted].blockSize === 0) return wanted;
  return fittingType(FALLBACKS[wanted] ?? "f16", rowLength);
}

/** Bytes of f32 rows in another type. @throws RangeError when rows are not whole blocks */
export function encodeRows(type: TensorTypeName, values: Float32Array, rowLength: number): Uint8Array {
  if (type === "f32") return f32ToBytes(values);
  if (type === "f16") return f32ToF16(values);
  if (type === "bf16") return f32ToBf16(values);
  return quantizeRows(type, values, rowLength);
}
