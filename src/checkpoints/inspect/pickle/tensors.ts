// Tensors and storages as `torch.save` spells them. Source: torch/_utils.py and torch/serialization.py of PyTorch 2.x.
import { asCount, isNode, itemsOf, type PickleStorage, type PickleValue } from "./value.ts";

/** Bytes of one element, by the name in `torch.<name>`. */
export const DTYPE_BYTES: Readonly<Record<string, number>> = {
  float64: 8, float32: 4, float16: 2, bfloat16: 2, int64: 8, int32: 4, int16: 2, int8: 1, uint8: 1, uint16: 2, uint32: 4, uint64: 8, bool: 1, complex64: 8, complex128: 16, complex32: 4,
  float8_e4m3fn: 1, float8_e5m2: 1, float8_e4m3fnuz: 1, float8_e5m2fnuz: 1, float8_e8m0fnu: 1, quint8: 1, qint8: 1, qint32: 4, quint4x2: 1, quint2x4: 1,
};

export const TORCH_DTYPES: ReadonlySet<string> = new Set(Object.keys(DTYPE_BYTES));

export const STORAGE_DTYPES: ReadonlyMap<string, string> = new Map([
  ["DoubleStorage", "float64"], ["FloatStorage", "float32"], ["HalfStorage", "float16"], ["BFloat16Storage", "bfloat16"], ["LongStorage", "int64"], ["IntStorage", "int32"], ["ShortStorage", "int16"],
  ["CharStorage", "int8"], ["ByteStorage", "uint8"], ["BoolStorage", "bool"], ["ComplexFloatStorage", "complex64"], ["ComplexDoubleStorage", "complex128"], ["QUInt8Storage", "quint8"],
  ["QInt8Storage", "qint8"], ["QInt32Storage", "qint32"], ["QUInt4x2Storage", "quint4x2"], ["QUInt2x4Storage", "quint2x4"], ["UntypedStorage", "uint8"],
]);

const MOST_DIMENSIONS = 64;

/** A persistent id: `("storage", type, key, location, elements[, view])`, or `("module", module, …)` of very old files. */
export function storageOf(id: PickleValue): PickleValue {
  const [tag, type, key, location, count, view] = itemsOf(id);
  if (tag === "module" && type !== undefined) return type;
  const dtype = isNode(type, "global") ? (STORAGE_DTYPES.get(type.name) ?? type.name) : undefined;
  const elements = asCount(count);
  if (tag !== "storage" || dtype === undefined || typeof key !== "string" || elements === undefined || elements < 0) return { kind: "mark", text: "an outside reference" };
  return { kind: "storage", key, dtype, location: typeof location === "string" ? location : "", elements, start: asCount(itemsOf(view)[1]) ?? 0 };
}

/** @param type dtype of a tensor whose storage is untyped */
export function makeTensor(source: PickleValue | undefined, start: PickleValue | undefined, sizes: PickleValue | undefined, steps: PickleValue | undefined, type?: PickleValue): PickleValue | undefined {
  const storage: PickleStorage | undefined = isNode(source, "storage") ? source : undefined;
  const offset = asCount(start);
  const shape = counts(sizes);
  const stride = counts(steps);
  const dtype = isNode(type, "global") && type.module === "torch" && TORCH_DTYPES.has(type.name) ? type.name : storage?.dtype;
  if (offset === undefined || offset < 0 || shape === undefined || stride === undefined || dtype === undefined) return undefined;
  return { kind: "tensor", storage, dtype, offset, shape, stride };
}

function counts(value: PickleValue | undefined): readonly number[] | undefined {
  const items = itemsOf(value);
  if (!isNode(value, "tuple") || items.length > MOST_DIMENSIONS) return undefined;
  return items.every((item) => (asCount(item) ?? -1) >= 0) ? (items as readonly number[]) : undefined;
}
