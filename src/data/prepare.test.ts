import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { droppedRowSchema } from "../records/index.ts";
import { findLeaks } from "./duplicates/leakage.ts";
import { loadDataset } from "./load.ts";
import { prepareDataset, type PreparedDataset } from "./prepare.ts";
import type { PrepareOptions } from "./prepare/options.ts";
import { SPLIT_NAMES, type Splits } from "./row.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-prepare-"));
afterAll(() => rmSync(home, { recursive: true }));

let count = 0;
const freshDirectory = (): string => join(home, String(++count));

type Record = { readonly [column: string]: unknown };
const question = (number: number, parts: Record = {}): Record => ({ question: `Which of the many numbers is the number ${number}?`, answer: `It is n${number}.`, ...parts });
const questions = (length: number): Record[] => Array.from({ length }, (_, number) => question(number));

async function prepare(rows: readonly Record[], options: Partial<PrepareOptions> = {}): Promise<PreparedDataset & { readonly splits: Splits }> {
  const inputFile = `${freshDirectory()}.jsonl`;
  writeFileSync(inputFile, rows.map((row) => JSON.stringify(row)).join("\n"));
  const prepared = await prepareDataset({ domain: "own", inputFile, outputDir: freshDirectory(), now: new Date(0), ...options });
  return { ...prepared, splits: loadDataset(prepared.path).splits };
}

const readDropped = (path: string) => readFileSync(join(path, "dropped.jsonl"), "utf8").split("\n").filter(Boolean).map((line) => droppedRowSchema.parse(JSON.parse(line)));

describe("prepareDataset", () => {
  it("prepares the sample of the healthcare domain without a leak", async () => {
    const outputDir = freshDirectory();
    const stages: string[] = [];
    const { path, status, record, summary } = await prepareDataset({ domain: "healthcare", sample: true, outputDir, now: new Date(0), onProgress: ({ stage, rows }) => stages.push(`${stage} ${rows}`) });
    const { splits } = loadDataset(path);
    expect([path, status]).toEqual([join(outputDir, "healthcare_dataset"), "written"]);
    expect(stages).toEqual(["read 100", "clean 100", "validate 100", "split 100", "check 100", "write 100"]);
    expect(SPLIT_NAMES.map((name) => splits[name].length)).toEqual([80, 10, 10]);
    expect(findLeaks(splits)).toEqual([]);
    expect(loadDataset(path)).toEqual({ record, splits });
    expect(record).toMatchObject({ schema_version: 2, domain: "healthcare", created_at: "1970-01-01T00:00:00.000Z", split: { method: "group", seed: 42 }, statistics: { rows: 100, unique_share: 1 } });
    expect(summary).toContain("split       train 80, validation 10, test 10 (seed 42, 100 groups, none in two splits)");
  });

  it("leaves nothing but the dataset", async () => {
    const outputDir = freshDirectory();
    await prepare(questions(10), { outputDir });
    expect(readdirSync(outputDir)).toEqual(["own_dataset"]);
    expect(readdirSync(join(outputDir, "own_dataset")).sort()).toEqual(["dataset.json", "dataset_dict.json", "dropped.jsonl", "test", "train", "validation"]);
  });

  it("records what was cleaned, found and dropped", async () => {
    const rows = [...questions(20), question(3), question(20, { answer: "See &amp; read https://example.org" }), question(21, { answer: "x" })];
    const { path, record, summary } = await prepare(rows);
    expect(record.transformations.filter((step) => step.rows_changed > 0)).toEqual([
      { name: "html_unescape", rows_changed: 1 },
      { name: "strip_urls", rows_changed: 1 },
      { name: "whitespace", rows_changed: 1 },
    ]);
    expect(record.dropped).toEqual({ exact_duplicate: 1 });
    expect(readDropped(path)).toEqual([{ row: 21, id: "row-21", reason: "exact_duplicate", kept_row: 4 }]);
    expect(record.findings.find(({ code }) => code === "exact_duplicate")).toMatchObject({ severity: "warning", count: 1, rows: [21] });
    expect(record.statistics.unique_share).toBeCloseTo(22 / 23);
    expect(summary).toContain("dropped     exact_duplicate 1");
  });

  it("stops at empty rows and names them, and writes nothing", async () => {
    const outputDir = freshDirectory();
    const rows = [...questions(9), question(9, { answer: " " }), question(10, { question: "https://example.org" })];
    await expect(prepare(rows, { outputDir })).rejects.toThrow(
      "Cannot prepare the dataset: 2 checks fail\n  empty_output: 1 row without an answer (row 10)\n  empty_instruction: 1 row without an instruction (row 11)",
    );
    expect(existsSync(outputDir)).toBe(false);
  });

  it("drops and records empty rows when validation is skipped", async () => {
    const { path, record } = await prepare([...questions(9), question(9, { answer: " " })], { skipValidation: true });
    expect(record.dropped).toEqual({ empty_output: 1 });
    expect(readDropped(path)).toEqual([{ row: 10, id: "row-10", reason: "empty_output", kept_row: null }]);
    await expect(prepare([question(1, { answer: "" })], { skipValidation: true })).rejects.toThrow("0 of 1 row are left after cleaning");
  });

  it("finds short and long rows, keeps them, and stops at them when strict", async () => {
    const rows = [...questions(9), { question: "Why?", answer: "So." }, { question: "Tell it at length.", answer: Array.from({ length: 50 }, (_, index) => `w${index}`).join(" ") }];
    const { record } = await prepare(rows, { maxLength: 40 });
    expect(record.statistics.rows).toBe(11);
    expect(record.findings.map(({ code, rows: numbers }) => [code, numbers])).toEqual([["short_row", [10]], ["long_row", [11]]]);
    await expect(prepare(rows, { strict: true })).rejects.toThrow("short_row: 1 row shorter than the least length (row 10)");
  });

  it("finds answers that repeat the question, broken encodings and foreign scripts", async () => {
    const same = "The very same words as are asked for in this question here.";
    const { record } = await prepare([...questions(9), { question: same, answer: same }, question(11, { answer: "CafÃ© is â€œopenâ€\u009d now" }), question(12, { answer: "東京東京東京東京東京東京" })]);
    expect(record.findings.map(({ code, severity, rows }) => [code, severity, rows])).toEqual([
      ["answer_repeats_question", "warning", [10]],
      ["mojibake", "warning", [11]],
      ["non_ascii", "note", [11, 12]],
    ]);
  });

  it("stops at characters that another encoding lost", async () => {
    await expect(prepare([...questions(9), question(10, { answer: "Caf\ufffd" })])).rejects.toThrow("undecodable: 1 row with characters that are lost, because the file is not UTF-8: save it as UTF-8 (row 10)");
  });

  it("keeps near-duplicates in one split and says how many there are", async () => {
    const twin = { question: "Which of the many numbers that people know by heart is the smallest one, do you think?", answer: "It is none." };
    const { record, splits } = await prepare([...questions(30), twin, { ...twin, answer: "It is none!" }, { ...twin, answer: "it is None" }]);
    expect(record.findings.find(({ code }) => code === "near_duplicate")).toMatchObject({ severity: "note", count: 2, rows: [32, 33] });
    expect(record.split).toMatchObject({ groups: 31, largest_group: { rows: 3 } });
    expect(findLeaks(splits)).toEqual([]);
  });

  it("puts every source row into one split or into the dropped ones with a reason", async () => {
    const texts = fc.constantFrom("", "yes", "no & yes", "It is taken every morning before breakfast.", "It is taken every morning, before breakfast!");
    const row = fc.record({ instruction: texts, output: fc.oneof(texts, fc.string({ maxLength: 6 })), input: fc.string({ maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 15 }), fc.nat(), async (rows, seed) => {
        const all = [...questions(6), ...rows];
        const { path, splits } = await prepare(all, { seed, skipValidation: true });
        const ids = [...SPLIT_NAMES.flatMap((name) => splits[name].map(({ id }) => id)), ...readDropped(path).map(({ id }) => id)];
        expect(ids.sort()).toEqual(all.map((_, index) => `row-${index + 1}`).sort());
      }),
      { numRuns: 6 },
    );
  });

  it("has the same digest for the same rows in another order and another kind of file", async () => {
    const rows = questions(25);
    const csv = `${freshDirectory()}.csv`;
    writeFileSync(csv, `answer,question\n${rows.map((row) => `"${String(row["answer"])}","${String(row["question"])}"`).join("\n")}\n`);
    const digests = [await prepare(rows), await prepare(rows.toReversed()), await prepare([], { inputFile: csv })].map(({ record }) => record.digest);
    expect(new Set(digests).size).toBe(1);
    expect((await prepare(rows, { seed: 7 })).record.digest).not.toBe(digests[0]);
  });
});

describe("a dataset that stands there already", () => {
  it("is left untouched when it holds the same rows", async () => {
    const outputDir = freshDirectory();
    const first = await prepare(questions(10), { outputDir });
    const second = await prepare(questions(10), { outputDir, now: new Date(5) });
    expect(second.status).toBe("unchanged");
    expect(second.record).toEqual(first.record);
    expect(second.summary.at(-1)).toBe(`unchanged   ${first.path}`);
  });

  it("is kept beside the new one when it holds others", async () => {
    const outputDir = freshDirectory();
    const first = await prepare(questions(10), { outputDir });
    const second = await prepare(questions(11), { outputDir });
    const third = await prepare(questions(10), { outputDir });
    const fourth = await prepare(questions(11), { outputDir });
    expect([second.status, third.status, fourth.status]).toEqual(["replaced", "replaced", "replaced"]);
    expect(second.previousPath).toBe(`${first.path}.previous-${first.record.digest.slice(0, 8)}`);
    expect(loadDataset(second.previousPath!).record).toEqual(first.record);
    expect(fourth.previousPath).toBe(`${second.previousPath}-2`);
    expect(loadDataset(fourth.path).record.statistics.rows).toBe(11);
  });

  it("is never touched when it is something else", async () => {
    const outputDir = freshDirectory();
    await prepare(questions(10), { outputDir });
    writeFileSync(join(outputDir, "own_dataset", "dataset.json"), "{}");
    await expect(prepare(questions(11), { outputDir })).rejects.toThrow(/something stands there that is not a readable dataset/);
    expect(readdirSync(outputDir)).toEqual(["own_dataset"]);
  });
});

describe("fewer rows than there are", () => {
  it("are drawn from a file by the seed; the others are told of, like every row that is in no split", async () => {
    const { path, record, summary } = await prepare(questions(40), { numSamples: 12 });
    expect(record).toMatchObject({ dropped: { not_sampled: 28 }, sampling: [{ method: "random", seed: 42, rows_before: 40, rows_after: 12 }], statistics: { rows: 12 } });
    expect(readDropped(path).map(({ reason }) => reason)).toEqual(Array.from({ length: 28 }, () => "not_sampled"));
    expect(summary).toContain("sampled     12 of 40 rows, random, seed 42");
  });

  it("need labels where they are chosen by labels, and so do splits", async () => {
    await expect(prepare(questions(12), { sampling: { method: "undersample" } })).rejects.toThrow("Cannot sample rows by undersample: no row has labels");
    await expect(prepare(questions(12), { splitMethod: "stratified" })).rejects.toThrow("Cannot split by task: no row has a task");
    await expect(prepare(questions(12), { splitMethod: "multilabel", stratifyBy: "labels" })).rejects.toThrow("Cannot split by labels: no row has labels");
  });
});

describe("bad options", () => {
  it("asks for a source and recommends datasets of the domain", async () => {
    await expect(prepareDataset({ domain: "legal", now: new Date(0) })).rejects.toThrow(/no source is given, needed is a file, a dataset of the Hub or a sample\nDatasets for legal on the Hugging Face Hub:\n {2}pile-of-law/);
    await expect(prepare(questions(3), { sample: true })).rejects.toThrow("several sources are given");
  });

  it("names the sample there is", async () => {
    await expect(prepareDataset({ domain: "legal", sample: true, now: new Date(0) })).rejects.toThrow("100 rows of legal are asked for, needed are 1 to 2,000 rows of healthcare");
    await expect(prepareDataset({ domain: "healthcare", sample: true, numSamples: 0, now: new Date(0) })).rejects.toThrow("0 rows of healthcare are asked for");
  });

  it("refuses a domain that is no name for a directory", async () => {
    await expect(prepare(questions(3), { domain: "../x" })).rejects.toThrow('the domain is "../x", needed are small letters, digits, _ and -');
  });
});
