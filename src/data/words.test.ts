import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestJson } from "../files/index.ts";
import { digestRow } from "./digest-row.ts";
import type { Row } from "./row.ts";
import { countWordsOf, createWordHasher, describeLengths, wordsOf } from "./words.ts";

const texts = fc.oneof(
  fc.array(fc.oneof(fc.string({ unit: "grapheme", maxLength: 4 }), fc.constantFrom(" ", "\n", "Word", "É", "e\u0301", "東京", "½", "Σ", "…", "ﬁne")), { maxLength: 12 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);

describe("wordsOf", () => {
  it("counts characters of scripts without spaces and folds spellings", () => {
    expect(wordsOf("Ｆull WIDTH, 東京tower 3½")).toEqual(["full", "width", "東", "京", "tower", "31", "2"]);
  });
});

describe("createWordHasher", () => {
  it("finds the words of wordsOf, whatever the text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const [hasher, apart] = [createWordHasher(), createWordHasher()];
        hasher.add(text);
        for (const word of wordsOf(text)) apart.add(word);
        expect(hasher.hashes.slice(0, hasher.count)).toEqual(apart.hashes.slice(0, apart.count));
        expect(countWordsOf(text)).toBe(wordsOf(text).length);
      }),
    );
  });

  it("hashes texts of the same words to the same key, and of others to another", () => {
    const keyOf = (text: string): string => {
      const hasher = createWordHasher();
      hasher.add("What was there before");
      hasher.add(text);
      return `${hasher.high} ${hasher.low}`;
    };
    expect(keyOf("Take one, a day!")).toBe(keyOf("take ONE a\nday"));
    expect(keyOf("Ｔake one a day")).toBe(keyOf("take one a day"));
    expect(new Set(["take one a day", "take onea day", "one take a day", "take one a", ""].map(keyOf)).size).toBe(5);
  });
});

describe("describeLengths", () => {
  it("gives total, mean, ends and median", () => {
    expect(describeLengths([4, 1, 2])).toEqual({ total: 7, mean: 7 / 3, shortest: 1, median: 2, longest: 4 });
    expect(describeLengths([4, 1])).toMatchObject({ median: 2.5 });
    expect(describeLengths([])).toEqual({ total: 0, mean: 0, shortest: 0, median: 0, longest: 0 });
  });
});

describe("digestRow", () => {
  it("is the digest of the row as sorted JSON without its id", () => {
    const row: Row = { id: "1", task: "t", output: "“a”\n", instruction: "\ud800", input: "", labels: ["b", "a"], entities: [{ type: "x", text: "y", start: 1 }], messages: [{ role: "tool", content: "c" }] };
    expect(digestRow(row)).toBe(digestJson({ ...row, id: undefined }));
    expect(digestRow({ ...row, id: "2" })).toBe(digestRow(row));
    expect(digestRow({ ...row, labels: ["a", "b"] })).not.toBe(digestRow(row));
  });
});
