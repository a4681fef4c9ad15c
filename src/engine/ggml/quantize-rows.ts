import { loadNative, GGML_LAYOUT, TENSOR_TYPES, tensorBytes, type NativeLibraries, type TensorTypeName } from "../ffi/index.ts";

/** Quantizes rows of `rowLength` f32 values with ggml's reference quantizer. Loads the native libraries. @throws RangeError when rows are not whole blocks */
export function quantizeRows(type: TensorTypeName, values: Float32Array, rowLength: number): Uint8Array<ArrayBuffer> {
  if (rowLength % TENSOR_TYPES[type].blockSize !== 0 || values.length % rowLength !== 0) {
    throw new RangeError(`Cannot quantize to ${type}: rows of ${rowLength} are not whole blocks of ${TENSOR_TYPES[type].blockSize}`);
  }
  const bytes = new Uint8Array(tensorBytes(type, values.length));
  if (type === "f32") {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return bytes;
  }
  loadNative().ggml.quantize_chunk(TENSOR_TYPES[type].id, values, bytes, 0, values.length / rowLength, rowLength, null);
  return bytes;
}

/** The f32 values of `count` elements stored as `type`. Loads the native libraries. */
export function dequantizeRows(type: TensorTypeName, bytes: Uint8Array, count: number): Float32Array<ArrayBuffer> {
  if (bytes.byteLength !== tensorBytes(type, count)) throw new RangeError(`Cannot read ${count} ${type} elements: ${bytes.byteLength} bytes given, ${tensorBytes(type, count)} needed`);
  const values = new Float32Array(count);
  if (type === "f32") {
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  const { koffi, ggml } = loadNative();
  const traits = ggml.get_type_traits(TENSOR_TYPES[type].id);
  const toFloat = koffi.decode(traits, GGML_LAYOUT.typeTraitsToFloat, "void *") as bigint;
  koffi.call(toFloat, toFloatPrototype(koffi), bytes, values, count);
  return values;
}

let prototype: ReturnType<NativeLibraries["koffi"]["proto"]> | undefined;

function toFloatPrototype(koffi: NativeLibraries["koffi"]) {
  prototype ??= koffi.proto("void ggml_to_float(const void *x, _Out_ float *y, int64_t k)");
  return prototype;
}
