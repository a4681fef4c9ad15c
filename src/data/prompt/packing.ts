// Short rows in one sequence, so that less is computed on padding: which rows go together, and what they look like joined.
import { IGNORED_LABEL } from "./encode.ts";

/** Rows one after the other. Each is to see only itself and to count its positions from 0. */
export interface PackedRows {
  readonly ids: readonly number[];
  /** -100 at the first token of each row: the row before it must not be trained to write it. */
  readonly labels: readonly number[];
  /** Where each row begins. */
  readonly starts: readonly number[];
}

/**
 * Packs rows of these lengths into as few sequences of at most `capacity` tokens as best fit decreasing finds (Johnson 1973, at most 11/9 of
 * the fewest): the longest row first, each into the fullest sequence that has room. Rows of one length are taken in `order`, so that another
 * order puts others together; how many sequences there are and how full each is depends on the lengths alone.
 * @returns indices of the rows of each sequence
 * @throws RangeError when a row is longer than `capacity`
 */
export function packRows(lengths: readonly number[], capacity: number, order: readonly number[]): readonly (readonly number[])[] {
  const packs: number[][] = [];
  const open = createRoomIndex(capacity);
  for (const row of longestFirst(lengths, capacity, order)) {
    const length = lengths[row]!;
    const found = open.take(length);
    const pack = found?.pack ?? packs.length;
    if (found === undefined) packs.push([]);
    packs[pack]!.push(row);
    open.add(pack, (found?.room ?? capacity) - length);
  }
  return packs;
}

/** Rows as one sequence. */
export function joinRows(rows: readonly { readonly ids: readonly number[]; readonly labels: readonly number[] }[]): PackedRows {
  const starts: number[] = [];
  let length = 0;
  for (const { ids } of rows) {
    starts.push(length);
    length += ids.length;
  }
  return { ids: rows.flatMap(({ ids }) => ids), labels: rows.flatMap(({ labels }) => labels.with(0, IGNORED_LABEL)), starts };
}

/** Counting sort, so that rows of one length stay in order. */
function longestFirst(lengths: readonly number[], capacity: number, order: readonly number[]): readonly number[] {
  const byLength: number[][] = Array.from({ length: capacity + 1 }, () => []);
  for (const row of order) {
    const length = lengths[row]!;
    if (length > capacity) throw new RangeError(`internal: a row of ${length} tokens does not fit ${capacity}`);
    byLength[length]!.push(row);
  }
  return byLength.reverse().flat();
}

interface RoomIndex {
  add(pack: number, room: number): void;
  /** Takes out a pack with the least room that is enough, of several the newest. */
  take(length: number): { readonly pack: number; readonly room: number } | undefined;
}

/** Packs by the room they have left, in a binary tree of counts: finding the least room that is enough takes the logarithm of the capacity. */
function createRoomIndex(capacity: number): RoomIndex {
  const leaves = 2 ** Math.ceil(Math.log2(capacity + 1));
  const counts = new Int32Array(2 * leaves);
  const byRoom: number[][] = Array.from({ length: capacity + 1 }, () => []);
  const count = (room: number, change: number) => {
    for (let node = leaves + room; node > 0; node >>= 1) counts[node]! += change;
  };
  const leastRoom = (length: number): number | undefined => {
    let node = leaves + length;
    if (counts[node]! > 0) return length;
    // Up to the first neighbour on the right that holds something, then down to its leftmost.
    while (node > 1 && (node % 2 === 1 || counts[node + 1] === 0)) node >>= 1;
    if (node <= 1) return undefined;
    node += 1;
    while (node < leaves) node = counts[2 * node]! > 0 ? 2 * node : 2 * node + 1;
    return node - leaves;
  };
  return {
    add(pack, room) {
      byRoom[room]!.push(pack);
      count(room, 1);
    },
    take(length) {
      const room = leastRoom(length);
      const pack = room === undefined ? undefined : byRoom[room]!.pop();
      if (room === undefined || pack === undefined) return undefined;
      count(room, -1);
      return { pack, room };
    },
  };
}
