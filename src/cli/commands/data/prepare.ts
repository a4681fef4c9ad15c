import type { LinkKind, PrepareOptions, SplitMethod } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatCommand } from "../../format.ts";
import { choice, decimalNumber, flag, list, required, text, wholeNumber } from "../../options.ts";

type SamplingMethod = NonNullable<PrepareOptions["sampling"]>["method"];

/** `tunesmith data prepare` */
export const dataPrepare = defineCommand({
  name: "data prepare",
  summary: "Read rows, clean, check and split them, and write a dataset",
  options: {
    domain: required(text("name", "healthcare, legal, finance, or a name of your own")),
    inputFile: text("path", "rows as .jsonl, .json, .csv or .tsv"),
    sample: flag("generate rows instead of reading a file"),
    numSamples: wholeNumber("n", "rows to generate", { default: 100, min: 1 }),
    outputDir: text("dir", "where the dataset goes", { default: "data/processed" }),
    trainSplit: decimalNumber("share", "share of the rows to train on", { default: 0.8, min: 0, max: 1 }),
    valSplit: decimalNumber("share", "share to validate on", { default: 0.1, min: 0, max: 1 }),
    testSplit: decimalNumber("share", "share to test on", { default: 0.1, min: 0, max: 1 }),
    seed: wholeNumber("n", "of the sample and of the split", { default: 42, min: 0 }),
    sampling: choice<SamplingMethod>(["stratified", "undersample", "balance_negatives"], "take only some rows, by their labels"),
    sampleSize: wholeNumber("n", "rows that stratified sampling draws", { default: 1200, min: 1 }),
    minPerLabel: wholeNumber("n", "rows of each label that it draws at least", { default: 100, min: 0 }),
    splitMethod: choice<SplitMethod>(["group", "stratified", "multilabel", "hf"], "hf splits as Python's datasets, blind to groups", { default: "group" }),
    groupBy: text("column", "rows of one value stay in one split"),
    stratifyBy: choice<"labels" | "task">(["labels", "task"], "what stratified and multilabel go by"),
    allowLeakage: list("kinds", "links that may cross splits; recorded", { choices: ["exact", "group", "input", "answer", "near_duplicate"] }),
    threads: wholeNumber("n", "beside the one that reads; the dataset is the same", { min: 0 }),
    minLength: wholeNumber("words", "a shorter row is reported", { default: 10, min: 0 }),
    maxLength: wholeNumber("words", "a longer row is reported", { default: 2048, min: 1 }),
    skipValidation: flag("report findings without stopping at any"),
    strict: flag("stop at warnings too"),
  },
  examples: ["data prepare --domain healthcare --sample", "data prepare --domain legal --input-file my.jsonl --train-split 0.9 --val-split 0.05 --test-split 0.05"],
  async run({ options: { sampling, sampleSize, minPerLabel, ...options }, print, world }) {
    const { prepareDataset } = await import("../../../data/index.ts");
    const chosen = sampling === undefined ? {} : { sampling: { method: sampling, size: sampleSize, minPerLabel } };
    const prepared = await prepareDataset({ ...options, ...chosen, allowLeakage: options.allowLeakage as readonly LinkKind[], now: world.now() });
    for (const line of prepared.summary) print.line(line);
    print.line();
    print.line(`Look at a row:  ${formatCommand("data", "preview", "--dataset-path", prepared.path)}`);
    return { path: prepared.path, status: prepared.status, previous_path: prepared.previousPath ?? null, dataset: prepared.record };
  },
});
