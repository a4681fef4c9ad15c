// safetensors files, streamed: the header is laid out from shapes alone, then one tensor after another is asked for its bytes.
import { join } from "node:path";
import { createFile, requireFreeBytes, writeJson, type FileWriter } from "../../files/index.ts";
import { unwritableSafetensors } from "./errors.ts";
import { MAX_HEADER_BYTES } from "./header.ts";
import { INDEX_FILE, SINGLE_FILE } from "./open.ts";
import { SAFETENSORS_DTYPES, type SafetensorsDtype, type SafetensorsTensorSource } from "./types.ts";

/** The reference writer lays larger elements first, so that every tensor is aligned (tensor.rs, order of the enum, descending). */
const ORDER: readonly SafetensorsDtype[] = ["U64", "I64", "F64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "F8_E8M0", "F8_E4M3", "F8_E5M2", "I8", "U8", "BOOL"];

/** Text to text; Hugging Face readers want `format: "pt"`. */
export type SafetensorsMetadata = Readonly<Record<string, string>>;

/**
 * Writes one safetensors file whole or not at all, holding one tensor (or one piece of it) in memory at a time.
 * @throws `files.disk_too_small`, `safetensors.unwritable` (duplicate name, wrong byte count, header too large)
 */
export function writeSafetensors(path: string, tensors: Iterable<SafetensorsTensorSource>, metadata: SafetensorsMetadata = { format: "pt" }): void {
  const ordered = [...tensors].sort((a, b) => ORDER.indexOf(a.dtype) - ORDER.indexOf(b.dtype) || (a.name < b.name ? -1 : 1));
  const header = encodeHeader(path, ordered, metadata);
  requireFreeBytes(path, header.byteLength + ordered.reduce((total, tensor) => total + byteLength(tensor), 0));
  const file = createFile(path);
  try {
    file.write(header);
    for (const tensor of ordered) writeTensor(file, tensor);
    file.commit();
  } finally {
    file.abort();
  }
}

interface ShardOptions {
  /** A new file is begun above this. Default 5 GB. */
  readonly maxShardBytes?: number;
  readonly metadata?: SafetensorsMetadata;
}

/**
 * Writes the weights of a model directory: `model.safetensors`, or numbered shards with their index when they are larger than a shard.
 * @throws `files.disk_too_small`, `safetensors.unwritable`
 */
export function writeSafetensorsDirectory(directory: string, tensors: Iterable<SafetensorsTensorSource>, options: ShardOptions = {}): void {
  const shards = splitIntoShards([...tensors], options.maxShardBytes ?? 5e9);
  requireFreeBytes(directory, shards.flat().reduce((total, tensor) => total + byteLength(tensor), 0));
  if (shards.length === 1) {
    writeSafetensors(join(directory, SINGLE_FILE), shards[0] ?? [], options.metadata);
    return;
  }
  const nameOf = (index: number) => `model-${String(index + 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.safetensors`;
  for (const [index, shard] of shards.entries()) writeSafetensors(join(directory, nameOf(index)), shard, options.metadata);
  writeJson(join(directory, INDEX_FILE), {
    metadata: { total_size: shards.flat().reduce((total, tensor) => total + byteLength(tensor), 0) },
    weight_map: Object.fromEntries(shards.flatMap((shard, index) => shard.map(({ name }) => [name, nameOf(index)] as const)).sort(([a], [b]) => (a < b ? -1 : 1))),
  });
}

/** Fills shards in the given order; a tensor larger than a shard has one to itself. */
function splitIntoShards(tensors: readonly SafetensorsTensorSource[], maxBytes: number): readonly (readonly SafetensorsTensorSource[])[] {
  const shards: SafetensorsTensorSource[][] = [[]];
  let used = 0;
  for (const tensor of tensors) {
    const size = byteLength(tensor);
    if (used > 0 && used + size > maxBytes) {
      shards.push([]);
      used = 0;
    }
    shards.at(-1)?.push(tensor);
    used += size;
  }
  return shards;
}

function encodeHeader(path: string, tensors: readonly SafetensorsTensorSource[], metadata: SafetensorsMetadata): Uint8Array {
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  const names = new Set(["__metadata__"]);
  let position = 0;
  for (const tensor of tensors) {
    if (names.has(tensor.name)) throw unwritableSafetensors(path, `the tensor name ${tensor.name} is given twice or reserved`);
    names.add(tensor.name);
    const end = position + byteLength(tensor);
    entries.push([tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [position, end] }]);
    position = end;
  }
  const json = new TextEncoder().encode(`{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(",")}}`);
  const length = Math.ceil(json.byteLength / 8) * 8;
  if (length > MAX_HEADER_BYTES) throw unwritableSafetensors(path, `its header would have ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed`);
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function byteLength({ dtype, shape }: SafetensorsTensorSource): number {
  return shape.reduce((product, size) => product * size, SAFETENSORS_DTYPES[dtype]);
}

function writeTensor(file: FileWriter, tensor: SafetensorsTensorSource): void {
  const start = file.position;
  const content = tensor.bytes();
  for (const piece of content instanceof Uint8Array ? [content] : content) file.write(piece);
  const written = file.position - start;
  const needed = byteLength(tensor);
  if (written !== needed) throw unwritableSafetensors(file.path, `${tensor.name} gave ${written} bytes, its shape and type need ${needed}`);
}
