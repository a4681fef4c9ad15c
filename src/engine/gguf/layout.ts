// Numbers of the format that reader and writer share. Source: ggml/docs/gguf.md and ggml/src/gguf.cpp of the pinned release.
import type { GgufNumberType, GgufScalarType } from "./types.ts";

export const GGUF_VERSION = 3;
export const DEFAULT_ALIGNMENT = 32;
/** ggml's GGML_MAX_NAME is 64 with the closing zero. */
export const MAX_TENSOR_NAME_BYTES = 63;
export const MAX_KEY_BYTES = 65_535;
/** No tokenizer or template comes near this; it bounds what a damaged length in a huge file can make us allocate. */
export const MAX_VALUE_BYTES = 2 ** 28;
/** Of all arrays together; the largest vocabularies with their merges, scores and types stay under two million. */
export const MAX_ELEMENTS = 2 ** 23;
export const MAX_DIMENSIONS = 4;
export const ARRAY_TYPE_ID = 9;

export const SCALAR_TYPE_IDS: Readonly<Record<GgufScalarType, number>> = {
  u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, u64: 10, i64: 11, f64: 12,
};

/** Bytes of one value; a string is counted with its length alone, the least it can take. */
export const SCALAR_BYTES: Readonly<Record<GgufScalarType, number>> = {
  u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, bool: 1, string: 8, u64: 8, i64: 8, f64: 8,
};

const namesById = new Map(Object.entries(SCALAR_TYPE_IDS).map(([name, id]) => [id, name as GgufScalarType]));

export function scalarTypeById(id: number): GgufScalarType | undefined {
  return namesById.get(id);
}

/** Bytes from `position` to the next multiple of `alignment`. */
export function paddingTo(alignment: number, position: number): number {
  return (alignment - (position % alignment)) % alignment;
}

/** The inclusive range of an integer type, or undefined for floating point. */
export function integerRange(type: GgufNumberType): readonly [number, number] | undefined {
  if (type === "f32" || type === "f64") return undefined;
  const bits = SCALAR_BYTES[type] * 8;
  if (bits === 64) return [type === "u64" ? 0 : Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  return type.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
