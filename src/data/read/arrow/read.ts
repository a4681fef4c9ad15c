// Apache Arrow IPC, streams (as `save_to_disk` writes them) and files (Feather 2), one record batch after the other. Source: Arrow columnar format,
// "Encapsulated message format" and "IPC File Format".
import { openFile, type FileReader } from "../../../files/index.ts";
import type { OnRead } from "../record.ts";
import { createColumns, type BatchParts, type Column, type Dictionaries } from "./column.ts";
import { byteField, longField, rootTable, structsField, tableField, type FlatTable } from "./flat.ts";
import { readSchema, type ArrowField } from "./schema.ts";

const SCHEMA = 1;
const DICTIONARY = 2;
const BATCH = 3;

export interface ArrowBatch {
  readonly rowCount: number;
  readonly columns: readonly (Column & { readonly name: string })[];
}

/** Streams the batches of a file; one is held at a time. @throws RangeError at the first thing that is not as the format says */
export function* readArrowBatches(path: string, onRead?: OnRead): Generator<ArrowBatch> {
  const file = openFile(path);
  try {
    let fields: readonly ArrowField[] | undefined;
    const dictionaries = new Map<number, { length: number; read: Column["read"] }>();
    for (const { kind, header, body } of messagesOf(file, onRead)) {
      if (kind === SCHEMA) fields = readSchema(header);
      else if (fields === undefined) throw new RangeError("rows come before the schema");
      else if (kind === DICTIONARY) addDictionary(dictionaries, header, body, fields);
      else if (kind === BATCH) yield readBatch(header, body, fields, dictionaries);
    }
    if (fields === undefined) throw new RangeError("it has no schema");
  } finally {
    file.close();
  }
}

/** Checks a whole file, so that it can be handed to a reader that trusts it. @throws RangeError at the first thing that is not as the format says */
export function checkArrow(path: string): void {
  for (const batch of readArrowBatches(path)) void batch;
}

interface Message {
  readonly kind: number;
  readonly header: FlatTable;
  readonly body: Uint8Array;
}

function* messagesOf(file: FileReader, onRead: OnRead = () => {}): Generator<Message> {
  const { sizeBytes } = file;
  if (sizeBytes < 8) throw new RangeError(`it holds ${sizeBytes} bytes`);
  let offset = Buffer.from(file.read(0, 6)).toString("latin1") === "ARROW1" ? 8 : 0;
  while (offset + 4 <= sizeBytes) {
    const prefix = new DataView(file.read(offset, Math.min(8, sizeBytes - offset)).buffer);
    const marked = prefix.getUint32(0, true) === 0xffff_ffff;
    const length = marked && prefix.byteLength < 8 ? 0 : prefix.getInt32(marked ? 4 : 0, true);
    if (length === 0) return;
    offset += marked ? 8 : 4;
    if (length < 0 || length > sizeBytes - offset) throw new RangeError(`a message claims ${length} bytes at ${offset} of ${sizeBytes}`);
    const message = rootTable(file.read(offset, length));
    offset += length;
    const bodyLength = longField(message, 3);
    if (bodyLength > sizeBytes - offset) throw new RangeError(`a message claims ${bodyLength} bytes of data at ${offset} of ${sizeBytes}`);
    const header = tableField(message, 2);
    if (header === undefined) throw new RangeError("a message has no header");
    onRead(length + bodyLength);
    yield { kind: byteField(message, 1), header, body: file.read(offset, bodyLength) };
    offset += bodyLength;
  }
}

function readBatch(header: FlatTable, body: Uint8Array, fields: readonly ArrowField[], dictionaries: Dictionaries): ArrowBatch {
  const rowCount = longField(header, 0);
  const column = createColumns(partsOf(header, body), dictionaries);
  const columns = fields.map((field) => ({ name: field.name, ...column(field) }));
  if (columns.length === 0 && rowCount > 0) throw new RangeError(`a batch claims ${rowCount} rows and has no column`);
  const short = columns.find(({ length }) => length !== rowCount);
  if (short !== undefined) throw new RangeError(`its column ${JSON.stringify(short.name)} has ${short.length} values in a batch of ${rowCount} rows`);
  return { rowCount, columns };
}

function addDictionary(dictionaries: Map<number, { length: number; read: Column["read"] }>, message: FlatTable, body: Uint8Array, fields: readonly ArrowField[]): void {
  const id = longField(message, 0);
  const header = tableField(message, 1);
  const field = findField(fields, id);
  if (header === undefined || field === undefined) throw new RangeError(`a dictionary ${id} that no column has`);
  const added = createColumns(partsOf(header, body), dictionaries)({ name: field.name, type: field.type, children: field.children });
  const before = byteField(message, 2) === 1 ? dictionaries.get(id) : undefined;
  const first = before?.length ?? 0;
  dictionaries.set(id, { length: first + added.length, read: (index) => (index < first ? before!.read(index) : added.read(index - first)) });
}

function findField(fields: readonly ArrowField[], id: number): ArrowField | undefined {
  for (const field of fields) {
    const found = field.dictionary?.id === id ? field : findField(field.children, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function partsOf(header: FlatTable, body: Uint8Array): BatchParts {
  if (tableField(header, 3) !== undefined) throw new RangeError("its data are compressed: write it without compression, or as Parquet");
  return { nodes: structsField(header, 1, 2), buffers: structsField(header, 2, 2), body };
}
