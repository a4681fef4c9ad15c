import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Row } from "../row.ts";
import { createCleaner, sumTransformations } from "./cleaner.ts";

const row = (output: string, input = ""): Row => ({ id: "a", instruction: "Say it.", input, output });
const cleaned = (text: string): string => createCleaner().clean(row(text)).output;

describe("createCleaner", () => {
  it.each([
    ["a &lt;b&gt; &amp;amp; &#233;&#x1F642; &nope; &constructor;", "a <b> &amp; é🙂 &nope; &constructor;"],
    ["See https://example.org/a?b=c. Then (www.example.org) ends", "See . Then () ends"],
    ["Write to first.last+tag@mail.example.org, please", "Write to , please"],
    ["e\u0301te\u0301", "été"],
    ["one\r\ntwo\n\n\n\nthree", "one\ntwo\n\nthree"],
    ["  a \t b\u00a0c  \n  - d   e", "a b c\n  - d e"],
    ["nul\u0000 zero\u200bwidth", "nul zerowidth"],
  ])("turns %j into %j", (text, expected) => {
    expect(cleaned(text)).toBe(expected);
  });

  it("keeps the line breaks of a rendered template", () => {
    const rendered = "### Instruction:\nSay it.\n\n### Response:\nIt.";
    expect(cleaned(rendered)).toBe(rendered);
  });

  it("counts for each step the rows it changed, once per row, also where several cleaners share the rows", () => {
    const [first, second] = [createCleaner(), createCleaner()];
    for (const dirty of [row("a  b", "c  d"), row("fine")]) first.clean(dirty);
    second.clean(row("&amp;  x"));
    expect(sumTransformations([first.transformations(), second.transformations()])).toEqual([
      { name: "html_unescape", rows_changed: 1 },
      { name: "strip_urls", rows_changed: 0 },
      { name: "strip_emails", rows_changed: 0 },
      { name: "unicode_nfc", rows_changed: 0 },
      { name: "whitespace", rows_changed: 2 },
    ]);
  });

  it("cleans the turns of a conversation as the fields they are", () => {
    const { messages } = createCleaner(["html_unescape", "pair_relations"]).clean({ ...row("x"), messages: [{ role: "user", content: "a &amp; b influences c" }, { role: "assistant", content: "- chemical &lt;x&gt; influences disease y" }] });
    expect(messages).toEqual([{ role: "user", content: "a & b influences c" }, { role: "assistant", content: "- <x> | y" }]);
  });

  it("leaves an answer of JSON what it is", () => {
    expect(cleaned('{"quote": "&quot;no&quot; &amp; yes"}')).toBe('{"quote": "&quot;no&quot; &amp; yes"}');
    expect(cleaned('{"name":  "A &amp; B"}')).toBe('{"name": "A & B"}');
  });

  it("takes only the steps it is told to", () => {
    const cleaner = createCleaner(["whitespace"]);
    expect(cleaner.clean(row("&amp;  x")).output).toBe("&amp; x");
    expect(cleaner.transformations()).toEqual([{ name: "whitespace", rows_changed: 1 }]);
  });

  it("stands long runs of letters and spaces", () => {
    expect(cleaned(`${"a".repeat(50_000)} ${" ".repeat(50_000)}b`)).toBe(`${"a".repeat(50_000)} b`);
  });

  it("leaves clean text alone, whatever it is, unless it unescapes to something new", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const once = cleaned(text.replaceAll("&", ""));
        expect(cleaned(once)).toBe(once);
      }),
    );
  });
});
