import { describe, expect, it } from "vitest";
import { addressOf } from "./addresses.ts";
import { renderCard } from "./card-page.ts";
import { readEvaluationRows } from "./evaluation-table.ts";
import { renderFile } from "./files-page.ts";
import { html } from "./html.ts";
import { formatBytes } from "./layout.ts";
import { renderLineage } from "./lineage-page.ts";
import { renderMarkdown, withoutHead } from "./markdown.ts";

const name = { kind: "model", id: "me/tiny" } as const;
const keep = (address: string) => address;

describe("html", () => {
  it("escapes what is put in, but not markup that was made", () => {
    expect(html`<p title="${'"<'}">${html`<b>${"<i>"}</b>`}${[1, "&"]}${undefined}${false}</p>`.html).toBe('<p title="&quot;&lt;"><b>&lt;i&gt;</b>1&amp;</p>');
  });
});

describe("a card", () => {
  it("runs nothing that it holds", () => {
    const shown = renderMarkdown('<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n![p](javascript:alert(1) "t")', keep).html;
    expect(shown).not.toMatch(/<script|<img|href="javascript|src="javascript/i);
    expect(shown).toContain("&lt;script&gt;");
  });
  it("leads relative links and pictures to the repository, and others out without a trace", () => {
    const shown = renderMarkdown("[a](docs/a.md) ![p](./p.png) [b](https://example.org) [c](#part)", (address, of) => `/${of}/${address}`).html;
    expect(shown).toContain('href="/link/docs/a.md"');
    expect(shown).toContain('src="/image/./p.png"');
    expect(shown).toContain('href="https://example.org" rel="nofollow noreferrer"');
    expect(shown).toContain('href="#part"');
  });
  it("is shown without its YAML", () => {
    expect(withoutHead("---\nlicense: mit\n---\n# Tiny\n")).toBe("# Tiny\n");
    expect(withoutHead("# No head\n---\n")).toBe("# No head\n---\n");
  });
  it("stays below its repository, whatever its links say", () => {
    const view = { ...name, origin: "http://h", revision: "main", readme: "![p](../../../etc/passwd) [q](a%20b?x=1)", baseModels: ["o/base", "plain"], datasets: [], fileCount: 2, sizeBytes: 1536, evaluations: [] };
    const shown = renderCard(view).html;
    expect(shown).toContain('src="/me/tiny/resolve/main/etc/passwd"');
    expect(shown).toContain('href="/me/tiny/blob/main/a%20b"');
    expect(shown).toContain('<a href="/o/base">o/base</a>, plain');
  });
});

describe("addresses", () => {
  it("encode every part", () => {
    expect(addressOf({ kind: "dataset", id: "me/d" }, "tree", "feat/x", "a b/<c>.txt")).toBe("/datasets/me/d/tree/feat/x/a%20b/%3Cc%3E.txt");
  });
});

describe("evaluation rows", () => {
  it("come from model-index, with the revision of the data", () => {
    const card = { "model-index": [{ name: "m", results: [{ task: { type: "text-generation" }, dataset: { name: "water", type: "csv", split: "test", revision: "0123456789abcdef" }, metrics: [{ type: "f1", value: 0.123456789 }] }] }] };
    expect(readEvaluationRows(card)).toEqual([{ task: "text-generation", dataset: "water@0123456789ab", split: "test", metric: "f1", value: "0.123457" }]);
  });
  it.each([undefined, {}, { "model-index": "foo" }, { "model-index": [null, { results: [3, { metrics: [[], "x"] }] }] }])("are none of %j that could harm", (card) => {
    expect(() => readEvaluationRows(card)).not.toThrow();
  });
});

describe("lineage", () => {
  it("stands as a tree from the base to what was made last, with what is not here named so", () => {
    const leaf = (id: string, isHere: boolean, relation?: string) => ({ id, isHere, children: [], ...(relation === undefined ? {} : { relation }) });
    const shown = renderLineage(name, { bases: [[leaf("far/base", false), leaf("me/mid", true, "finetune")]], derived: [leaf("me/tiny-gguf", true, "quantized")], datasets: [leaf("me/d", true)], usedBy: [] }, []).html;
    const order = ["far/base", "me/mid", 'class="here">me/tiny', "me/tiny-gguf", "quantized", "/datasets/me/d"].map((text) => shown.indexOf(text));
    expect(order.every((place, index) => place >= 0 && (index === 0 || place > order[index - 1]!))).toBe(true);
    expect(shown).toContain("(not on this hub)");
  });
});

describe("a file", () => {
  it("is shown line by line, or offered", () => {
    expect(renderFile({ ...name, revision: "main", path: "a/b.txt", sizeBytes: 4, text: "<1\n2\n" }).html).toContain('<td class="line">1</td><td>&lt;1</td>');
    expect(renderFile({ ...name, revision: "main", path: "m.safetensors", sizeBytes: 4e9, oid: "ab" }).html).toContain("sha256 <code>ab</code>");
  });
  it("has its size in three digits", () => {
    expect([0, 999, 1000, 1_234_567, 999_999_999].map(formatBytes)).toEqual(["0 B", "999 B", "1 kB", "1.23 MB", "1 GB"]);
  });
});
