// A table as one file: "TSRUNS01", the length of the header (u32), its CRC-32 (u32), the header (JSON), then each column's parts, aligned to
// 8 bytes, little-endian, each with its CRC-32. Only the columns that are asked for are read. Columns with few values hold row numbers.
import { crc32 } from "node:zlib";
import { createFile, openFile } from "../../files/index.ts";
import { tableOf, type Column, type NumberColumn, type Table, type TextColumn } from "./columns.ts";

const MAGIC = "TSRUNS01";
const PREFIX_BYTES = 16;

/** `rows` is there when the part holds only some rows. */
interface Part {
  readonly values: Section;
  readonly rows?: Section;
}
type Section = readonly [offset: number, bytes: number, crc: number];
interface ColumnEntry {
  readonly name: string;
  readonly numbers?: Part;
  readonly codes?: Part;
  readonly texts?: Section;
}
interface Header {
  readonly bytes: number;
  readonly rowCount: number;
  readonly columns: readonly ColumnEntry[];
  readonly note: unknown;
}

/** An index file that is damaged, cut or of another format: it is built again. */
export class BrokenIndex extends Error {}

/** Writes a table with a note (any JSON value), whole or not at all. */
export function writeTable(path: string, table: Table, note: unknown): void {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const put = (bytes: Uint8Array): Section => {
    const section: Section = [offset, bytes.byteLength, crc32(bytes)];
    const padding = (8 - (bytes.byteLength % 8)) % 8;
    pieces.push(bytes, new Uint8Array(padding));
    offset += bytes.byteLength + padding;
    return section;
  };
  const columns = table.names.flatMap((name): ColumnEntry[] => {
    const column = table.column(name);
    if (column === undefined) return [];
    const { numbers, texts } = column;
    return [{ name, ...(numbers && { numbers: putPart(put, numbers.values, Number.isNaN) }), ...(texts && { codes: putPart(put, texts.codes, isZero), texts: put(Buffer.from(JSON.stringify(texts.texts))) }) }];
  });
  const header = Buffer.from(JSON.stringify({ bytes: offset, rowCount: table.rowCount, columns, note } satisfies Header));
  const file = createFile(path);
  try {
    file.write(MAGIC);
    file.write(u32(header.byteLength, crc32(header)));
    file.write(header);
    file.write(new Uint8Array((8 - (header.byteLength % 8)) % 8));
    for (const piece of pieces) file.write(piece);
    file.commit();
  } finally {
    file.abort();
  }
}

const isZero = (value: number): boolean => value === 0;

function putPart(put: (bytes: Uint8Array) => Section, values: Float64Array | Uint32Array, isEmpty: (value: number) => boolean): Part {
  let filled = 0;
  for (const value of values) if (!isEmpty(value)) filled += 1;
  if (2 * filled > values.length) return { values: put(bytesOf(values)) };
  const rows = new Uint32Array(filled);
  const some = values instanceof Float64Array ? new Float64Array(filled) : new Uint32Array(filled);
  let at = 0;
  for (let row = 0; row < values.length; row += 1) {
    if (isEmpty(values[row]!)) continue;
    rows[at] = row;
    some[at++] = values[row]!;
  }
  return { rows: put(bytesOf(rows)), values: put(bytesOf(some)) };
}

/** Opens a table; columns are read when they are first asked for, from the file as it was when it was opened. @throws BrokenIndex here and at `column`, `files.missing` */
export function openTable(path: string): { readonly table: Table; readonly note: unknown; close(): void } {
  const file = openFile(path);
  try {
    if (file.sizeBytes < PREFIX_BYTES) throw new BrokenIndex("cut");
    const prefix = Buffer.from(file.read(0, PREFIX_BYTES));
    const length = prefix.readUInt32LE(8);
    const start = PREFIX_BYTES + length + ((8 - (length % 8)) % 8);
    if (prefix.toString("latin1", 0, 8) !== MAGIC || start > file.sizeBytes) throw new BrokenIndex("not of this format");
    const headerBytes = file.read(PREFIX_BYTES, length);
    if (crc32(headerBytes) !== prefix.readUInt32LE(12)) throw new BrokenIndex("damaged header");
    const header = JSON.parse(Buffer.from(headerBytes).toString("utf8")) as Header;
    if (start + header.bytes !== file.sizeBytes) throw new BrokenIndex("cut");
    const read = ([offset, bytes, crc]: Section): Uint8Array<ArrayBuffer> => {
      const piece = file.read(start + offset, bytes);
      if (crc32(piece) !== crc) throw new BrokenIndex("damaged column");
      return piece;
    };
    return { table: lazyTable(header, read), note: header.note, close: file.close };
  } catch (cause) {
    file.close();
    throw cause;
  }
}

function lazyTable({ rowCount, columns }: Header, read: (section: Section) => Uint8Array<ArrayBuffer>): Table {
  const entries = new Map(columns.map((entry) => [entry.name, entry]));
  const ready = new Map<string, Column>();
  return {
    ...tableOf(rowCount, ready),
    names: [...entries.keys()],
    column(name) {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      const column = ready.get(name) ?? readColumn(entry, rowCount, read);
      ready.set(name, column);
      return column;
    },
  };
}

function readColumn({ numbers, codes, texts }: ColumnEntry, rowCount: number, read: (section: Section) => Uint8Array<ArrayBuffer>): Column {
  const part = <Values extends Float64Array | Uint32Array>({ values, rows }: Part, view: (bytes: Uint8Array<ArrayBuffer>) => Values, empty: () => Values): Values => {
    if (rows === undefined) return view(read(values));
    const [places, some, all] = [new Uint32Array(read(rows).buffer), view(read(values)), empty()];
    places.forEach((row, at) => (all[row] = some[at]!));
    return all;
  };
  const numberColumn: NumberColumn | undefined = numbers && {
    kind: "number",
    values: part(numbers, (bytes) => new Float64Array(bytes.buffer), () => new Float64Array(rowCount).fill(Number.NaN)),
  };
  const textColumn: TextColumn | undefined = codes && texts && {
    kind: "text",
    codes: part(codes, (bytes) => new Uint32Array(bytes.buffer), () => new Uint32Array(rowCount)),
    texts: JSON.parse(Buffer.from(read(texts)).toString("utf8")) as readonly string[],
  };
  return { ...(numberColumn && { numbers: numberColumn }), ...(textColumn && { texts: textColumn }) };
}

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function u32(...values: readonly number[]): Uint8Array {
  return bytesOf(Uint32Array.from(values));
}
