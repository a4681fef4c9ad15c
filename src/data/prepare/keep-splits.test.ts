import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadDataset } from "../load.ts";
import { prepareDataset } from "../prepare.ts";
import type { PrepareOptions } from "./options.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "keep-"))));
afterEach(() => rmSync(home, { recursive: true }));

const question = (number: number) => ({ question: `Which of the many things is the thing called number ${number}?`, answer: `It is ${number}.` });
const questions = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => question(from + index));

function prepare(files: Readonly<Record<string, readonly object[]>>, options: Partial<PrepareOptions> = {}) {
  const inputFile = join(home, "source");
  mkdirSync(inputFile, { recursive: true });
  for (const [name, rows] of Object.entries(files)) writeFileSync(join(inputFile, name), rows.map((row) => JSON.stringify(row)).join("\n"));
  return prepareDataset({ domain: "own", inputFile, outputDir: join(home, "out"), minLength: 1, keepSplits: true, now: new Date(0), ...options });
}

describe("splits that the source has", () => {
  it.each([0, 2])("are kept in the order of their files, with %i threads", async (threads) => {
    const { path, record, summary } = await prepare({ "test.jsonl": questions(0, 3), "dev.jsonl": questions(3, 5), "train.jsonl": questions(5, 3000) }, { threads });
    const { splits } = loadDataset(path);
    expect(splits.test.map(({ output }) => output)).toEqual(["It is 0.", "It is 1.", "It is 2."]);
    expect(splits.validation.map(({ output }) => output)).toEqual(["It is 3.", "It is 4."]);
    expect([splits.train.length, splits.train[0]?.output, splits.train.at(-1)?.output]).toEqual([2995, "It is 5.", "It is 2999."]);
    expect(record.split).toMatchObject({ method: "declared", seed: null, fractions: null });
    expect(summary).toContain("note        its own splits (train 2995, validation 2, test 3) are kept");
  });

  it("are searched for leaks", async () => {
    const files = { "train.jsonl": questions(0, 9), "test.jsonl": [{ ...question(10), group: "a" }, { ...question(11), context: "the same text" }] };
    const leaking = { ...files, "train.jsonl": [...files["train.jsonl"], { ...question(12), group: "a" }] };
    await expect(prepare(leaking)).rejects.toThrow("group: train row-10 and test row-11");
    expect((await prepare(leaking, { allowLeakage: ["group"] })).record.leakage).toMatchObject({ allowed: ["group"], found: [{ kind: "group", count: 1 }] });
  });

  it("lose a row that stands in an earlier one too", async () => {
    const { record } = await prepare({ "train.jsonl": questions(0, 9), "test.jsonl": questions(8, 12) });
    expect(record).toMatchObject({ dropped: { exact_duplicate: 1 }, splits: { train: { rows: 9 }, test: { rows: 3 } } });
  });

  it("are refused where a file's name speaks of none", async () => {
    await expect(prepare({ "rows.jsonl": questions(0, 9) })).rejects.toThrow("Cannot keep the splits of the source: no row is in a file whose name speaks of train, validation or test");
    await expect(prepare({ "train.jsonl": questions(0, 9), "more.jsonl": questions(20, 21) })).rejects.toThrow("1 of 10 rows is not in a file whose name speaks of train, validation or test (row 10)");
  });
});
