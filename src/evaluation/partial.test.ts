import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Prediction } from "../records/index.ts";
import { openPartial } from "./partial.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "partial-"));
  path = join(folder, "evaluation", "predictions.partial.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const answer = (id: string): Prediction => ({
  id, task: null, input: "in", prediction: "out", reference: "gold", finish_reason: "stop", nll: 0.1 + 0.2, scored_tokens: 2, correct_tokens: 1, reference_bytes: 4, cut_tokens: 0, exact_match: 0, f1: 0, rougeL: 0,
});

describe("openPartial", () => {
  it("finds the answers of the same settings again, and when they were begun", async () => {
    const first = await openPartial(path, "digest", "2026-01-01T00:00:00.000Z");
    first.append(3, answer("c"));
    first.append(0, answer("a"));
    const again = await openPartial(path, "digest", "2026-02-02T00:00:00.000Z");
    expect(again.startedAt).toBe("2026-01-01T00:00:00.000Z");
    expect([...again.known]).toEqual([[3, answer("c")], [0, answer("a")]]);
  });

  it("writes nothing before the first answer", async () => {
    await openPartial(path, "digest", "now");
    expect(existsSync(join(folder, "evaluation"))).toBe(false);
  });

  it("leaves out a line that a kill cut off, and goes on behind it", async () => {
    (await openPartial(path, "digest", "then")).append(0, answer("a"));
    appendFileSync(path, '{"row":1,"prediction":{"id":"b"');
    const again = await openPartial(path, "digest", "now");
    expect([...again.known.keys()]).toEqual([0]);
    again.append(1, answer("b"));
    expect([...(await openPartial(path, "digest", "now")).known.keys()]).toEqual([0, 1]);
  });

  it("gives the place of other settings to these with their first answer", async () => {
    (await openPartial(path, "one", "then")).append(0, answer("a"));
    const other = await openPartial(path, "two", "now");
    expect(other.known.size).toBe(0);
    expect((await openPartial(path, "one", "now")).known.size).toBe(1);
    other.append(1, answer("b"));
    expect((await openPartial(path, "one", "now")).known.size).toBe(0);
    expect([...(await openPartial(path, "two", "now")).known.keys()]).toEqual([1]);
  });
});
