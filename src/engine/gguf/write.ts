// GGUF version 3, streamed: the directory is laid out from shapes alone, then one tensor after another is asked for its bytes.
import { TENSOR_TYPES, tensorBytes } from "../ffi/index.ts";
import { createFile, requireFreeBytes, type FileWriter } from "../../files/index.ts";
import { unwritableGguf } from "./errors.ts";
import { createEncoder, type Encoder } from "./encoder.ts";
import { ARRAY_TYPE_ID, DEFAULT_ALIGNMENT, GGUF_VERSION, integerRange, MAX_DIMENSIONS, MAX_KEY_BYTES, MAX_TENSOR_NAME_BYTES, paddingTo, SCALAR_TYPE_IDS } from "./layout.ts";
import type { GgufContents, GgufMetadata, GgufTensorSource, GgufValue } from "./types.ts";

interface PlacedTensor extends GgufTensorSource {
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Writes a GGUF file whole or not at all, holding one tensor (or one piece of it) in memory at a time.
 * @throws `files.disk_too_small`, `gguf.unwritable` (duplicate name, shape that is not whole blocks, wrong byte count, bad alignment)
 */
export function writeGguf(path: string, contents: GgufContents): void {
  const alignment = alignmentOf(path, contents.metadata);
  const tensors = place(path, contents.tensors, alignment);
  const header = encodeHeader(path, contents.metadata, tensors, alignment);
  const dataBytes = tensors.reduce((total, { sizeBytes }) => total + sizeBytes + paddingTo(alignment, sizeBytes), 0);
  requireFreeBytes(path, header.byteLength + dataBytes);
  const file = createFile(path);
  try {
    file.write(header);
    for (const tensor of tensors) writeTensor(file, tensor, alignment);
    file.commit();
  } finally {
    file.abort();
  }
}

function alignmentOf(path: string, metadata: GgufMetadata): number {
  const entry = metadata.get("general.alignment");
  if (entry === undefined) return DEFAULT_ALIGNMENT;
  if (entry.type === "u32" && entry.value > 0 && (entry.value & (entry.value - 1)) === 0) return entry.value;
  throw unwritableGguf(path, `general.alignment is ${String(entry.value)}, it needs to be a u32 power of two`);
}

function place(path: string, sources: Iterable<GgufTensorSource>, alignment: number): readonly PlacedTensor[] {
  const names = new Set<string>();
  const placed: PlacedTensor[] = [];
  let offset = 0;
  for (const source of sources) {
    const { name, shape, type } = source;
    if (names.has(name)) throw unwritableGguf(path, `the tensor ${name} is given twice`);
    names.add(name);
    if (Buffer.byteLength(name) > MAX_TENSOR_NAME_BYTES) throw unwritableGguf(path, `the tensor name ${name} is longer than ${MAX_TENSOR_NAME_BYTES} bytes`);
    if (shape.length < 1 || shape.length > MAX_DIMENSIONS || shape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
      throw unwritableGguf(path, `${name} has the shape [${shape.join(", ")}], 1 to ${MAX_DIMENSIONS} positive sizes are possible`);
    }
    const { blockSize } = TENSOR_TYPES[type];
    if ((shape.at(-1) ?? 0) % blockSize !== 0) throw unwritableGguf(path, `${name} has rows of ${shape.at(-1)}, ${type} needs multiples of ${blockSize}`);
    const sizeBytes = tensorBytes(type, shape.reduce((product, size) => product * size, 1));
    placed.push({ ...source, offset, sizeBytes });
    offset += sizeBytes + paddingTo(alignment, sizeBytes);
  }
  return placed;
}

function encodeHeader(path: string, metadata: GgufMetadata, tensors: readonly PlacedTensor[], alignment: number): Uint8Array {
  const out = createEncoder();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.number("u32", GGUF_VERSION);
  out.number("u64", tensors.length);
  out.number("u64", metadata.size);
  for (const [key, value] of metadata) {
    if (key === "" || Buffer.byteLength(key) > MAX_KEY_BYTES) throw unwritableGguf(path, `the metadata key ${JSON.stringify(key)} must have 1 to ${MAX_KEY_BYTES} bytes`);
    out.text(key);
    encodeValue(path, out, key, value);
  }
  for (const { name, shape, type, offset } of tensors) {
    out.text(name);
    out.number("u32", shape.length);
    for (const size of shape.toReversed()) out.number("u64", size);
    out.number("u32", TENSOR_TYPES[type].id);
    out.number("u64", offset);
  }
  out.bytes(new Uint8Array(paddingTo(alignment, out.position)));
  return out.finish();
}

function encodeValue(path: string, out: Encoder, key: string, value: GgufValue): void {
  out.number("u32", value.type === "array" ? ARRAY_TYPE_ID : SCALAR_TYPE_IDS[value.type]);
  const element = value.type === "array" ? value.of : value.type;
  if (value.type === "array") {
    out.number("u32", SCALAR_TYPE_IDS[value.of]);
    out.number("u64", value.value.length);
  }
  for (const member of value.type === "array" ? value.value : [value.value]) {
    if (typeof member === "string") out.text(member);
    else if (typeof member === "boolean") out.number("u8", member ? 1 : 0);
    else if (element !== "string" && element !== "bool") {
      const range = integerRange(element);
      if (range !== undefined && (!Number.isInteger(member) || member < range[0] || member > range[1])) throw unwritableGguf(path, `${key} is ${member}, which is not a value of type ${element}`);
      out.number(element, member);
    }
  }
}

function writeTensor(file: FileWriter, tensor: PlacedTensor, alignment: number): void {
  const start = file.position;
  const content = tensor.bytes();
  for (const piece of content instanceof Uint8Array ? [content] : content) file.write(piece);
  const written = file.position - start;
  if (written !== tensor.sizeBytes) throw unwritableGguf(file.path, `${tensor.name} gave ${written} bytes, its shape and type need ${tensor.sizeBytes}`);
  file.write(new Uint8Array(paddingTo(alignment, written)));
}
