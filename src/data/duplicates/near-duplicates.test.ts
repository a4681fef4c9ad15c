import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../random.ts";
import type { Row } from "../row.ts";
import { linkRowsInMemory } from "./in-memory.ts";
import { createSets } from "./sets.ts";

const words = (count: number, word = "w"): string => Array.from({ length: count }, (_, index) => `${word}${index}`).join(" ");
const rowsOf = (texts: readonly string[]): Row[] => texts.map((text, index) => ({ id: String(index), instruction: text, input: "", output: "" }));

/** Groups of near-duplicates of at least two, by places. */
function findNear(texts: readonly string[]): readonly (readonly number[])[] {
  const { groupOf, groups } = linkRowsInMemory(rowsOf(texts), ["near_duplicate"]);
  return Array.from({ length: groups }, (_, group) => texts.flatMap((_text, index) => (groupOf[index] === group ? [index] : []))).filter((set) => set.length > 1);
}

describe("near-duplicates", () => {
  it("are texts that differ in case and punctuation only", () => {
    expect(findNear(["Take one tablet a day.", "Something else altogether.", "take ONE tablet, a day"])).toEqual([[0, 2]]);
  });

  it("share four fifths of their runs of three words, and no fewer", () => {
    // 40 words have 38 runs. A changed last word changes 1 of them: 37 / 39 = 0.95. A changed word inside changes 3: 35 / 41 = 0.85.
    // Two changed words far apart change 6: 32 / 44 = 0.73.
    const text = words(40);
    expect(findNear([text, text.replace("w39", "x")])).toEqual([[0, 1]]);
    expect(findNear([text, text.replace("w20", "x")])).toEqual([[0, 1]]);
    expect(findNear([text, text.replace("w10", "x").replace("w30", "y")])).toEqual([]);
  });

  it("are joined as one set when they make a chain", () => {
    const text = words(40);
    const second = text.replace("w10", "x");
    const third = second.replace("w30", "y");
    expect(findNear([third, text, second])).toEqual([[0, 1, 2]]);
  });

  it("are compared whole when they have fewer than three words, and not at all without words", () => {
    expect(findNear(["yes", "no", "Yes!", "", "…", "…"])).toEqual([[0, 2]]);
  });

  it("are found by every copy, and depend on nothing but the texts", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 20 }), fc.nat(), (numbers, seed) => {
        const texts = numbers.map((number) => words(5, `t${number}x`));
        const doubled = [...texts, ...texts.toSorted((a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7))];
        const sets = findNear(doubled);
        expect(sets).toHaveLength(texts.length);
        for (const set of sets) expect(new Set(set.map((index) => doubled[index])).size).toBe(1);
      }),
    );
  });

  it("are all that share four fifths of their runs, as counting every pair finds, and chains of them", () => {
    const random = createRandom(11);
    const word = (): string => `v${random.between(0, 899)}`;
    const texts = Array.from({ length: 150 }, () => Array.from({ length: random.between(8, 67) }, word)).flatMap((text) => {
      const edited = [...text];
      for (let edit = random.between(0, 5); edit > 0; edit--) edited.splice(random.between(0, edited.length - 1), random.between(0, 1), word());
      return [text, edited];
    });
    const runs = texts.map((text) => new Set(text.slice(2).map((_, at) => text.slice(at, at + 3).join(" "))));
    const sets = createSets(texts.length);
    for (const [a, own] of runs.entries()) {
      for (let b = 0; b < a; b++) {
        const shared = [...own].filter((run) => runs[b]!.has(run)).length;
        if (shared / (own.size + runs[b]!.size - shared) >= 0.8) sets.join(a, b);
      }
    }
    const { groupOf } = linkRowsInMemory(rowsOf(texts.map((text) => text.join(" "))), ["near_duplicate"]);
    const firstOf = (keys: readonly number[]): readonly number[] => keys.map((key) => keys.indexOf(key));
    expect(firstOf([...groupOf])).toEqual(firstOf(texts.map((_, row) => sets.rootOf(row))));
    expect(new Set(groupOf).size).toBeLessThan(250);
  });

  it("are found among thousands of rows of one template", () => {
    // All share 57 of 60 words, so that every band is crowded; pairs share all but the last word.
    const template = (number: number, last: string): string => `${words(28)} a${number} ${words(14, "x")} b${number} c${number} ${words(14, "y")} ${last}`;
    const texts = Array.from({ length: 300 }, (_, number) => [template(number, "one"), template(number, "two")]).flat();
    const sets = findNear(texts);
    const pairs = Array.from({ length: 300 }, (_, number) => [2 * number, 2 * number + 1]);
    for (const [first, second] of pairs) expect(sets.some((set) => set.includes(first!) && set.includes(second!))).toBe(true);
  });
});

describe("the largest group", () => {
  const rows = (count: number, parts: (id: number) => Partial<Row>): Row[] =>
    Array.from({ length: count }, (_, id) => ({ id: String(id), instruction: `${words(6, `q${id}x`)}?`, input: "", output: `n${id}`, ...parts(id) }));

  it("names what joins most of it", () => {
    const stock = "I am sorry, but I cannot help with that.";
    const { largest, groups } = linkRowsInMemory(rows(20, (id) => (id < 12 ? { output: stock, ...(id < 3 ? { group: "g" } : {}) } : {})));
    expect(groups).toBe(9);
    expect(largest).toEqual({ rows: 12, kind: "answer", keyRows: 12, firstRow: 0 });
  });

  it("is a single row where nothing is linked, and nothing where there are no rows", () => {
    expect(linkRowsInMemory(rows(3, () => ({}))).largest).toEqual({ rows: 1, keyRows: 0, firstRow: 0 });
    expect(linkRowsInMemory([]).largest.rows).toBe(0);
  });
});
