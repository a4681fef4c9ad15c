// Magic, version, metadata and tensor directory of a GGUF file.
import type { FileReader } from "../../files/index.ts";
import { createCursor, type Cursor } from "./cursor.ts";
import { brokenGguf, notGguf, unsupportedGguf } from "./errors.ts";
import { ARRAY_TYPE_ID, DEFAULT_ALIGNMENT, GGUF_VERSION, MAX_ELEMENTS, MAX_KEY_BYTES, MAX_VALUE_BYTES, SCALAR_BYTES, scalarTypeById } from "./layout.ts";
import { readTensorDirectory } from "./tensor-directory.ts";
import type { GgufMetadata, GgufNumberType, GgufScalarType, GgufTensor, GgufValue } from "./types.ts";

const MAGIC = 0x46554747; // "GGUF", little-endian
/** Key length, one byte of key, type, one byte of value. */
const MIN_ENTRY_BYTES = 14;

export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** @throws `gguf.not_gguf`, `gguf.unsupported`, `gguf.broken` */
export function readHeader(file: FileReader): GgufHeader {
  const cursor = createCursor(file);
  const version = readVersion(file, cursor);
  const tensorCount = cursor.u64("the number of tensors");
  const entryCount = cursor.u64("the number of metadata entries");
  if (entryCount * MIN_ENTRY_BYTES > cursor.remaining) {
    throw brokenGguf(file.path, `it announces ${entryCount} metadata entries, ${cursor.remaining} bytes are left for them`);
  }
  const metadata = new Map<string, GgufValue>();
  let elements = 0;
  for (let entry = 0; entry < entryCount; entry++) {
    const key = cursor.text(`metadata key ${entry}`, MAX_KEY_BYTES);
    if (metadata.has(key)) throw brokenGguf(file.path, `the metadata key ${key} stands in it twice`);
    const value = readValue(file.path, cursor, key, MAX_ELEMENTS - elements);
    if (value.type === "array") elements += value.value.length;
    metadata.set(key, value);
  }
  const alignment = readAlignment(file.path, metadata);
  return { version, metadata, tensors: readTensorDirectory(file, cursor, tensorCount, alignment) };
}

function readVersion(file: FileReader, cursor: Cursor): number {
  if (file.sizeBytes < 4) throw notGguf(file.path, `${file.sizeBytes} bytes and ends there`);
  const magic = cursor.u32("the magic number");
  if (magic !== MAGIC) throw notGguf(file.path, `bytes ${hexBytes(magic)}`);
  const version = cursor.u32("the version");
  if (version === 2 || version === GGUF_VERSION) return version;
  if (version % 0x10000 === 0) throw unsupportedGguf(file.path, "it is a big-endian GGUF file, only little-endian ones can be read");
  throw unsupportedGguf(file.path, `it is GGUF version ${version}, versions 2 and 3 can be read`);
}

/** @param room elements of arrays that may still be read */
function readValue(path: string, cursor: Cursor, key: string, room: number): GgufValue {
  const typeId = cursor.u32(`the type of ${key}`);
  if (typeId === ARRAY_TYPE_ID) return readArray(path, cursor, key, room);
  const type = scalarType(path, typeId, key);
  if (type === "string") return { type, value: cursor.text(key) };
  if (type === "bool") return { type, value: readBool(path, cursor.take(1, key).getUint8(0), key) };
  return { type, value: readNumber(path, cursor.take(SCALAR_BYTES[type], key), 0, type, key) };
}

function readArray(path: string, cursor: Cursor, key: string, room: number): GgufValue {
  const of = scalarType(path, cursor.u32(`the element type of ${key}`), key);
  const count = cursor.u64(`the number of elements of ${key}`);
  const size = SCALAR_BYTES[of];
  if (count * size > Math.min(cursor.remaining, MAX_VALUE_BYTES)) throw brokenGguf(path, `${key} announces ${count} elements, ${cursor.remaining} bytes are left for them`);
  if (count > room) throw brokenGguf(path, `${key} has ${count} elements, at most ${MAX_ELEMENTS} are read of all arrays together`);
  if (of === "string") {
    const value: string[] = [];
    for (let index = 0; index < count; index++) value.push(cursor.text(`element ${index} of ${key}`));
    return { type: "array", of, value };
  }
  const view = cursor.take(count * size, key);
  if (of === "bool") return { type: "array", of, value: Array.from({ length: count }, (_, index) => readBool(path, view.getUint8(index), key)) };
  return { type: "array", of, value: Array.from({ length: count }, (_, index) => readNumber(path, view, index * size, of, key)) };
}

function scalarType(path: string, id: number, key: string): GgufScalarType {
  const type = scalarTypeById(id);
  if (type !== undefined) return type;
  if (id === ARRAY_TYPE_ID) throw unsupportedGguf(path, `${key} is an array of arrays, which no known model uses`);
  throw brokenGguf(path, `${key} has the unknown value type ${id}`);
}

function readBool(path: string, byte: number, key: string): boolean {
  if (byte > 1) throw brokenGguf(path, `${key} is a truth value stored as ${byte}, it needs to be 0 or 1`);
  return byte === 1;
}

function readNumber(path: string, view: DataView, at: number, type: GgufNumberType, key: string): number {
  switch (type) {
    case "u8": return view.getUint8(at);
    case "i8": return view.getInt8(at);
    case "u16": return view.getUint16(at, true);
    case "i16": return view.getInt16(at, true);
    case "u32": return view.getUint32(at, true);
    case "i32": return view.getInt32(at, true);
    case "f32": return view.getFloat32(at, true);
    case "f64": return view.getFloat64(at, true);
    case "u64": return exact(path, view.getBigUint64(at, true), key);
    case "i64": return exact(path, view.getBigInt64(at, true), key);
  }
}

function exact(path: string, value: bigint, key: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw unsupportedGguf(path, `${key} is ${value}, integers up to 2^53 can be read`);
  return number;
}

function readAlignment(path: string, metadata: GgufMetadata): number {
  const entry = metadata.get("general.alignment");
  if (entry === undefined) return DEFAULT_ALIGNMENT;
  if (entry.type !== "u32" || entry.value === 0 || (entry.value & (entry.value - 1)) !== 0) {
    throw brokenGguf(path, `general.alignment is ${String(entry.value)}, it needs to be a power of two`);
  }
  return entry.value;
}

function hexBytes(value: number): string {
  return [0, 8, 16, 24].map((shift) => ((value >>> shift) & 255).toString(16).padStart(2, "0")).join(" ");
}

