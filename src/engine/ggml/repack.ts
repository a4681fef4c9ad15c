// Some devices multiply quantized matrices up to twice as fast when blocks of several rows are interleaved. ggml does that in a buffer type
// of its own, when a whole tensor is written. Such a tensor can be the first factor of `mulMat` and nothing else: it is never read back,
// never a table of `getRows`, and a type or shape without a kernel would crash when written, so it is asked for first.
import { GGML_LAYOUT, TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import type { Backend, NativeBackend } from "./backend.ts";
import { innermostFirst } from "./tensor.ts";

const BUFFER_TYPE = "CPU_REPACK";

/** Whether a matrix `[out in]` of this type can live in a repacked arena of this device. Writes nothing. */
export function canRepack(backend: Backend, type: TensorTypeName, shape: readonly number[]): boolean {
  const { native } = backend as NativeBackend;
  const bufferType = findBufferType(backend);
  if (bufferType === null || shape.length !== 2 || TENSOR_TYPES[type].blockSize === 1) return false;
  const { ggml, koffi } = native;
  const ctx = ggml.init({ mem_size: 2 * ggml.tensor_overhead(), mem_buffer: null, no_alloc: true });
  const tensor = ggml.new_tensor_2d(ctx, TENSOR_TYPES[type].id, ...innermostFirst(shape)) as bigint;
  const buffer = ggml.alloc_ctx_tensors_from_buft(ctx, bufferType);
  // The buffer type leaves its kernel in `extra`; null means that it has none.
  const kernel = buffer === null ? null : koffi.decode(tensor, GGML_LAYOUT.tensorExtra, "void *");
  if (buffer !== null) ggml.buffer_free(buffer);
  ggml.free(ctx);
  return kernel !== null;
}

/** @throws RangeError `internal: …` when the device has no such buffers */
export function repackBufferType(backend: Backend): bigint {
  const bufferType = findBufferType(backend);
  if (bufferType === null) throw new RangeError(`internal: ${backend.device.name} repacks nothing`);
  return bufferType;
}

const known = new WeakMap<Backend, bigint | null>();

function findBufferType(backend: Backend): bigint | null {
  if (!known.has(backend)) known.set(backend, searchBufferType(backend as NativeBackend));
  return known.get(backend)!;
}

/** The CPU lists its extra buffer types through a function found by name; other devices do not have it. */
function searchBufferType({ native: { ggml, koffi }, nativeDevice }: NativeBackend): bigint | null {
  const list = ggml.reg_get_proc_address(ggml.dev_backend_reg(nativeDevice), "ggml_backend_dev_get_extra_bufts");
  if (list === null) return null;
  const first = koffi.call(list, koffi.proto("void *", ["void *"]), nativeDevice) as bigint | null;
  if (first === null) return null;
  for (let index = 0; ; index += 1) {
    const bufferType = koffi.decode(first, index * koffi.sizeof("void *"), "void *") as bigint | null;
    if (bufferType === null || ggml.buft_name(bufferType) === BUFFER_TYPE) return bufferType;
  }
}
