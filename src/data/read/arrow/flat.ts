// The little of flatbuffers that Arrow's messages need. Every place is checked against the bytes there are: a DataView throws a RangeError at what lies
// outside. Source: FlatBuffers, internals.

export interface FlatTable {
  readonly view: DataView;
  /** Where the table begins. */
  readonly at: number;
}

export function rootTable(bytes: Uint8Array): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { view, at: view.getUint32(0, true) };
}

/** Where field number `index` stands, or 0 when it is absent. */
function placeOf({ view, at }: FlatTable, index: number): number {
  const fields = at - view.getInt32(at, true);
  const entry = 4 + 2 * index;
  const offset = entry < view.getUint16(fields, true) ? view.getUint16(fields + entry, true) : 0;
  return offset === 0 ? 0 : at + offset;
}

export function byteField(table: FlatTable, index: number, absent = 0): number {
  const place = placeOf(table, index);
  return place === 0 ? absent : table.view.getUint8(place);
}

export function shortField(table: FlatTable, index: number, absent = 0): number {
  const place = placeOf(table, index);
  return place === 0 ? absent : table.view.getInt16(place, true);
}

export function intField(table: FlatTable, index: number, absent = 0): number {
  const place = placeOf(table, index);
  return place === 0 ? absent : table.view.getInt32(place, true);
}

/** @throws RangeError for a number that no length of a file can be */
export function longField(table: FlatTable, index: number, absent = 0): number {
  const place = placeOf(table, index);
  return place === 0 ? absent : safeLong(table.view, place);
}

export function tableField(table: FlatTable, index: number): FlatTable | undefined {
  const place = placeOf(table, index);
  return place === 0 ? undefined : { view: table.view, at: place + table.view.getUint32(place, true) };
}

export function textField(table: FlatTable, index: number): string {
  const place = placeOf(table, index);
  if (place === 0) return "";
  const start = place + table.view.getUint32(place, true);
  const length = table.view.getUint32(start, true);
  if (length > table.view.byteLength - start - 4) throw new RangeError(`a name claims ${length} bytes`);
  return new TextDecoder().decode(new Uint8Array(table.view.buffer, table.view.byteOffset + start + 4, length));
}

/** The tables of a vector. */
export function tablesField(table: FlatTable, index: number): readonly FlatTable[] {
  return vectorOf(table, index, 4).map((at) => ({ view: table.view, at: at + table.view.getUint32(at, true) }));
}

/** The structs of a vector, as rows of 64-bit numbers. */
export function structsField(table: FlatTable, index: number, longs: number): readonly (readonly number[])[] {
  return vectorOf(table, index, 8 * longs).map((at) => Array.from({ length: longs }, (_, member) => safeLong(table.view, at + 8 * member)));
}

/** Where each element of a vector stands. */
function vectorOf(table: FlatTable, index: number, elementBytes: number): readonly number[] {
  const place = placeOf(table, index);
  if (place === 0) return [];
  const start = place + table.view.getUint32(place, true);
  const length = table.view.getUint32(start, true);
  if (length * elementBytes > table.view.byteLength - start - 4) throw new RangeError(`a list claims ${length} members`);
  return Array.from({ length }, (_, member) => start + 4 + elementBytes * member);
}

function safeLong(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  if (value < 0 || !Number.isSafeInteger(value)) throw new RangeError(`a length is ${value}`);
  return value;
}
