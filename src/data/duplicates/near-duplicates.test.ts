import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findNearDuplicates } from "./near-duplicates.ts";
import { describeLengths, wordsOf } from "../words.ts";

const words = (count: number, word = "w"): string => Array.from({ length: count }, (_, index) => `${word}${index}`).join(" ");

describe("findNearDuplicates", () => {
  it("links texts that differ in case and punctuation only", () => {
    expect(findNearDuplicates(["Take one tablet a day.", "Something else altogether.", "take ONE tablet, a day"])).toEqual([[0, 2]]);
  });

  it("links texts that share four fifths of their runs of three words, and no fewer", () => {
    // 40 words have 38 runs. A changed last word changes 1 of them: 37 / 39 = 0.95. A changed word inside changes 3: 35 / 41 = 0.85.
    // Two changed words far apart change 6: 32 / 44 = 0.73.
    const text = words(40);
    expect(findNearDuplicates([text, text.replace("w39", "x")])).toEqual([[0, 1]]);
    expect(findNearDuplicates([text, text.replace("w20", "x")])).toEqual([[0, 1]]);
    expect(findNearDuplicates([text, text.replace("w10", "x").replace("w30", "y")])).toEqual([]);
  });

  it("links a chain of near-duplicates as one set", () => {
    const text = words(40);
    const second = text.replace("w10", "x");
    const third = second.replace("w30", "y");
    expect(findNearDuplicates([third, text, second])).toEqual([[0, 1, 2]]);
  });

  it("compares texts of fewer than three words whole, and leaves out texts without words", () => {
    expect(findNearDuplicates(["yes", "no", "Yes!", "", "…", "…"])).toEqual([[0, 2]]);
  });

  it("finds every copy and depends on nothing but the texts", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 20 }), fc.nat(), (numbers, seed) => {
        const texts = numbers.map((number) => words(5, `t${number}x`));
        const doubled = [...texts, ...texts.toSorted((a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7))];
        const sets = findNearDuplicates(doubled);
        expect(sets).toHaveLength(texts.length);
        for (const set of sets) expect(new Set(set.map((index) => doubled[index])).size).toBe(1);
      }),
    );
  });
});

describe("wordsOf", () => {
  it("counts characters of scripts without spaces and folds spellings", () => {
    expect(wordsOf("Ｆull WIDTH, 東京tower 3½")).toEqual(["full", "width", "東", "京", "tower", "31", "2"]);
  });
});

describe("describeLengths", () => {
  it("gives total, mean, ends and median", () => {
    expect(describeLengths([4, 1, 2])).toEqual({ total: 7, mean: 7 / 3, shortest: 1, median: 2, longest: 4 });
    expect(describeLengths([4, 1])).toMatchObject({ median: 2.5 });
    expect(describeLengths([])).toEqual({ total: 0, mean: 0, shortest: 0, median: 0, longest: 0 });
  });
});
