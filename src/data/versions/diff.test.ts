import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeSplitsOf } from "../../../test/helpers/written-splits.ts";
import { openDataset, type OpenDataset } from "../load.ts";
import type { Row, Splits } from "../row.ts";
import { diffDatasets } from "./diff.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "diff-"))));
afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, splits: Partial<Splits>): OpenDataset {
  const path = join(home, name);
  writeSplitsOf(path, { train: [], validation: [], test: [], ...splits });
  return openDataset(path);
}

const row = (id: number, extra: Partial<Row> = {}): Row => ({ id: `q${id}`, instruction: `What is thing ${id}?`, input: "", output: `Colour ${id}`, ...extra });
const rows = (from: number, to: number): readonly Row[] => Array.from({ length: to - from }, (_, index) => row(from + index));

describe("diffDatasets", () => {
  it("tells rows that came, went, changed and moved", () => {
    const before = write("before", { train: rows(0, 8), validation: rows(8, 10), test: rows(10, 14) });
    const after = write("after", { train: [...rows(1, 7), row(7, { output: "none" }), row(10)], validation: rows(8, 10), test: [...rows(11, 14), row(99)] });
    const diff = diffDatasets(before, after);
    expect(diff.added).toEqual({ counts: { train: 0, validation: 0, test: 1 }, shown: [{ split: "test", id: "q99" }] });
    expect(diff.removed).toEqual({ counts: { train: 1, validation: 0, test: 0 }, shown: [{ split: "train", id: "q0" }] });
    expect(diff.changed).toEqual({ count: 1, shown: [{ before: { split: "train", id: "q7" }, after: { split: "train", id: "q7" }, fields: ["output"] }] });
    expect(diff.moved).toEqual({ ways: { "test → train": 1 }, shown: [{ id: "q10", from: "test", to: "train" }] });
    expect(diff.same).toBe(11);
  });

  it("pairs a row of another id with the question it answers otherwise, and none of a question asked twice", () => {
    const before = write("before", { train: [row(1), row(2), row(2, { output: "or this" })] });
    const after = write("after", { train: [row(1, { id: "new", output: "none" }), row(2, { id: "x", output: "a" }), row(2, { id: "y", output: "b" })] });
    const { added, removed, changed } = diffDatasets(before, after);
    expect(changed.shown).toEqual([{ before: { split: "train", id: "q1" }, after: { split: "train", id: "new" }, fields: ["output"] }]);
    expect([added.counts.train, removed.counts.train]).toEqual([2, 2]);
  });

  it("is nothing between a dataset and itself", () => {
    const one = write("one", { train: [...rows(0, 6), row(6, { labels: ["a"] })], test: rows(7, 9) });
    const diff = diffDatasets(one, one);
    expect(diff).toMatchObject({ changed: { count: 0 }, moved: { ways: {}, shown: [] }, same: 9, lengths: [] });
    expect(diff.shifts).toEqual([{ of: "label", distance: 0, names: [] }]);
  });

  it("measures how far labels, tasks and lengths moved, the greatest change first", () => {
    const made = (triggers: number, extra: Partial<Row>): readonly Row[] => Array.from({ length: 40 }, (_, id) => row(id, { labels: id < triggers ? ["Trigger"] : ["Weapon"], ...extra }));
    const diff = diffDatasets(write("half", { train: made(20, {}) }), write("quarter", { train: made(10, { task: "news", output: "two words more" }) }));
    expect(diff.shifts).toEqual([
      { of: "task", distance: null, names: [{ name: "news", before: 0, after: 40, shareBefore: 0, shareAfter: 1 }] },
      {
        of: "label",
        distance: 0.25,
        names: [
          { name: "Trigger", before: 20, after: 10, shareBefore: 0.5, shareAfter: 0.25 },
          { name: "Weapon", before: 20, after: 30, shareBefore: 0.5, shareAfter: 0.75 },
        ],
      },
    ]);
    expect(diff.lengths).toEqual([{ split: "train", mean: { before: 6, after: 7 }, median: { before: 6, after: 7 } }]);
  });
});
