// Record batches built from bytes: texts are copied from where they stand, never made strings. Layout: Arrow columnar format, "Variable-size
// Binary Layout" and "Variable-size List Layout".
import { Field, Int32, List, makeData, Struct, Utf8, type Data, type DataType } from "apache-arrow";

/** The values of one column of a batch. `start` and `end` are places in `bytes`. */
export interface TextColumn {
  readonly type: Utf8;
  readonly byteLength: number;
  add(bytes: Uint8Array, start: number, end: number): void;
  addText(text: string): void;
  addNull(): void;
  /** The values so far as Arrow data; the column is empty again, and its memory is used again. */
  finish(): Data<Utf8>;
}

/** Which values of a column are there. */
function createValidity() {
  let bits = new Uint8Array(1 << 7);
  let length = 0;
  let nullCount = 0;
  return {
    get length() {
      return length;
    },
    add(isValid: boolean) {
      if (length >> 3 === bits.length) bits = grow(bits, 2 * bits.length);
      if (isValid) bits[length >> 3]! |= 1 << (length & 7);
      else nullCount += 1;
      length += 1;
    },
    finish() {
      const part = { length, nullCount, nullBitmap: nullCount === 0 ? undefined : bits.slice(0, (length + 7) >> 3) };
      bits.fill(0);
      length = 0;
      nullCount = 0;
      return part;
    },
  };
}

export function createTextColumn(): TextColumn {
  const type = new Utf8();
  const validity = createValidity();
  const encoder = new TextEncoder();
  let data = new Uint8Array(1 << 16);
  let offsets = new Int32Array(1 << 10);
  let byteLength = 0;
  const close = (isValid: boolean): void => {
    validity.add(isValid);
    if (validity.length === offsets.length) offsets = grow(offsets, 2 * offsets.length);
    offsets[validity.length] = byteLength;
  };
  const add = (bytes: Uint8Array, start: number, end: number): void => {
    if (byteLength + end - start > data.length) data = grow(data, 2 * (byteLength + end - start));
    data.set(bytes.subarray(start, end), byteLength);
    byteLength += end - start;
    close(true);
  };
  return {
    type,
    get byteLength() {
      return byteLength;
    },
    add,
    addText(text) {
      const bytes = encoder.encode(text);
      add(bytes, 0, bytes.length);
    },
    addNull: () => close(false),
    finish() {
      const part = validity.finish();
      const built = makeData({ type, ...part, valueOffsets: offsets.subarray(0, part.length + 1), data: data.subarray(0, byteLength) });
      byteLength = 0;
      return built;
    },
  };
}

/** A column of lists, whose elements are texts or objects of texts and whole numbers. */
export interface ListColumn {
  readonly type: List;
  add(elements: readonly unknown[] | undefined): void;
  finish(): Data<List>;
}

/** A column of values that are handed over as they are. */
interface ValueColumn {
  readonly type: DataType;
  add(value: unknown): void;
  finish(): Data;
}

/** What stands in a list: texts, or objects with these fields in this order. */
export type ElementShape = "text" | Readonly<Record<string, "text" | "integer">>;

export function createListColumn(shape: ElementShape): ListColumn {
  const elements = shape === "text" ? createTexts() : createObjects(shape);
  const type = new List(new Field("item", elements.type, true));
  const validity = createValidity();
  let ends: number[] = [0];
  return {
    type,
    add(values) {
      for (const value of values ?? []) elements.add(value);
      validity.add(values !== undefined);
      ends.push(ends.at(-1)! + (values?.length ?? 0));
    },
    finish() {
      const built = makeData({ type, ...validity.finish(), valueOffsets: Int32Array.from(ends), child: elements.finish() });
      ends = [0];
      return built;
    },
  };
}

function createTexts(): ValueColumn {
  const column = createTextColumn();
  return { type: column.type, add: (value) => (typeof value === "string" ? column.addText(value) : column.addNull()), finish: () => column.finish() };
}

function createIntegers(): ValueColumn {
  const type = new Int32();
  const validity = createValidity();
  let values: number[] = [];
  return {
    type,
    add(value) {
      validity.add(typeof value === "number");
      values.push(typeof value === "number" ? value : 0);
    },
    finish() {
      const built = makeData({ type, ...validity.finish(), data: Int32Array.from(values) });
      values = [];
      return built;
    },
  };
}

function createObjects(shape: Readonly<Record<string, "text" | "integer">>): ValueColumn {
  const members = Object.entries(shape).map(([name, kind]) => ({ name, column: kind === "text" ? createTexts() : createIntegers() }));
  const type = new Struct(members.map(({ name, column }) => new Field(name, column.type, true)));
  let length = 0;
  return {
    type,
    add(value) {
      for (const { name, column } of members) column.add((value as Readonly<Record<string, unknown>>)[name]);
      length += 1;
    },
    finish() {
      const built = makeData({ type, length, nullCount: 0, children: members.map(({ column }) => column.finish()) });
      length = 0;
      return built;
    },
  };
}

function grow<T extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(numbers: T, length: number): T {
  const larger = (numbers instanceof Uint8Array ? new Uint8Array(length) : new Int32Array(length)) as T;
  larger.set(numbers);
  return larger;
}
