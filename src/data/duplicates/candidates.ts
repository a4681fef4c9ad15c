// Pairs of rows whose signatures agree in a band, in an order that depends on the rows alone. A band that thousands of rows share (a template,
// a stock phrase) would make millions of pairs; there each row is paired with its neighbours after sorting by the next band, which puts alike
// rows side by side. Sixteen bands give sixteen such orders.
import { BANDS } from "./minhash.ts";

/** Up to so many rows in one band, all pairs are candidates. */
const FULL_ROWS = 64;
/** Beyond that, each row and so many before it. */
const NEIGHBOURS = 32;

export interface BandedRows {
  /** {@link BANDS} numbers a row. */
  readonly bands: Int32Array;
  readonly comparable: Uint8Array;
  /** The rows in an order of their content, each once. */
  readonly order: Uint32Array;
}

/** Visits candidates; a pair that agrees in several bands comes several times. */
export function visitCandidates({ bands, comparable, order }: BandedRows, visit: (first: number, second: number) => void): void {
  const rows = order.filter((row) => comparable[row] === 1);
  const sorter = createSorter(rows.length);
  for (let band = 0; band < BANDS; band++) {
    const sorted = sorter(rows, (row) => bands[row * BANDS + band]!);
    for (let start = 0; start < sorted.length; ) {
      const value = bands[sorted[start]! * BANDS + band]!;
      let end = start + 1;
      while (end < sorted.length && bands[sorted[end]! * BANDS + band] === value) end += 1;
      if (end - start > 1) visitBucket(sorted.subarray(start, end), (row) => bands[row * BANDS + ((band + 1) % BANDS)]!, visit);
      start = end;
    }
  }
}

function visitBucket(rows: Uint32Array, nextBand: (row: number) => number, visit: (first: number, second: number) => void): void {
  const isCrowded = rows.length > FULL_ROWS;
  const ordered = isCrowded ? createSorter(rows.length)(rows, nextBand) : rows;
  for (let at = 1; at < ordered.length; at++) {
    for (let before = isCrowded ? Math.max(0, at - NEIGHBOURS) : 0; before < at; before++) visit(ordered[before]!, ordered[at]!);
  }
}

/** Sorts rows by a 32-bit number, keeping the order of equals; the memory is used again. Radix sort, 11 bits a pass. */
function createSorter(most: number): (rows: Uint32Array, numberOf: (row: number) => number) => Uint32Array {
  let [numbers, sortedNumbers] = [new Uint32Array(most), new Uint32Array(most)];
  let [members, sortedMembers] = [new Uint32Array(most), new Uint32Array(most)];
  const starts = new Uint32Array(1 << 11);
  return (rows, numberOf) => {
    for (let at = 0; at < rows.length; at++) {
      members[at] = rows[at]!;
      numbers[at] = numberOf(rows[at]!);
    }
    for (const shift of [0, 11, 22]) {
      starts.fill(0);
      for (let at = 0; at < rows.length; at++) starts[(numbers[at]! >>> shift) & 2047]! += 1;
      let total = 0;
      for (let digit = 0; digit < starts.length; digit++) {
        const count = starts[digit]!;
        starts[digit] = total;
        total += count;
      }
      for (let at = 0; at < rows.length; at++) {
        const target = starts[(numbers[at]! >>> shift) & 2047]!++;
        sortedNumbers[target] = numbers[at]!;
        sortedMembers[target] = members[at]!;
      }
      [numbers, sortedNumbers, members, sortedMembers] = [sortedNumbers, numbers, sortedMembers, members];
    }
    return members.subarray(0, rows.length);
  };
}
