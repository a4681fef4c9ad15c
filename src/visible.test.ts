import { describe, expect, it } from "vitest";
import { visibleLines, visibleText } from "./visible.ts";

describe("visibleText", () => {
  it.each([
    ["newlines, returns and tabs", "a\nb\r\nc\td", "a\\nb\\x0d\\nc\\td"],
    ["escape sequences", "\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007", "\\x1b[31mred\\x1b[0m \\x1b]8;;http://x\\x07"],
    ["C1 controls, which some terminals obey", "\u009b31m\u0085\u007f\u0000", "\\x9b31m\\x85\\x7f\\x00"],
    ["marks that turn the direction of writing", "a\u202eb\u2066c\u2069\u200f", "a\\u202eb\\u2066c\\u2069\\u200f"],
    ["marks that nobody sees", "a\u200bb\u00adc\ufeff\u{e0041}", "a\\u200bb\\xadc\\ufeff\\u{e0041}"],
    ["line and paragraph separators", "a\u2028b\u2029", "a\\u2028b\\u2029"],
    ["halves of surrogate pairs", "\ud83d \udc36", "\\ud83d \\udc36"],
  ])("writes out %s", (_what, text, expected) => expect(visibleText(text)).toBe(expected));

  it("leaves every letter, mark and symbol as it is", () => {
    const text = "outputs/ä_日本-1.0 · naïve e\u0301 🐶 👩\u200d🔬 می\u200cخواهم \\n 'quoted'";
    expect(visibleText(text)).toBe(text);
  });

  it("changes nothing in what it has written", () => {
    const once = visibleText("\u001b\n\u202e");
    expect(visibleText(once)).toBe(once);
  });
});

describe("visibleLines", () => {
  it("keeps newlines and tabs, and writes out the rest", () => {
    expect(visibleLines("a\n\tb\r\u001b[2J\u202e")).toBe("a\n\tb\\x0d\\x1b[2J\\u202e");
  });
});
