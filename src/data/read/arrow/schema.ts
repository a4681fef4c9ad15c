// What the columns of an Arrow file are. Source: Arrow columnar format, Schema.fbs, format version 1.5.
import { byteField, intField, longField, shortField, tableField, tablesField, textField, type FlatTable } from "./flat.ts";

/** How a column is laid out. `bits` of numbers; `large` for 64-bit offsets. Values of `bytes` and `opaque` are passed over: they are no text. */
export type ArrowType =
  | { readonly kind: "null" | "bool" }
  | { readonly kind: "int"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "text" | "bytes" | "list"; readonly large: boolean }
  | { readonly kind: "date" | "time"; readonly bits: 32 | 64; readonly unitMs: number }
  | { readonly kind: "struct" | "opaque" }
  | { readonly kind: "fixed_list"; readonly size: number };

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly children: readonly ArrowField[];
  /** Number of the dictionary that the values are looked up in, and the type of the numbers that look them up. */
  readonly dictionary?: { readonly id: number; readonly index: ArrowType };
}

const MOST_DEPTH = 32;
const TYPE_NAMES = ["none", "null", "int", "float", "binary", "text", "bool", "decimal", "date", "time of day", "timestamp", "interval", "list", "struct", "union", "fixed-size binary", "fixed-size list", "map", "duration", "large binary", "large text", "large list", "run-end encoded", "binary view", "text view", "list view", "large list view"];

/** The columns of a Schema message. @throws RangeError for a column of a union, a view or runs */
export function readSchema(schema: FlatTable): readonly ArrowField[] {
  if (shortField(schema, 0) !== 0) throw new RangeError("its numbers are big-endian");
  return tablesField(schema, 1).map((field) => readField(field, 0));
}

function readField(field: FlatTable, depth: number): ArrowField {
  if (depth === MOST_DEPTH) throw new RangeError(`its columns are nested ${MOST_DEPTH} deep`);
  const name = textField(field, 0);
  const dictionary = tableField(field, 4);
  const index = dictionary === undefined ? undefined : tableField(dictionary, 1);
  return {
    name,
    type: readType(name, byteField(field, 2), tableField(field, 3)),
    children: tablesField(field, 5).map((child) => readField(child, depth + 1)),
    ...(dictionary !== undefined && { dictionary: { id: longField(dictionary, 0), index: index === undefined ? ({ kind: "int", bits: 32, signed: true } as const) : readType(name, 2, index) } }),
  };
}

function readType(name: string, code: number, type: FlatTable | undefined): ArrowType {
  const unread = () => new RangeError(`its column ${JSON.stringify(name)} is ${TYPE_NAMES[code] ?? `of type ${code}`}, which is not read`);
  const bitsOf = <Bits extends number>(bits: number, known: readonly Bits[]): Bits => {
    if (!known.includes(bits as Bits)) throw unread();
    return bits as Bits;
  };
  if (code === 1) return { kind: "null" };
  if (type === undefined) throw unread();
  switch (code) {
    case 2:
      return { kind: "int", bits: bitsOf(intField(type, 0), [8, 16, 32, 64]), signed: byteField(type, 1) !== 0 };
    case 3:
      return { kind: "float", bits: bitsOf([16, 32, 64][shortField(type, 0)] ?? 0, [16, 32, 64]) };
    case 4:
    case 19:
      return { kind: "bytes", large: code === 19 };
    case 5:
    case 20:
      return { kind: "text", large: code === 20 };
    case 7:
    case 9:
    case 11:
    case 15:
    case 18:
      return { kind: "opaque" };
    case 6:
      return { kind: "bool" };
    case 8:
      return shortField(type, 0, 1) === 0 ? { kind: "date", bits: 32, unitMs: 86_400_000 } : { kind: "date", bits: 64, unitMs: 1 };
    case 10:
      return { kind: "time", bits: 64, unitMs: [1000, 1, 1e-3, 1e-6][shortField(type, 0)] ?? 1 };
    case 12:
    case 17:
    case 21:
      return { kind: "list", large: code === 21 };
    case 13:
      return { kind: "struct" };
    case 16:
      return { kind: "fixed_list", size: intField(type, 0) };
    default:
      throw unread();
  }
}
