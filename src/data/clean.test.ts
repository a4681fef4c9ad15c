import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanRows } from "./clean.ts";
import type { SourceRow } from "./read.ts";

const source = (output: string, input = ""): SourceRow => ({ number: 1, row: { id: "a", instruction: "Say it.", input, output }, plainText: false });
const cleaned = (text: string): string => cleanRows([source(text)]).rows[0]!.row.output;

describe("cleanRows", () => {
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

  it("counts for each step the rows it changed, once per row", () => {
    const { transformations } = cleanRows([source("a  b", "c  d"), source("&amp;  x"), source("fine")]);
    expect(transformations).toEqual([
      { name: "html_unescape", rows_changed: 1 },
      { name: "strip_urls", rows_changed: 0 },
      { name: "strip_emails", rows_changed: 0 },
      { name: "unicode_nfc", rows_changed: 0 },
      { name: "whitespace", rows_changed: 2 },
    ]);
  });

  it("is quick on long runs of letters and spaces", () => {
    const started = performance.now();
    cleaned(`${"a".repeat(50_000)} ${" ".repeat(50_000)}b`);
    expect(performance.now() - started).toBeLessThan(1000);
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
