// What a GGUF file holds, as values of this language. Source of the format: ggml/docs/gguf.md (version 3; version 2 has the same layout).
import type { TensorTypeName } from "../ffi/index.ts";

export type GgufNumberType = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "u64" | "i64" | "f64";
export type GgufScalarType = GgufNumberType | "bool" | "string";

/** One metadata value with its type on disk. 64-bit integers are numbers; those past 2^53 are refused when read. */
export type GgufValue =
  | { readonly type: GgufNumberType; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "array"; readonly of: GgufNumberType; readonly value: readonly number[] }
  | { readonly type: "array"; readonly of: "bool"; readonly value: readonly boolean[] }
  | { readonly type: "array"; readonly of: "string"; readonly value: readonly string[] };

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Where one tensor lies. `shape` is batch-first (`[out, in]`); `offset` counts from the start of the file. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** An open GGUF file: its header is in memory, tensors are read when asked for. */
export interface GgufFile {
  readonly path: string;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** All bytes of one tensor. @throws `gguf.tensor_missing` */
  read(name: string): Uint8Array<ArrayBuffer>;
  /** `length` bytes of one tensor from its byte `start`. @throws `gguf.tensor_missing`, RangeError outside the tensor */
  readRange(name: string, start: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** One tensor to be written; `bytes` is called once, when its turn comes, and may hand over the content in pieces. */
export interface GgufTensorSource {
  readonly name: string;
  /** Batch-first, `[out, in]`. */
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
  readonly bytes: () => Uint8Array | Iterable<Uint8Array>;
}

export interface GgufContents {
  readonly metadata: GgufMetadata;
  readonly tensors: Iterable<GgufTensorSource>;
}
