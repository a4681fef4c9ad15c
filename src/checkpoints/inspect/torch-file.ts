// A file of `torch.save`: the zip archive of PyTorch 1.6 and later, the older format of five pickles and raw storages, or a bare pickle.
// Only the pickle and a few numbers are read. Source: torch/serialization.py of PyTorch 2.x.
import { withFile, type FileReader } from "../../files/index.ts";
import { inspectionBroken } from "./errors.ts";
import type { RefusedGlobal } from "./pickle/machine.ts";
import { readPickle } from "./pickle/run.ts";
import { createPickleSource, type PickleSource } from "./pickle/source.ts";
import { DTYPE_BYTES } from "./pickle/tensors.ts";
import { asCount, itemsOf, type PickleStorage, type PickleValue } from "./pickle/value.ts";
import { beginsLikeZip, findContent, readContent, readZipDirectory, type ZipEntry } from "./zip.ts";

export interface TorchFile {
  /** `script`: an archive of TorchScript, which holds code too. */
  readonly container: "zip" | "script" | "legacy" | "pickle";
  readonly value: PickleValue;
  readonly refused: readonly RefusedGlobal[];
  readonly storages: ReadonlyMap<string, PickleStorage>;
  readonly littleEndian: boolean;
  /** How many bytes of a storage there are, as the directory of the file says; undefined when there are none. */
  readonly storedBytes: (key: string) => number | undefined;
  /** Where they stand; looks at that place of the file. */
  readonly place: (key: string) => StoragePlace | undefined;
}

export interface StoragePlace {
  readonly offset: number;
  readonly sizeBytes: number;
}

const MAGIC = 0x1950a86a20f9469cfc6cn;

/** Reads what a torch file says of itself and hands it to `use` while the file is open. @throws `checkpoints.inspection_broken`, `files.missing` */
export function withTorchFile<T>(path: string, use: (torch: TorchFile, file: FileReader) => T): T {
  return withFile(path, (file) => {
    const torch = orBroken(path, () => readTorchFile(file));
    return use({ ...torch, place: (key) => orBroken(path, () => torch.place(key)) }, file);
  });
}

/** Turns what a reader says into an error with the path. */
export function orBroken<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof RangeError) throw inspectionBroken(path, cause.message);
    throw cause;
  }
}

function readTorchFile(file: FileReader): TorchFile {
  if (file.sizeBytes === 0) throw new SyntaxError("it is empty");
  const first = file.read(0, Math.min(file.sizeBytes, 264));
  if (beginsLikeZip(first)) return readZip(file);
  if (first.length > 262 && new TextDecoder("latin1").decode(first.subarray(257, 262)) === "ustar") {
    throw new SyntaxError("it is a tar archive, as PyTorch before 0.2 wrote it or as another tool packs files");
  }
  if (first[0] === 0x7b) throw new SyntaxError("it begins like JSON, not like a pickle");
  try {
    return readOlder(file, sourceOf(file, 0, file.sizeBytes));
  } catch (cause) {
    // Only protocol 0 of pickle is text, and it is tried before.
    if (first.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))) throw new SyntaxError("it is text, and no pickle", { cause });
    throw cause;
  }
}

function sourceOf(file: FileReader, start: number, end: number): PickleSource {
  return createPickleSource((offset, length) => file.read(offset, length), start, end);
}

function readZip(file: FileReader): TorchFile {
  const entries = readZipDirectory(file);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const main = entries.filter(({ name }) => /(?:^|\/)data\.pkl$/.test(name)).sort((a, b) => a.name.length - b.name.length)[0];
  if (main === undefined) throw new SyntaxError(`it is a zip archive without data.pkl${entries.length === 0 ? "" : `; it holds ${entries.slice(0, 3).map(({ name }) => JSON.stringify(name.slice(0, 60))).join(", ")}`}`);
  const root = main.name.slice(0, -"data.pkl".length);
  const order = byName.get(`${root}byteorder`);
  return {
    container: byName.has(`${root}constants.pkl`) ? "script" : "zip",
    ...readPickle(sourceOfEntry(file, main)),
    littleEndian: order === undefined || new TextDecoder().decode(readContent(file, order, 64)).trim() !== "big",
    storedBytes: (key) => byName.get(`${root}data/${key}`)?.sizeBytes,
    place(key) {
      const entry = byName.get(`${root}data/${key}`);
      return entry === undefined || entry.method !== 0 ? undefined : { offset: findContent(file, entry), sizeBytes: entry.sizeBytes };
    },
  };
}

/** A stored pickle is read from where it stands; a deflated one is unpacked first. */
function sourceOfEntry(file: FileReader, entry: ZipEntry): PickleSource {
  if (entry.method === 0 && !entry.encrypted) {
    const start = findContent(file, entry);
    return sourceOf(file, start, start + entry.compressedBytes);
  }
  const bytes = readContent(file, entry);
  return createPickleSource((offset, length) => bytes.subarray(offset, offset + length), 0, bytes.length);
}

function readOlder(file: FileReader, source: PickleSource): TorchFile {
  const first = readPickle(source);
  if (first.value !== MAGIC) return { container: "pickle", ...first, littleEndian: true, storedBytes: () => undefined, place: () => undefined };
  const protocol = readPickle(source).value;
  if (protocol !== 1001) throw new SyntaxError(`it is written in protocol ${String(protocol)} of torch.save, 1001 is known`);
  readPickle(source); // facts of the machine; its byte order is without meaning: in this format storages are little-endian everywhere
  const main = readPickle(source);
  const keys = itemsOf(readPickle(source).value).filter((key) => typeof key === "string");
  let places: ReadonlyMap<string, StoragePlace> | undefined;
  const place = (key: string): StoragePlace | undefined => (places ??= findStorages(file, source.position, keys, main.storages)).get(key);
  return {
    container: "legacy",
    ...main,
    littleEndian: true,
    storedBytes: (key) => place(key)?.sizeBytes,
    place,
  };
}

/** Storages stand one behind the other, each with its number of elements before it. */
function findStorages(file: FileReader, start: number, keys: readonly string[], storages: ReadonlyMap<string, PickleStorage>): ReadonlyMap<string, StoragePlace> {
  const places = new Map<string, StoragePlace>();
  let at = start;
  for (const key of keys) {
    const size = DTYPE_BYTES[storages.get(key)?.dtype ?? ""];
    if (size === undefined || at + 8 > file.sizeBytes) break;
    const elements = asCount(Number(new DataView(file.read(at, 8).buffer).getBigInt64(0, true)));
    if (elements === undefined || elements < 0 || at + 8 + elements * size > file.sizeBytes) break;
    places.set(key, { offset: at + 8, sizeBytes: elements * size });
    at += 8 + elements * size;
  }
  return places;
}
