import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { byteTokenizer, fakeLlama } from "../../test/helpers/fake-llama.ts";
import { drawEvaluation } from "./chart.ts";
import { compareEvaluations } from "./compare.ts";
import { evaluateModel } from "./evaluate.ts";
import { formatComparison } from "./format.ts";
import { readEvaluation, writeEvaluation } from "./report.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evaluation-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const evaluate = (answer: string) =>
  evaluateModel({
    model: fakeLlama({ answer: () => answer, logprob: () => -1 / 3 }).model,
    tokenizer: byteTokenizer,
    modelName: "tiny",
    modelPath: "tiny.gguf",
    modelDigest: "abcdef0123456789",
    rows: [
      { id: "a", instruction: "Which drug?", input: "", output: "lisinopril" },
      { id: "b", instruction: "Welche Dosis?", input: "", output: "10 mg täglich" },
    ],
    datasetPath: "data/d",
    datasetDigest: "0123456789abcdef",
    split: "test",
    promptFormat: "instruction",
    engineRelease: "v0",
    packageVersion: "0.1.0",
    now: () => new Date(0),
  });

describe("writeEvaluation", () => {
  it("writes records and reports that read back as the same evaluation", async () => {
    const evaluation = await evaluate("lisinopril");
    writeEvaluation(join(folder, "evaluation"), evaluation);
    expect(readdirSync(join(folder, "evaluation")).sort()).toEqual(["evaluation_report.md", "evaluation_report.svg", "evaluation_report.txt", "metrics.json", "predictions.json"]);
    expect(readEvaluation(join(folder, "evaluation"))).toEqual(evaluation);
  });

  it("writes predictions as metrics by name and examples with input, prediction and reference", async () => {
    writeEvaluation(folder, await evaluate("lisinopril"));
    const file = JSON.parse(readFileSync(join(folder, "predictions.json"), "utf8"));
    expect(file.metrics).toMatchObject({ exact_match: 0.5 });
    expect(file.examples[1]).toMatchObject({ prediction: "lisinopril", reference: "10 mg täglich" });
    expect(file.examples[1].input).toContain("Welche Dosis?");
  });

  it("replaces an earlier evaluation and leaves other files alone", async () => {
    writeFileSync(join(folder, "notes.txt"), "mine");
    writeEvaluation(folder, await evaluate("lisinopril"));
    writeEvaluation(folder, await evaluate("other"));
    expect(readEvaluation(folder).record.metrics["exact_match"]!.value).toBe(0);
    expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("mine");
  });
});

describe("readEvaluation", () => {
  it("refuses predictions of another evaluation", async () => {
    writeEvaluation(folder, await evaluate("lisinopril"));
    const path = join(folder, "predictions.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("10 mg", "20 mg"));
    expect(() => readEvaluation(folder)).toThrow("predictions.json is not the file that metrics.json was computed from");
  });

  it("names the folder where there is no evaluation", () => {
    expect(() => readEvaluation(join(folder, "none"))).toThrow(join(folder, "none", "metrics.json"));
  });
});

it("reports conditions, intervals, signatures and answers as text", async () => {
  writeEvaluation(folder, await evaluate("lisinopril\nnow"));
  const text = readFileSync(join(folder, "evaluation_report.txt"), "utf8");
  expect(text).toContain("Evaluation of tiny");
  expect(text).toMatch(/dataset +data\/d, split test \(digest 0123456789ab\)/);
  expect(text).toMatch(/metric +value +95 % interval +n +unit/);
  expect(text).toMatch(/loss +0\.3333 +0\.3333 to 0\.3333 +2 +nats\/token/);
  expect(text).toContain("rougeL|f|tokenizer:rouge_score|stemmer:porter_nltk|aggregate:mean");
  expect(text).toMatch(/answer +lisinopril\\nnow/);
  expect(text).not.toMatch(/ \n/);
});

it("reports in Markdown with every digest in full, and no text of a row as markup", async () => {
  const evaluation = await evaluate("<b>*lisinopril*</b>");
  writeEvaluation(folder, { ...evaluation, record: { ...evaluation.record, model: { ...evaluation.record.model, name: "a|b_c" } } });
  const page = readFileSync(join(folder, "evaluation_report.md"), "utf8");
  expect(page).toContain("# Evaluation of a\\|b\\_c");
  for (const digest of ["abcdef0123456789", "0123456789abcdef", evaluation.record.evaluation_digest, evaluation.record.predictions_digest]) expect(page).toContain(`\`${digest}\``);
  expect(page).toContain("| split | test, 2 rows, ");
  expect(page).toContain("| answers | greedy, at most 256 tokens |");
  expect(page).toMatch(/\| exact\\_match \| 0\.0000 \| 0\.0000 to 0\.0000 \| 2 \| fraction \|/);
  expect(page).toContain("answer:\n\n    <b>*lisinopril*</b>\n");
  expect(page).toContain("(evaluation_report.svg)");
});

it("draws fractions and percentages on one scale, bound to model and data", async () => {
  const { record } = await evaluate("lisinopril");
  const metrics = { ...record.metrics, "a<b & \u0001/f1": record.metrics["exact_match"]! };
  const chart = drawEvaluation({ ...record, metrics });
  expect(chart).toContain("<desc>model abcdef0123456789, dataset 0123456789abcdef, split test, evaluation ");
  expect(chart).toContain(">a&lt;b &amp; \ufffd/f1</text>");
  expect(chart).toContain('<circle cx="430.0"');
  expect(chart).toContain(">0.5000 (0.0000 to 1.0000)</text>");
  expect(chart).not.toContain("perplexity");
  expect(chart.match(/<circle/g)).toHaveLength(Object.values(metrics).filter(({ unit }) => unit === "fraction" || unit === "percent").length);
});

it("prints a comparison as a table with verdicts", async () => {
  const text = formatComparison(compareEvaluations(await evaluate("wrong"), await evaluate("lisinopril")));
  expect(text).toMatch(/metric +base +tuned +difference +95 % interval +n +verdict/);
  expect(text).toMatch(/exact_match +0\.0000 +0\.5000 +\+0\.5000 +0\.0000 to \+1\.0000 +2 +no clear difference/);
});
