import { describe, expect, it } from "vitest";
import { readSpans, readTags } from "./entities.ts";

describe("readSpans", () => {
  const text = "😀 took aspirin";

  it("counts characters as Python does, and as JavaScript where the text of the entity says so", () => {
    const expected = [{ type: "Chemical", text: "aspirin", start: 7, end: 14 }];
    expect(readSpans([[7, 14, "Chemical"]], text, "spans")).toEqual(expected);
    expect(readSpans([{ start: 7, end: 14, label: "Chemical", text: "aspirin" }], text, "spans")).toEqual(expected);
    expect(readSpans([{ start: 8, end: 15, label: "Chemical", text: "aspirin" }], text, "spans")).toEqual(expected);
  });

  it("refuses a text that does not stand where it is said to, and a place beyond the text", () => {
    expect(() => readSpans([{ start: 0, end: 6, label: "Chemical", text: "aspirin" }], text, "spans")).toThrow('spans[0] is "aspirin", from 0 to 6 stands "😀 took"');
    expect(() => readSpans([[7, 15, "Chemical"]], text, "spans")).toThrow("spans[0] goes from 7 to 15, the text has 14 characters");
  });

  it("takes the word of a token classifier for what it is: perhaps not as it is written in the text", () => {
    expect(readSpans([{ start: 7, end: 14, entity_group: "Chemical", word: "ASPIRIN" }], text, "spans")).toEqual([{ type: "Chemical", text: "aspirin", start: 7, end: 14 }]);
  });
});

describe("readTags", () => {
  it("counts characters as Python does", () => {
    expect(readTags(["😀", "took", "acetyl", "salicylate"], ["O", "O", "B-Chemical", "I-Chemical"], undefined).entities).toEqual([{ type: "Chemical", text: "acetyl salicylate", start: 7, end: 24 }]);
  });
});
