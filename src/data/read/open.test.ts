import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FieldMapping } from "./fields.ts";
import { openSource } from "./open.ts";
import { readRows } from "./read.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "open-"))));
afterEach(() => rmSync(home, { recursive: true }));

async function describeRead(path: string, mapping: FieldMapping = {}) {
  const source = openSource(path, { mapping });
  for await (const row of source.rows()) expect(row.number).toBeGreaterThan(0);
  return source.describe();
}

it("says which columns it did not read", async () => {
  const file = join(home, "a.csv");
  writeFileSync(file, "Id,Question,answer,Article,notes\n1,q,a,x,n\n");
  expect((await describeRead(file)).unread).toEqual(["Article", "notes"]);
  expect((await describeRead(file, { columns: { group: "article", input: "notes" } })).unread).toEqual(["notes"]);
  writeFileSync(file, "question,answer\nq,a\n");
  expect(await describeRead(file)).not.toHaveProperty("unread");
});

it("says which files of a directory it did not read", async () => {
  mkdirSync(join(home, "more"));
  for (const name of ["train.jsonl", join("more", "test.jsonl")]) writeFileSync(join(home, name), '{"text":"t"}\n');
  for (const name of ["other.csv", "notes.md", "dataset.json"]) writeFileSync(join(home, name), "text\nt\n");
  expect(await describeRead(home)).toMatchObject({ rows: 2, splits: { train: 1, test: 1 }, passed_over: ["other.csv"] });
});

it("names a column that was to be read and is not there, and a field that is none", async () => {
  const file = join(home, "a.csv");
  writeFileSync(file, "question,answer\nq,a\n");
  await expect(describeRead(file, { columns: { instruction: "Frage" } })).rejects.toThrow("it has no column Frage to be read as instruction, its columns are question, answer");
  await expect(describeRead(file, { columns: { wort: "question" } })).rejects.toThrow("wort is no field, needed is one of messages");
});

it("gives labels that are numbers the names that Python saved with them", async () => {
  const features = { text: { dtype: "string", _type: "Value" }, label: { names: ["peace", "water"], _type: "ClassLabel" } };
  mkdirSync(join(home, "train"));
  writeFileSync(join(home, "train", "dataset_info.json"), JSON.stringify({ features }));
  writeFileSync(join(home, "train", "a.jsonl"), '{"text":"t","label":1}\n{"text":"u","label":0}\n');
  const labels = async (mapping: FieldMapping = {}) => (await readRows(home, { mapping })).rows.map(({ row }) => row.labels);
  expect(await labels()).toEqual([["water"], ["peace"]]);
  expect(await labels({ labelNames: ["a", "b"] })).toEqual([["b"], ["a"]]);
  writeFileSync(join(home, "train", "dataset_info.json"), "{");
  expect(await labels()).toEqual([["1"], ["0"]]);
});

it("names a task by the first word that an instruction holds, where no column says it", async () => {
  const file = join(home, "a.jsonl");
  const line = (prompt: string, task?: string) => JSON.stringify({ prompt, completion: "- x", task });
  writeFileSync(file, [line("List influences between the Chemicals and diseases."), line("List the CHEMICALS."), line("List the diseases.", "own"), line("Sum up.")].join("\n"));
  const { rows } = await readRows(file, { mapping: { taskWords: ["influences", "chemicals", "diseases"] } });
  expect(rows.map(({ row }) => row.task)).toEqual(["influences", "chemicals", "own", undefined]);
});
