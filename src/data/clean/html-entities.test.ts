import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unescapeHtml } from "./html-entities.ts";

/** Written by scripts/fixtures/write-html.py. */
const golden = JSON.parse(readFileSync(new URL("../../../test/fixtures/html/golden.json", import.meta.url), "utf8")) as readonly (readonly [string, string])[];

describe("unescapeHtml", () => {
  it.each(golden)("reads %j as Python does", (text, expected) => {
    expect(unescapeHtml(text)).toBe(expected);
  });

  it("leaves alone what Python would take for a reference in an address or within a word", () => {
    for (const text of ["https://example.org/?a=1&copy=2&lt=3", "&notit;", "&ltb"]) expect(unescapeHtml(text)).toBe(text);
  });

  it("leaves numbers alone that stand for no character", () => {
    for (const text of ["&#0;", "&#xd800;", "&#x110000;", "&#99999999999999;", "&#xfffffffff;"]) expect(unescapeHtml(text)).toBe(text);
  });

  it("stands long runs of ampersands and letters", () => {
    const text = `${"&".repeat(50_000)}${"&a".repeat(50_000)}&${"a".repeat(50_000)}`;
    expect(unescapeHtml(text)).toBe(text);
  });
});
