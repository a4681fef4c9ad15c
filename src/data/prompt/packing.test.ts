import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupByLength } from "./length-buckets.ts";
import { joinRows, packRows } from "./packing.ts";

const inOrder = (count: number) => Array.from({ length: count }, (_, index) => index);
const lengthsOf = fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 200 });

describe("packRows", () => {
  it("puts each row, the longest first, into the fullest sequence that has room", () => {
    expect(packRows([2, 7, 5, 3, 1, 6], 10, inOrder(6))).toEqual([[1, 3], [5, 0, 4], [2]]);
  });

  it("takes rows of one length in the order it is given", () => {
    expect(packRows([5, 5, 5, 5], 10, [3, 1, 0, 2])).toEqual([[3, 1], [0, 2]]);
  });

  it("packs nothing into nothing, and a row as long as the sequence by itself", () => {
    expect(packRows([], 8, [])).toEqual([]);
    expect(packRows([8, 1, 8], 8, inOrder(3))).toEqual([[0], [2], [1]]);
    expect(() => packRows([9], 8, [0])).toThrow("internal: a row of 9 tokens does not fit 8");
  });

  it("packs every row once, overfills nothing, and finds what best fit decreasing finds by looking at every sequence", () => {
    fc.assert(
      fc.property(lengthsOf, fc.integer({ min: 64, max: 130 }), (lengths, capacity) => {
        const packs = packRows(lengths, capacity, inOrder(lengths.length));
        expect(packs.flat().sort((a, b) => a - b)).toEqual(inOrder(lengths.length));
        const filled = packs.map((pack) => pack.reduce((sum, row) => sum + lengths[row]!, 0));
        expect(Math.max(0, ...filled)).toBeLessThanOrEqual(capacity);
        expect(filled.toSorted()).toEqual(plainBestFit(lengths, capacity).toSorted());
      }),
    );
  });

  it("makes as many sequences, as full, in whatever order rows come", () => {
    fc.assert(
      fc.property(lengthsOf, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (lengths, stream) => {
        const keys = lengths.map(() => stream.next().value as number);
        const order = inOrder(lengths.length).sort((a, b) => keys[a]! - keys[b]!);
        const fills = (packs: readonly (readonly number[])[]) => packs.map((pack) => pack.reduce((sum, row) => sum + lengths[row]!, 0));
        expect(fills(packRows(lengths, 64, order))).toEqual(fills(packRows(lengths, 64, inOrder(lengths.length))));
      }),
    );
  });
});

it("joined rows say where each begins, and no row is trained to begin the next", () => {
  const joined = joinRows([{ ids: [1, 2], labels: [-100, 2] }, { ids: [3, 4, 5], labels: [3, 4, 5] }]);
  expect(joined).toEqual({ ids: [1, 2, 3, 4, 5], labels: [-100, 2, -100, 4, 5], starts: [0, 2] });
});

describe("groupByLength", () => {
  const halves = (seed: number) => {
    let state = seed;
    return () => (state = (state * 16807) % 2147483647) / 2147483647;
  };

  it("keeps every row once, and what does not fill a batch last", () => {
    fc.assert(
      fc.property(lengthsOf, fc.integer({ min: 1, max: 8 }), (lengths, batch) => {
        const order = groupByLength(inOrder(lengths.length), lengths, batch, halves(3));
        expect(order.toSorted((a, b) => a - b)).toEqual(inOrder(lengths.length));
        const rest = lengths.length % batch;
        expect(order.slice(order.length - rest)).toEqual(inOrder(lengths.length).slice(lengths.length - rest));
      }),
    );
  });

  it("puts rows of similar length into a batch and shuffles the batches", () => {
    const lengths = inOrder(40).map((index) => (index * 17) % 40);
    const order = groupByLength(inOrder(40), lengths, 4, halves(5));
    const batches = inOrder(10).map((batch) => order.slice(4 * batch, 4 * batch + 4).map((row) => lengths[row]!));
    for (const batch of batches) expect(batch[0]! - batch[3]!).toBe(3);
    expect(batches.map(([longest]) => longest)).not.toEqual(batches.map(([longest]) => longest).toSorted((a, b) => b! - a!));
    expect(groupByLength(inOrder(40), lengths, 4, halves(5))).toEqual(order);
    expect(groupByLength(inOrder(40), lengths, 4, halves(6))).not.toEqual(order);
  });
});

/** What each sequence holds, found by looking at all of them. */
function plainBestFit(lengths: readonly number[], capacity: number): readonly number[] {
  const filled: number[] = [];
  for (const length of lengths.toSorted((a, b) => b - a)) {
    let best = -1;
    for (const [pack, sum] of filled.entries()) if (sum + length <= capacity && (best === -1 || sum > filled[best]!)) best = pack;
    if (best === -1) filled.push(length);
    else filled[best]! += length;
  }
  return filled;
}
