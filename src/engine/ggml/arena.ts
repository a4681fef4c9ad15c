// An arena holds tensors that live as long as it does: weights, parameters, optimizer state. They are declared, then allocated together.
import { tensorBytes, TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import type { Backend, NativeBackend } from "./backend.ts";
import { outOfMemory } from "./errors.ts";
import { repackBufferType } from "./repack.ts";
import { elementCount, handleOf, innermostFirst, requireShape, type NativeTensor, type Tensor } from "./tensor.ts";

export interface Arena {
  /** Declares a tensor. Its content is undefined until written. */
  tensor(type: TensorTypeName, shape: readonly number[]): Tensor;
  /** A contiguous rectangle of `shape` inside a declared f32 tensor, starting at element `offset`. */
  view(of: Tensor, shape: readonly [number, number], offset: number): Tensor;
  /** Marks a tensor as one the optimizer updates. */
  markParameter(tensor: Tensor): void;
  /** Gives every declared tensor its memory; nothing is done where none is declared. @throws `engine.out_of_memory` */
  allocate(): void;
  readonly sizeBytes: number;
  dispose(): void;
}

interface ArenaOptions {
  /** Hold tensors in the layout that the device multiplies fastest: see {@link canRepack}. Default false. */
  readonly repacked?: boolean;
}

/** Opens an arena for at most `maxTensors` tensors and views on a device. Dispose it once. */
export function createArena(backend: Backend, maxTensors: number, options: ArenaOptions = {}): Arena {
  const { native, bufferType } = backend as NativeBackend;
  const { ggml } = native;
  const ctx = ggml.init({ mem_size: (maxTensors + 1) * ggml.tensor_overhead(), mem_buffer: null, no_alloc: true });
  if (ctx === null) throw outOfMemory("tensor descriptions");
  let buffer: bigint | null = null;
  let declaredBytes = 0;
  let count = 0;
  const declare = (handle: bigint | null, type: TensorTypeName, shape: readonly number[]): NativeTensor => ({ handle: handle as bigint, type, shape });
  const countOne = () => {
    count += 1;
    if (count > maxTensors) throw new RangeError(`internal: an arena for ${maxTensors} tensors was asked for more`);
  };
  return {
    tensor(type, shape) {
      countOne();
      if ((shape.at(-1) ?? 0) % TENSOR_TYPES[type].blockSize !== 0) requireShape(false, `a ${type} tensor`, { type, shape });
      const ne = innermostFirst(shape);
      declaredBytes += tensorBytes(type, elementCount({ type, shape }));
      return declare(newTensor(native.ggml, ctx, TENSOR_TYPES[type].id, ne), type, shape);
    },
    view(of, shape, offset) {
      countOne();
      requireShape(of.type === "f32" && offset + shape[0] * shape[1] <= elementCount(of), "view", of, { type: "f32", shape });
      return declare(ggml.view_2d(ctx, handleOf(of), shape[1], shape[0], shape[1] * 4, offset * 4), "f32", shape);
    },
    markParameter: (tensor) => ggml.set_param(handleOf(tensor)),
    allocate() {
      if (count === 0) return;
      buffer = ggml.alloc_ctx_tensors_from_buft(ctx, options.repacked === true ? repackBufferType(backend) : bufferType);
      if (buffer === null) throw outOfMemory("model memory", declaredBytes);
      if (options.repacked !== true) ggml.buffer_clear(buffer, 0);
    },
    get sizeBytes() {
      return buffer === null ? 0 : ggml.buffer_get_size(buffer);
    },
    dispose() {
      if (buffer !== null) ggml.buffer_free(buffer);
      buffer = null;
      ggml.free(ctx);
    },
  };
}

/** Writes a whole tensor: raw bytes of its type, or f32/i32 values. */
export function writeTensor(backend: Backend, tensor: Tensor, values: ArrayBufferView): void {
  const expected = tensorBytes(tensor.type, elementCount(tensor));
  if (values.byteLength !== expected) throw new RangeError(`internal: ${values.byteLength} bytes do not fill [${tensor.shape.join(", ")}] ${tensor.type} of ${expected}`);
  (backend as NativeBackend).native.ggml.tensor_set(handleOf(tensor), values, 0, expected);
}

/** Reads a whole f32 tensor. */
export function readFloats(backend: Backend, tensor: Tensor): Float32Array {
  const values = new Float32Array(elementCount(tensor));
  (backend as NativeBackend).native.ggml.tensor_get(handleOf(tensor), values, 0, values.byteLength);
  return values;
}

/** Reads a whole i32 tensor. */
export function readIntegers(backend: Backend, tensor: Tensor): Int32Array {
  const values = new Int32Array(elementCount(tensor));
  (backend as NativeBackend).native.ggml.tensor_get(handleOf(tensor), values, 0, values.byteLength);
  return values;
}

export function newTensor(ggml: NativeBackend["native"]["ggml"], ctx: bigint, typeId: number, ne: readonly number[]): bigint {
  const constructors = [ggml.new_tensor_1d, ggml.new_tensor_2d, ggml.new_tensor_3d, ggml.new_tensor_4d];
  const construct = constructors[ne.length - 1];
  if (construct === undefined) throw new RangeError(`internal: a tensor has 1 to 4 dimensions, not ${ne.length}`);
  return construct(ctx, typeId, ...ne) as bigint;
}
