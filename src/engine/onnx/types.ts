// What of an ONNX file is read: the tensors it holds and the nodes of its graph. Source: onnx/onnx.proto (IR version 10).

/** TensorProto.DataType of the types that are read as values. */
export const ONNX_FLOATS = { 1: "f32", 10: "f16", 16: "bf16" } as const;

export type OnnxFloat = (typeof ONNX_FLOATS)[keyof typeof ONNX_FLOATS];

/** A stored tensor. `shape` is row-major. */
export interface OnnxTensor {
  readonly name: string;
  /** Undefined for one that holds no floating-point numbers, which can be named but not read. */
  readonly type: OnnxFloat | undefined;
  /** TensorProto.DataType: 3 for 8-bit integers, 7 for 64-bit ones, … */
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
}

export interface OnnxNode {
  /** `MatMul`, `Add`, `Gemm`, … */
  readonly op: string;
  /** Empty for the operators of ONNX itself. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole and decimal numbers by name; others are left out. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** An open ONNX file. */
export interface OnnxFile {
  readonly path: string;
  /** The file itself and those beside it that hold its tensors. */
  readonly files: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Initializers, and constants of the graph by the name of their output. */
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  /** `length` bytes of a tensor from its byte `start`. @throws `onnx.tensor_missing`, RangeError outside the tensor */
  readRange(name: string, start: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}
