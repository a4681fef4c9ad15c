import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendHistory, readHistory } from "./history.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-history-"));
  path = join(folder, "experiment_history.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("readHistory", () => {
  it("reads a history that was cut at any byte up to the cut", () => {
    const entry = fc.record({ version: fc.constantFrom("v1.0", "v2.5", null), timestamp: fc.constant("2026-03-01T00:00:00Z"), config: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }), metrics: fc.constant({}), metadata: fc.record({ notes: fc.string({ unit: "grapheme" }) }) });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.double({ min: 0, max: 1, noNaN: true }), (entries, share) => {
        const bytes = Buffer.from(entries.map((line) => `${JSON.stringify(line)}\n`).join(""));
        const cut = Math.round(share * bytes.byteLength);
        writeFileSync(path, bytes.subarray(0, cut));
        const text = bytes.subarray(0, cut).toString("utf8");
        const complete = text.split("\n").length - 1;
        const { entries: read, broken } = readHistory(path);
        expect(read.length).toBeGreaterThanOrEqual(complete);
        expect(read).toEqual(JSON.parse(JSON.stringify(entries.slice(0, read.length))));
        expect(read.length + broken.length).toBe(complete + (text.endsWith("\n") || text === "" ? 0 : 1));
        appendHistory(path, { version: "v9.0", timestamp: "t", config: {}, metrics: {}, metadata: {} });
        expect(readHistory(path).entries.at(-1)?.version).toBe("v9.0");
      }),
      { numRuns: 60 },
    );
  });
});
