import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "./text-diff.ts";

describe("the difference of two texts", () => {
  it("gives both back, and is as short as it can be", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const edits = diffLines(before, after);
        expect(edits.filter(({ sign }) => sign !== "+").map(({ line }) => line)).toEqual(before);
        expect(edits.filter(({ sign }) => sign !== "-").map(({ line }) => line)).toEqual(after);
        expect(edits.filter(({ sign }) => sign === " ").length).toBe(longestCommon(before, after));
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it("gives up on texts with nothing in common", () => {
    const of = (letter: string) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}`);
    expect(diffLines(of("a"), of("b")).length).toBe(6000);
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = 1; i <= a.length; i += 1) for (let j = 1; j <= b.length; j += 1) table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
  return table[a.length]![b.length]!;
}
