// The index of a pack, version 2: how many ids begin with each byte, the sorted ids, their checksums, their offsets (git,
// Documentation/gitformat-pack). Read by position: a lookup touches a kilobyte however large the index is.
import { withFile, type FileReader } from "../../files/index.ts";
import { packDamaged } from "./errors.ts";
import { idAt, idBytes } from "./object.ts";

const HEADER_BYTES = 8;
const FANOUT_BYTES = 1024;
const IDS_START = HEADER_BYTES + FANOUT_BYTES;
const MAGIC = 0xff744f63;

export interface PackIndex {
  readonly count: number;
  /** Where the entry of an object begins in the pack. */
  find(id: string): number | undefined;
  /** The ids that begin with `prefix`, two digits or more, sorted. */
  list(prefix: string): readonly string[];
}

/** Reads the first kilobyte and keeps it; every lookup opens the file. @throws `git.pack_damaged` */
export function openPackIndex(path: string): PackIndex {
  const fanout = withFile(path, (file) => readFanout(path, file));
  const count = fanout[256]!;
  const search = <T>(firstByte: number, use: (file: FileReader, low: number, high: number) => T): T | undefined => {
    const [low, high] = [fanout[firstByte]!, fanout[firstByte + 1]!];
    return low === high ? undefined : withFile(path, (file) => use(file, low, high));
  };
  return {
    count,
    find: (id) =>
      search(Number.parseInt(id.slice(0, 2), 16), (file, low, high) => {
        const wanted = idBytes(id);
        const at = lowerBound(file, wanted, low, high);
        return at < high && Buffer.compare(file.read(IDS_START + 20 * at, 20), wanted) === 0 ? readOffset(path, file, count, at) : undefined;
      }),
    list: (prefix) =>
      search(Number.parseInt(prefix.slice(0, 2), 16), (file, low, high) => {
        const found: string[] = [];
        for (let at = lowerBound(file, idBytes(prefix.padEnd(40, "0")), low, high); at < high; at++) {
          const id = idAt(file.read(IDS_START + 20 * at, 20), 0);
          if (!id.startsWith(prefix)) break;
          found.push(id);
        }
        return found;
      }) ?? [],
  };
}

/** 257 counts: of the ids whose first byte is below 0, 1, … 256. */
function readFanout(path: string, file: FileReader): readonly number[] {
  if (file.sizeBytes < IDS_START + 40) throw packDamaged(path, "it is too short for an index");
  const view = new DataView(file.read(0, IDS_START).buffer);
  if (view.getUint32(0) !== MAGIC || view.getUint32(4) !== 2) throw packDamaged(path, "it is no index of version 2");
  const fanout = [0];
  for (let index = 0; index < 256; index++) {
    const below = view.getUint32(HEADER_BYTES + 4 * index);
    if (below < fanout[index]!) throw packDamaged(path, "its counts do not grow");
    fanout.push(below);
  }
  if (file.sizeBytes < IDS_START + 28 * fanout[256]! + 40) throw packDamaged(path, `it is too short for ${fanout[256]} objects`);
  return fanout;
}

/** So many ids are read at once and searched in memory. */
const BLOCK_IDS = 256;

/** The first position in low..high whose id is not below `wanted`. */
function lowerBound(file: FileReader, wanted: Uint8Array, low: number, high: number): number {
  let [from, to] = [low, high];
  while (to - from > BLOCK_IDS) {
    const middle = (from + to) >> 1;
    if (Buffer.compare(file.read(IDS_START + 20 * middle, 20), wanted) < 0) from = middle + 1;
    else to = middle;
  }
  const [start, block] = [from, Buffer.from(file.read(IDS_START + 20 * from, 20 * (to - from)).buffer)];
  while (from < to) {
    const middle = (from + to) >> 1;
    const at = 20 * (middle - start);
    if (block.compare(wanted, 0, 20, at, at + 20) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Offsets above 2³¹ stand in a table of their own. */
function readOffset(path: string, file: FileReader, count: number, at: number): number {
  const numberAt = (position: number, bytes: 4 | 8): number => {
    if (position + bytes > file.sizeBytes - 40) throw packDamaged(path, "an offset of it is outside the file");
    const view = new DataView(file.read(position, bytes).buffer);
    return bytes === 4 ? view.getUint32(0) : Number(view.getBigUint64(0));
  };
  const offset = numberAt(IDS_START + 24 * count + 4 * at, 4);
  return offset < 2 ** 31 ? offset : numberAt(IDS_START + 28 * count + 8 * (offset - 2 ** 31), 8);
}
