import { TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import { quantizeRows } from "../ggml/index.ts";
import { f32ToBytes } from "./floats.ts";
import type { ConversionType } from "./types.ts";

/** What llama.cpp takes instead when rows are not whole blocks (src/llama-quant.cpp, tensor_type_fallback, of the pinned release). */
const FALLBACKS: Partial<Readonly<Record<ConversionType, ConversionType>>> = { q4_k: "q5_0", q5_k: "q5_1", q6_k: "q8_0" };

/** Source: include/llama.h, llama_ftype, of the pinned llama.cpp release. */
const FILE_TYPES: Readonly<Record<ConversionType, number>> = { f32: 0, f16: 1, q4_0: 2, q4_1: 3, q8_0: 7, q5_0: 8, q5_1: 9, q4_k: 14, q5_k: 16, q6_k: 18, bf16: 32 };

/** `general.file_type` of a file most of whose tensors have this type. */
export function fileType(type: ConversionType): number {
  return FILE_TYPES[type];
}

/** The type a matrix with this row length can be stored as when `wanted` is asked for: a smaller block, or f16. */
export function fittingType(wanted: ConversionType, rowLength: number): ConversionType {
  if (rowLength % TENSOR_TYPES[wanted].blockSize === 0) return wanted;
  return fittingType(FALLBACKS[wanted] ?? "f16", rowLength);
}

/** Bytes of f32 rows in another type. @throws RangeError when rows are not whole blocks */
export function encodeRows(type: TensorTypeName, values: Float32Array, rowLength: number): Uint8Array {
  if (type === "f32") return f32ToBytes(values);
  return quantizeRows(type, values, rowLength);
}
