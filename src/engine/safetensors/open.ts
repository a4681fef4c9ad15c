import { join } from "node:path";
import { exists, isFile, listDirectory, openFile, readJson, type FileReader } from "../../files/index.ts";
import { brokenSafetensors, safetensorsTensorMissing, weightsMissing } from "./errors.ts";
import { readHeader, type SafetensorsHeader } from "./header.ts";
import type { SafetensorsFile, SafetensorsTensor } from "./types.ts";

export const SINGLE_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

interface Shard extends SafetensorsHeader {
  readonly file: FileReader;
}

interface Place {
  readonly tensor: SafetensorsTensor;
  readonly file: FileReader;
}

/** Opens one safetensors file and checks its whole header; tensors are read by range later. Close it. @throws `files.missing`, `safetensors.broken`, `safetensors.unsupported_dtype` */
export function openSafetensors(path: string): SafetensorsFile {
  const shard = openShard(path);
  return present(path, [shard], new Map([...shard.tensors].map(([name, tensor]) => [name, { tensor, file: shard.file }])));
}

/** Opens the weights of a Hugging Face model directory: `model.safetensors`, or all shards of its index. @throws `safetensors.weights_missing`, `safetensors.broken`, `files.missing` */
export function openSafetensorsDirectory(directory: string): SafetensorsFile {
  if (isFile(join(directory, SINGLE_FILE))) return openSafetensors(join(directory, SINGLE_FILE));
  const index = join(directory, INDEX_FILE);
  if (!isFile(index)) throw weightsMissing(directory, exists(directory) ? listDirectory(directory).files : []);
  const weightMap = readWeightMap(index);
  const shards = new Map<string, Shard>();
  try {
    for (const name of [...new Set(weightMap.values())].sort()) shards.set(name, openShard(join(directory, name)));
    const places = new Map<string, Place>();
    for (const [name, shardName] of weightMap) {
      const shard = shards.get(shardName);
      const tensor = shard?.tensors.get(name);
      if (shard === undefined || tensor === undefined) throw brokenSafetensors(index, `it says ${name} is in ${shardName}, which does not hold it`);
      places.set(name, { tensor, file: shard.file });
    }
    return present(directory, [...shards.values()], places);
  } catch (error) {
    for (const { file } of shards.values()) file.close();
    throw error;
  }
}

function openShard(path: string): Shard {
  const file = openFile(path);
  try {
    return { file, ...readHeader(file) };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Tensor name → file name beside the index. */
function readWeightMap(index: string): ReadonlyMap<string, string> {
  const json = readJson(index);
  const map: unknown = typeof json === "object" && json !== null ? (json as Record<string, unknown>)["weight_map"] : undefined;
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw brokenSafetensors(index, "it has no weight_map");
  return new Map(Object.entries(map).map(([name, file]) => {
    if (typeof file !== "string" || !/^[^/\\]+\.safetensors$/.test(file)) throw brokenSafetensors(index, `it places ${name} in ${JSON.stringify(file)}, which is not a .safetensors file beside it`);
    return [name, file];
  }));
}

function present(path: string, shards: readonly Shard[], places: ReadonlyMap<string, Place>): SafetensorsFile {
  const find = (name: string): Place => {
    const place = places.get(name);
    if (place === undefined) throw safetensorsTensorMissing(path, name);
    return place;
  };
  return {
    path,
    files: shards.map(({ file }) => file.path),
    metadata: new Map(shards.flatMap(({ metadata }) => [...metadata])),
    tensors: new Map([...places].map(([name, { tensor }]) => [name, tensor])),
    read(name) {
      const { tensor, file } = find(name);
      return file.read(tensor.offset, tensor.sizeBytes);
    },
    readRange(name, start, length) {
      const { tensor, file } = find(name);
      if (start < 0 || length < 0 || start + length > tensor.sizeBytes) throw new RangeError(`Cannot read ${name}: bytes ${start}..${start + length} are outside its ${tensor.sizeBytes} bytes`);
      return file.read(tensor.offset + start, length);
    },
    close: () => shards.forEach(({ file }) => file.close()),
  };
}
