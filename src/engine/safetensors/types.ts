// What a safetensors file holds. Source of the format: safetensors/README.md.

/** The element types this project reads, with their bytes per element. */
export const SAFETENSORS_DTYPES = {
  BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1,
  I16: 2, U16: 2, F16: 2, BF16: 2,
  I32: 4, U32: 4, F32: 4,
  F64: 8, I64: 8, U64: 8,
} as const;

export type SafetensorsDtype = keyof typeof SAFETENSORS_DTYPES;

/** Where one tensor lies. `shape` is row-major; `offset` counts from the start of its file. */
export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly sizeBytes: number;
}

/** An open safetensors file, or all shards of a directory as if they were one. */
export interface SafetensorsFile {
  /** The file, or the directory. */
  readonly path: string;
  /** The files read, in order. */
  readonly files: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** All bytes of one tensor. @throws `safetensors.tensor_missing` */
  read(name: string): Uint8Array<ArrayBuffer>;
  /** `length` bytes of one tensor from its byte `start`. @throws `safetensors.tensor_missing`, RangeError outside the tensor */
  readRange(name: string, start: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** One tensor to be written; `bytes` is called once, when its turn comes, and may hand over the content in pieces. */
export interface SafetensorsTensorSource {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly bytes: () => Uint8Array | Iterable<Uint8Array>;
}
