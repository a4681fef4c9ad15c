// The header of one safetensors file, with every rule of the format enforced: bounded length, no duplicate keys, no holes, no
// overlaps, shape × element size = bytes, text-only metadata. Source: safetensors/README.md, section Format.
import type { FileReader } from "../../files/index.ts";
import { brokenSafetensors, unsupportedDtype } from "./errors.ts";
import { findRepeatedKey } from "./repeated-key.ts";
import { SAFETENSORS_DTYPES, type SafetensorsDtype, type SafetensorsTensor } from "./types.ts";

/** From the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Names, sizes and offsets; the largest models that are published have under a million. */
const MAX_VALUES = 4_000_000;
/** The header, an entry, its shape. */
const MAX_DEPTH = 3;
const MAX_NAME = 4096;

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of the data. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** @throws `safetensors.broken`, `safetensors.unsupported_dtype` */
export function readHeader(file: FileReader): SafetensorsHeader {
  const { path, sizeBytes } = file;
  if (sizeBytes < 8) throw brokenSafetensors(path, `it has ${sizeBytes} bytes, a safetensors file has at least 8`);
  const prefix = file.read(0, 8);
  const announced = new DataView(prefix.buffer).getBigUint64(0, true);
  if (announced > BigInt(MAX_HEADER_BYTES)) throw brokenSafetensors(path, `it announces a header of ${announced} bytes, at most ${MAX_HEADER_BYTES} are allowed`);
  const headerBytes = Number(announced);
  if (8 + headerBytes > sizeBytes) throw brokenSafetensors(path, `it announces a header of ${headerBytes} bytes, ${sizeBytes - 8} are left`);
  const entries = parseHeader(path, file.read(8, headerBytes));
  const metadata = new Map<string, string>();
  const tensors: SafetensorsTensor[] = [];
  for (const [name, entry] of entries) {
    if (name === "__metadata__") for (const [key, value] of readMetadata(path, entry)) metadata.set(key, value);
    else tensors.push(readEntry(path, name, entry, 8 + headerBytes));
  }
  tensors.sort((a, b) => a.offset - b.offset || a.sizeBytes - b.sizeBytes);
  requireContiguous(path, tensors, 8 + headerBytes, sizeBytes);
  return { metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

function parseHeader(path: string, bytes: Uint8Array): readonly [string, unknown][] {
  if (bytes[0] !== 0x7b) throw brokenSafetensors(path, "its header does not begin with {");
  requireModest(path, bytes);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const header: unknown = JSON.parse(text);
    const twice = findRepeatedKey(text);
    if (twice !== undefined) throw new SyntaxError(`the name ${twice.slice(0, 40)} stands in it twice`);
    return Object.entries(header as object);
  } catch (cause) {
    throw brokenSafetensors(path, `its header is not valid JSON: ${(cause as Error).message}`);
  }
}

/** Looks at the brackets and commas before anything is made of them: 100 MB of those would become gigabytes. */
function requireModest(path: string, bytes: Uint8Array): void {
  let [depth, values, inText] = [0, 0, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inText) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > MAX_DEPTH) throw brokenSafetensors(path, `its header nests deeper than the ${MAX_DEPTH} levels the format has`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if ((byte === 0x2c || byte === 0x3a) && ++values > MAX_VALUES) throw brokenSafetensors(path, `its header holds more than ${MAX_VALUES} values`);
  }
}

function readMetadata(path: string, entry: unknown): readonly [string, string][] {
  if (!isObject(entry)) throw brokenSafetensors(path, "__metadata__ is not an object of texts");
  return Object.entries(entry).map(([key, value]) => {
    if (typeof value !== "string") throw brokenSafetensors(path, `the metadata ${key.slice(0, 40)} is ${typeof value}, it needs to be text`);
    return [key, value];
  });
}

function readEntry(path: string, name: string, entry: unknown, dataStart: number): SafetensorsTensor {
  if (name.length > MAX_NAME) throw brokenSafetensors(path, `the name ${name.slice(0, 40)}… has ${name.length} letters, at most ${MAX_NAME} are read`);
  if (!isObject(entry)) throw brokenSafetensors(path, `the entry of ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (typeof dtype !== "string") throw brokenSafetensors(path, `${name} has no dtype`);
  if (!Object.hasOwn(SAFETENSORS_DTYPES, dtype)) throw unsupportedDtype(path, name, dtype.slice(0, 40));
  if (!isSizeList(shape)) throw brokenSafetensors(path, `${name} has no shape of whole numbers`);
  if (!isSizeList(offsets) || offsets.length !== 2) throw brokenSafetensors(path, `${name} has no pair of data_offsets`);
  const [begin, end] = offsets as readonly [number, number];
  const needed = shape.reduce((product, size) => product * size, SAFETENSORS_DTYPES[dtype as SafetensorsDtype]);
  if (end - begin !== needed) throw brokenSafetensors(path, `${name} spans ${end - begin} bytes, its shape [${shape.slice(0, 8).join(", ")}${shape.length > 8 ? ", …" : ""}] in ${dtype} needs ${needed}`);
  return { name, dtype: dtype as SafetensorsDtype, shape, offset: dataStart + begin, sizeBytes: needed };
}

function requireContiguous(path: string, tensors: readonly SafetensorsTensor[], dataStart: number, sizeBytes: number): void {
  let position = dataStart;
  for (const { name, offset, sizeBytes: length } of tensors) {
    if (offset !== position) throw brokenSafetensors(path, `${name} begins at byte ${offset}, the tensor before it ends at ${position}`);
    position += length;
  }
  if (position !== sizeBytes) throw brokenSafetensors(path, `its tensors end at byte ${position}, the file at ${sizeBytes}`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizeList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}
