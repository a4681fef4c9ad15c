// The values of one column of a record batch, read where they stand. Every buffer is checked against what the column says of itself before the first
// value is taken, so that no damaged file can make it read outside, or hold more than the file does. Source: Arrow columnar format, physical layout.
import type { ArrowField, ArrowType } from "./schema.ts";

/** Value number `index`, as JSON would hold it; 64-bit integers that a double cannot hold are `bigint`. */
export type ReadValue = (index: number) => unknown;

/** What the message says of the columns, in depth-first order, and the bytes behind it. */
export interface BatchParts {
  readonly nodes: readonly (readonly number[])[];
  readonly buffers: readonly (readonly number[])[];
  readonly body: Uint8Array;
}

/** The values of each dictionary. */
export type Dictionaries = ReadonlyMap<number, { readonly length: number; readonly read: ReadValue }>;

export interface Column {
  readonly length: number;
  readonly read: ReadValue;
}

/** Values need a bit each, but for those that are nothing at all: of these no more. */
const MOST_UNBACKED = 1_000_000;

/** Makes a reader of the columns of one batch, to be asked in the order of the fields. */
export function createColumns({ nodes, buffers, body }: BatchParts, dictionaries: Dictionaries): (field: ArrowField) => Column {
  let node = 0;
  let buffer = 0;
  const takeBuffer = (): DataView => {
    const [offset = 0, length = 0] = buffers[buffer++] ?? missing("buffer");
    if (offset + length > body.byteLength) throw new RangeError(`a buffer ends at ${offset + length} of ${body.byteLength} bytes`);
    return new DataView(body.buffer, body.byteOffset + offset, length);
  };
  const require = (view: DataView, bytes: number): DataView => {
    if (view.byteLength < bytes) throw new RangeError(`a buffer holds ${view.byteLength} bytes, its column needs ${bytes}`);
    return view;
  };

  const column = (field: ArrowField, plain = false): Column => {
    const { type, dictionary } = field;
    if (dictionary !== undefined && !plain) return lookedUp(column({ ...field, type: dictionary.index, children: [] }, true), dictionaries.get(dictionary.id));
    const [length = 0, nulls = 0] = nodes[node++] ?? missing("column");
    if (length > 8 * body.byteLength + MOST_UNBACKED) throw new RangeError(`a column claims ${length} values in ${body.byteLength} bytes`);
    if (type.kind === "null") return { length, read: () => null };
    const validity = takeBuffer();
    const hasNulls = nulls > 0 && validity.byteLength > 0;
    if (hasNulls) require(validity, Math.ceil(length / 8));
    const isNull = (index: number): boolean => hasNulls && ((validity.getUint8(index >> 3) >> (index & 7)) & 1) === 0;
    const read = valuesOf(field, length);
    return { length, read: (index) => (isNull(index) ? null : read(index)) };
  };

  const valuesOf = ({ type, children }: ArrowField, length: number): ReadValue => {
    switch (type.kind) {
      case "bool": {
        const bits = require(takeBuffer(), Math.ceil(length / 8));
        return (index) => ((bits.getUint8(index >> 3) >> (index & 7)) & 1) === 1;
      }
      case "int":
      case "float":
      case "date":
      case "time": {
        const values = require(takeBuffer(), (length * type.bits) / 8);
        return readNumber(type, values);
      }
      case "text": {
        const offsets = checkedOffsets(takeBuffer(), length, type.large);
        const bytes = require(takeBuffer(), offsets(length));
        const decoder = new TextDecoder();
        return (index) => decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + offsets(index), offsets(index + 1) - offsets(index)));
      }
      case "bytes": {
        const offsets = checkedOffsets(takeBuffer(), length, type.large);
        require(takeBuffer(), offsets(length));
        return () => null;
      }
      case "opaque":
        takeBuffer();
        return () => null;
      case "list": {
        const offsets = checkedOffsets(takeBuffer(), length, type.large);
        const items = column(only(children));
        if (offsets(length) > items.length) throw new RangeError(`a list ends at ${offsets(length)} of ${items.length} items`);
        return (index) => range(items.read, offsets(index), offsets(index + 1));
      }
      case "fixed_list": {
        const items = column(only(children));
        if (type.size < 0 || type.size * length > items.length) throw new RangeError(`lists of ${type.size} need ${type.size * length} items, there are ${items.length}`);
        return (index) => range(items.read, index * type.size, (index + 1) * type.size);
      }
      case "struct": {
        const members = children.map((child) => ({ name: child.name, ...column(child) }));
        const short = members.find((member) => member.length < length);
        if (short !== undefined) throw new RangeError(`a member of an object has ${short.length} values, needed are ${length}`);
        return (index) => Object.fromEntries(members.map(({ name, read }) => [name, read(index)]));
      }
      case "null":
        return () => null;
    }
  };

  /** Offsets that begin at 0 or later and never fall. An empty column may have none at all. */
  const checkedOffsets = (view: DataView, length: number, large: boolean): ((index: number) => number) => {
    if (length === 0 && view.byteLength === 0) return () => 0;
    require(view, (length + 1) * (large ? 8 : 4));
    const at = large ? (index: number) => Number(view.getBigInt64(8 * index, true)) : (index: number) => view.getInt32(4 * index, true);
    let last = 0;
    for (let index = 0; index <= length; index++) {
      const offset = at(index);
      if (offset < last) throw new RangeError(`an offset goes from ${last} back to ${offset}`);
      last = offset;
    }
    return at;
  };
  return column;
}

function readNumber(type: Extract<ArrowType, { readonly bits: number }>, view: DataView): ReadValue {
  if (type.kind === "float") {
    if (type.bits === 64) return (index) => view.getFloat64(8 * index, true);
    return type.bits === 32 ? (index) => view.getFloat32(4 * index, true) : (index) => halfToNumber(view.getUint16(2 * index, true));
  }
  if (type.kind === "int") return readInteger(view, type.bits, type.signed);
  const read = readInteger(view, type.bits, true);
  return (index) => {
    const date = new Date(Number(read(index)) * type.unitMs);
    return Number.isNaN(date.getTime()) ? null : date.toISOString();
  };
}

function readInteger(view: DataView, bits: 8 | 16 | 32 | 64, signed: boolean): (index: number) => number | bigint {
  switch (bits) {
    case 8:
      return signed ? (index) => view.getInt8(index) : (index) => view.getUint8(index);
    case 16:
      return signed ? (index) => view.getInt16(2 * index, true) : (index) => view.getUint16(2 * index, true);
    case 32:
      return signed ? (index) => view.getInt32(4 * index, true) : (index) => view.getUint32(4 * index, true);
    case 64:
      return (index) => {
        const value = signed ? view.getBigInt64(8 * index, true) : view.getBigUint64(8 * index, true);
        return Number.isSafeInteger(Number(value)) ? Number(value) : value;
      };
  }
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function lookedUp({ length, read }: Column, dictionary: { readonly length: number; readonly read: ReadValue } | undefined): Column {
  return {
    length,
    read: (index) => {
      const at = read(index);
      if (at === null) return null;
      if (dictionary === undefined || !(Number(at) >= 0 && Number(at) < dictionary.length)) throw new RangeError(`value ${String(at)} of a dictionary of ${dictionary?.length ?? 0}`);
      return dictionary.read(Number(at));
    },
  };
}

function range(read: ReadValue, from: number, to: number): readonly unknown[] {
  const items: unknown[] = [];
  for (let index = from; index < to; index++) items.push(read(index));
  return items;
}

function only(children: readonly ArrowField[]): ArrowField {
  return children[0] ?? missing("list item");
}

function missing(what: string): never {
  throw new RangeError(`a ${what} is missing`);
}
