// Scalars and small arrays of numpy. Source: numpy/_core/src/multiarray/{scalartypes,descriptor,methods}.c, `__reduce__`.
import { asCount, isNode, itemsOf, type PickleArray, type PickleValue } from "./value.ts";

const MOST_KEPT_BYTES = 1024;

/** `<f8` for `f8`, as the dtype's own text. */
export function dtypeCode(code: string): string {
  return code.slice(0, 64);
}

/** `numpy.dtype` leaves a mark `dtype <code>`; its state adds the byte order. */
export function dtypeOf(value: PickleValue | undefined): string | undefined {
  return isNode(value, "mark") && value.text.startsWith("dtype ") ? value.text.slice(6) : undefined;
}

/** The number, truth value or text of a `numpy` scalar. */
export function scalarOf(type: PickleValue | undefined, content: PickleValue | undefined): PickleValue | undefined {
  const code = dtypeOf(type);
  if (code === undefined || !isNode(content, "bytes") || content.content === undefined) return undefined;
  return decodeElement(code, content.content, 0);
}

export function emptyArray(): PickleArray {
  return { kind: "array", shape: [0], dtype: "" };
}

/** State of an array: `(version, shape, dtype, is Fortran, content)`. */
export function fillArray(array: PickleArray, state: PickleValue): void {
  const [, shape, type, , content] = itemsOf(state);
  array.shape = itemsOf(shape).flatMap((size) => asCount(size) ?? []).slice(0, 64);
  array.dtype = dtypeOf(type) ?? "object";
  if (isNode(content, "bytes") && content.content !== undefined && content.sizeBytes <= MOST_KEPT_BYTES) array.content = content.content;
}

/** `_frombuffer(content, dtype, shape, order)` of pickle protocol 5. */
export function frombuffer([content, type, shape]: readonly PickleValue[]): PickleValue {
  const array = emptyArray();
  fillArray(array, { kind: "tuple", items: [1, shape ?? null, type ?? null, false, content ?? null] });
  return array;
}

/** Elements of a small array in the order they are stored; undefined when they were not kept or are not plain. */
export function elementsOf({ dtype, content }: PickleArray): readonly PickleValue[] | undefined {
  const size = Number(/\d+$/.exec(dtype)?.[0]) * (/U\d+$/.test(dtype) ? 4 : 1);
  if (content === undefined || !(size > 0)) return undefined;
  const values = Array.from({ length: Math.floor(content.length / size) }, (_, at) => decodeElement(dtype, content, at * size));
  return values.some((value) => value === undefined) ? undefined : (values as PickleValue[]);
}

function decodeElement(dtype: string, content: Uint8Array, at: number): PickleValue | undefined {
  const [, order, kind, digits] = /^([<>=|]?)([a-zA-Z])(\d+)$/.exec(dtype) ?? [];
  const size = Number(digits) * (kind === "U" ? 4 : 1);
  if (kind === undefined || !(size > 0) || at + size > content.length) return undefined;
  const view = new DataView(content.buffer, content.byteOffset + at, size);
  const little = order !== ">";
  switch (`${kind}${digits}`) {
    case "f8": return view.getFloat64(0, little);
    case "f4": return view.getFloat32(0, little);
    case "f2": return halfToNumber(view.getUint16(0, little));
    case "i8": return narrow(view.getBigInt64(0, little));
    case "i4": return view.getInt32(0, little);
    case "i2": return view.getInt16(0, little);
    case "i1": return view.getInt8(0);
    case "u8": return narrow(view.getBigUint64(0, little));
    case "u4": return view.getUint32(0, little);
    case "u2": return view.getUint16(0, little);
    case "u1": return view.getUint8(0);
    case "b1": return view.getUint8(0) !== 0;
  }
  if (kind === "S") return new TextDecoder("latin1").decode(content.subarray(at, at + size)).replace(/\0+$/, "");
  if (kind === "U") return Array.from({ length: size / 4 }, (_, index) => safeCodePoint(view.getUint32(4 * index, little))).join("").replace(/\0+$/, "");
  return undefined;
}

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bigint that fits is a number. */
function narrow(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function safeCodePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
