import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeSplitsOf } from "../../../test/helpers/written-splits.ts";
import { openDataset } from "../load.ts";
import { readRows } from "../read/read.ts";
import type { Row } from "../row.ts";
import { exportDataset, type DatasetExportOptions } from "./export.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "export-"))));
afterEach(() => rmSync(home, { recursive: true }));

const headline = (id: string, input: string, ...labels: string[]): Row => ({ id, instruction: "Which labels?", input, output: labels.join(", ") || "none", labels });
const HEADLINES = { train: [headline("a", 'Dam bombed, "3" dead', "Weapon", "Casualty"), headline("b", " rain\nfalls", )], validation: [], test: [headline("c", "Fight over a well", "Trigger")] };

function exported(splits: Parameters<typeof writeSplitsOf>[1], options: Partial<DatasetExportOptions> = {}) {
  const path = join(home, "dataset");
  if (!existsSync(path)) writeSplitsOf(path, splits);
  return exportDataset(openDataset(path), { format: "csv", outputDir: join(home, "out"), ...options });
}
const read = (name: string): string => readFileSync(join(home, "out", name), "utf8");

describe("exportDataset", () => {
  it("writes labels as flags in the order that is asked for, and no file for an empty split", () => {
    const { columns, labelNames } = exported(HEADLINES, { labelNames: ["Trigger", "Casualty", "Weapon"] });
    expect([columns, labelNames]).toEqual([["text", "labels"], ["Trigger", "Casualty", "Weapon"]]);
    expect(readdirSync(join(home, "out")).sort()).toEqual(["test.csv", "train.csv"]);
    expect(read("train.csv")).toBe('text,labels\n"Dam bombed, ""3"" dead","[0, 1, 1]"\n" rain\nfalls","[0, 0, 0]"\n');
    expect(read("test.csv")).toBe('text,labels\nFight over a well,"[1, 0, 0]"\n');
  });

  it("is read again as it was", async () => {
    const names = ["Trigger", "Casualty", "Weapon"];
    exported(HEADLINES, { labelNames: names });
    const { rows } = await readRows(join(home, "out"), { mapping: { labelNames: names, instruction: "Which labels?" } });
    expect(rows.map(({ row, split }) => [split, row.input, row.labels])).toEqual([["train", 'Dam bombed, "3" dead', ["Casualty", "Weapon"]], ["train", " rain\nfalls", []], ["test", "Fight over a well", ["Trigger"]]]);
  });

  it("writes other rows in Alpaca's columns, with those that any row fills", () => {
    exported({ train: [{ id: "a", instruction: "i", input: "", output: "o", group: "g" }, { id: "b", instruction: "j", input: "x", output: "p" }], validation: [], test: [] });
    expect(read("train.csv")).toBe("instruction,input,output,group\ni,,o,g\nj,x,p,\n");
  });

  it("writes rows as they are in JSON Lines", () => {
    exported(HEADLINES, { format: "jsonl" });
    expect(read("test.jsonl").split("\n").filter(Boolean).map((line) => JSON.parse(line) as unknown)).toEqual(HEADLINES.test);
  });

  it("writes over no file, leaves no label out, and puts no conversation into a cell", () => {
    expect(() => exported(HEADLINES, { labelNames: ["Trigger"] })).toThrow("rows have Weapon, Casualty, which --label-names leaves out");
    exported(HEADLINES);
    expect(() => exported(HEADLINES)).toThrow("train.csv: it is there already");
    rmSync(join(home, "dataset"), { recursive: true });
    const messages = [{ role: "user", content: "q" }, { role: "assistant", content: "a" }] as const;
    expect(() => exported({ train: [{ id: "a", instruction: "q", input: "", output: "a", messages }], validation: [], test: [] }, { outputDir: join(home, "other") })).toThrow("its rows hold conversations, a cell holds text");
    expect(existsSync(join(home, "other"))).toBe(false);
  });
});
