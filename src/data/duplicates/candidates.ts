// Pairs of rows whose signatures agree in a band, in an order that depends on the rows alone. A band that thousands of rows share (a template,
// a stock phrase) would make millions of pairs; there each row is paired with its neighbours after sorting by the next band, which puts alike
// rows side by side. Sixteen bands give sixteen such orders.
import type { Steps } from "../steps.ts";
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

/** Visits candidates; a pair that agrees in several bands comes several times. Steps count rows: a band of them is its share. */
export function* visitCandidates({ bands, comparable, order }: BandedRows, visit: (first: number, second: number) => void): Steps<void> {
  const rows = order.filter((row) => comparable[row] === 1).sort();
  const rank = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) rank[order[place]!] = place;
  const sorter = createSorter(rows.length);
  for (let band = 0; band < BANDS; band++) {
    const { members, numbers } = sorter(rows, bands, BANDS, band);
    for (let start = 0; start < rows.length; ) {
      let end = start + 1;
      while (end < rows.length && numbers[end] === numbers[start]) end += 1;
      if (end - start > FULL_ROWS) visitCrowd(members.slice(start, end), rank, bands, (band + 1) % BANDS, visit);
      else if (end - start > 1) visitAll(members, start, end, visit);
      start = end;
    }
    yield Math.floor((order.length * (band + 1)) / BANDS);
  }
}

function visitAll(members: Uint32Array, start: number, end: number, visit: (first: number, second: number) => void): void {
  for (let at = start + 1; at < end; at++) for (let before = start; before < at; before++) visit(members[before]!, members[at]!);
}

function visitCrowd(crowd: Uint32Array, rank: Uint32Array, bands: Int32Array, nextBand: number, visit: (first: number, second: number) => void): void {
  const { members } = createSorter(crowd.length)(crowd.sort((a, b) => rank[a]! - rank[b]!), bands, BANDS, nextBand);
  for (let at = 1; at < crowd.length; at++) for (let before = Math.max(0, at - NEIGHBOURS); before < at; before++) visit(members[before]!, members[at]!);
}

interface Sorted {
  readonly members: Uint32Array;
  /** What each member was sorted by. */
  readonly numbers: Uint32Array;
}

/** Sorts rows by one of their 32-bit numbers, keeping the order of equals; the memory is used again. Radix sort, 11 bits a pass. */
function createSorter(most: number): (rows: Uint32Array, numbersOfRows: Int32Array, stride: number, place: number) => Sorted {
  let [numbers, sortedNumbers] = [new Uint32Array(most), new Uint32Array(most)];
  let [members, sortedMembers] = [new Uint32Array(most), new Uint32Array(most)];
  return (rows, numbersOfRows, stride, place) => {
    for (let at = 0; at < rows.length; at++) {
      members[at] = rows[at]!;
      numbers[at] = numbersOfRows[rows[at]! * stride + place]!;
    }
    for (const shift of [0, 11, 22]) {
      sortDigit(numbers, members, shift, sortedNumbers, sortedMembers);
      [numbers, sortedNumbers, members, sortedMembers] = [sortedNumbers, numbers, sortedMembers, members];
    }
    return { members, numbers };
  };
}

function sortDigit(numbers: Uint32Array, members: Uint32Array, shift: number, sortedNumbers: Uint32Array, sortedMembers: Uint32Array): void {
  const starts = new Uint32Array(1 << 11);
  for (let at = 0; at < numbers.length; at++) starts[(numbers[at]! >>> shift) & 2047]! += 1;
  let total = 0;
  for (let digit = 0; digit < starts.length; digit++) {
    const size = starts[digit]!;
    starts[digit] = total;
    total += size;
  }
  for (let at = 0; at < numbers.length; at++) {
    const target = starts[(numbers[at]! >>> shift) & 2047]!++;
    sortedNumbers[target] = numbers[at]!;
    sortedMembers[target] = members[at]!;
  }
}
