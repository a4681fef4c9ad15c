// The tensor types of the pinned ggml release: id, elements per block, bytes per block. Source: ggml/include/ggml.h and ggml-common.h, v0.5.0.

interface TensorType {
  readonly id: number;
  /** Elements that share one block; rows are whole blocks. */
  readonly blockSize: number;
  readonly blockBytes: number;
}

const types = {
  f32: { id: 0, blockSize: 1, blockBytes: 4 },
  f16: { id: 1, blockSize: 1, blockBytes: 2 },
  q4_0: { id: 2, blockSize: 32, blockBytes: 18 },
  q4_1: { id: 3, blockSize: 32, blockBytes: 20 },
  q5_0: { id: 6, blockSize: 32, blockBytes: 22 },
  q5_1: { id: 7, blockSize: 32, blockBytes: 24 },
  q8_0: { id: 8, blockSize: 32, blockBytes: 34 },
  q2_k: { id: 10, blockSize: 256, blockBytes: 84 },
  q3_k: { id: 11, blockSize: 256, blockBytes: 110 },
  q4_k: { id: 12, blockSize: 256, blockBytes: 144 },
  q5_k: { id: 13, blockSize: 256, blockBytes: 176 },
  q6_k: { id: 14, blockSize: 256, blockBytes: 210 },
  i8: { id: 24, blockSize: 1, blockBytes: 1 },
  i16: { id: 25, blockSize: 1, blockBytes: 2 },
  i32: { id: 26, blockSize: 1, blockBytes: 4 },
  i64: { id: 27, blockSize: 1, blockBytes: 8 },
  f64: { id: 28, blockSize: 1, blockBytes: 8 },
  bf16: { id: 30, blockSize: 1, blockBytes: 2 },
} as const satisfies Record<string, TensorType>;

export type TensorTypeName = keyof typeof types;

export const TENSOR_TYPES: Readonly<Record<TensorTypeName, TensorType>> = types;

/** The name of a ggml type id, or undefined for one this project does not read. */
export function tensorTypeById(id: number): TensorTypeName | undefined {
  return (Object.keys(types) as TensorTypeName[]).find((name) => types[name].id === id);
}

/** Bytes of `elementCount` elements. @throws RangeError when they are not whole blocks */
export function tensorBytes(type: TensorTypeName, elementCount: number): number {
  const { blockSize, blockBytes } = types[type];
  if (elementCount % blockSize !== 0) throw new RangeError(`${elementCount} elements are not whole ${type} blocks of ${blockSize}`);
  return (elementCount / blockSize) * blockBytes;
}
