import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { characterGrammar, complement, union, type CharacterSet } from "./characters.ts";
import { patternGrammar } from "./pattern.ts";

describe("a pattern as grammar", () => {
  it.each([
    ["^[a-c]$", "[a-c]"],
    ["^ab$", "[a] [b]"],
    ["^a?b{2}c{3,}$", "[a]{0,1} [b]{2,2} [c]{3,}"],
    ["^(?:a|b)+?$", "([a] | [b]){1,}"],
    ["^(?<year>\\d{4})$", "([0-9]{4,4})"],
    ["^a|b$", "([a] r* | r* [b])"],
    ["x", "r* [x] r*"],
    ["", 'r* "" r*'],
    ["^\\-\\u0041[\\x42-\\u{44}]$", "[\\U0000002d] [A] [B-D]"],
    ['^["\\\\\\n]$', '("\\\\\\"" | "\\\\\\\\" | "\\\\n")'],
    ["^[^\\s\\S]|a$", "throws"],
  ])("%j becomes %j", (pattern, grammar) => {
    if (grammar === "throws") expect(() => patternGrammar(pattern, "r")).toThrow(SyntaxError);
    else expect(patternGrammar(pattern, "r")).toBe(grammar);
  });

  it.each([
    ["(?=a)", "looks around"],
    ["(?<!a)b", "looks around"],
    ["(a)\\1", "\\1"],
    ["\\bword\\b", "\\b"],
    ["\\p{L}+", "\\p"],
    ["(^a$|b)", "there"],
    ["(a$)", "$ in a group"],
    ["a$b", "$ before the end"],
    ["(a*)*", "may be empty"],
    ["(a", "without end"],
    ["a)", '")"'],
    ["[b-a]", "range"],
    ["[a", "an end"],
    ["*a", "there"],
    ["a{3,2}", "at least 3"],
    ["a{,2}", "there"],
    ["(a{100}){100}", "repeats more than"],
    ["\\", "an end"],
    ["(".repeat(40) + ")".repeat(40), "groups inside"],
    ["a".repeat(1001), "more than 1000"],
  ])("%j is refused", (pattern, why) => {
    expect(() => patternGrammar(pattern, "r")).toThrow(SyntaxError);
    expect(() => patternGrammar(pattern, "r")).toThrow(why);
  });

  it("reads any text without an end in sight", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(..."ab-^$.|()[]{}*+?\\,:=<>!0129dwsSbp\"é\n"), { maxLength: 30 }), (characters) => {
        try {
          patternGrammar(characters.join(""), "r");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a set of characters", () => {
  const set = fc.array(fc.tuple(fc.nat(300), fc.nat(20)).map(([low, length]) => [low, low + length] as const), { maxLength: 5 });
  const has = (ranges: CharacterSet, value: number) => ranges.some(([low, high]) => value >= low && value <= high);

  it("holds what any of its parts holds, and its complement the rest", () => {
    fc.assert(
      fc.property(set, fc.nat(330), (ranges, value) => {
        expect(has(union([ranges]), value)).toBe(has(ranges, value));
        expect(has(complement(union([ranges])), value)).toBe(!has(ranges, value));
      }),
    );
  });

  it("is written with a backslash where JSON needs one, and not at all where JSON cannot", () => {
    expect(characterGrammar([[0x61, 0x7a]])).toBe("[a-z]");
    expect(characterGrammar([[0x20, 0x22]])).toBe('([\\U00000020-\\U00000021] | "\\\\\\"")');
    expect(characterGrammar([[0x00, 0x01], [0xd800, 0xdfff], [0x7f, 0x7f]])).toBeUndefined();
  });
});
