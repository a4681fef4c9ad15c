import type { CleaningStepName, LinkKind, PrepareOptions, PromptWish, SplitMethod } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatCommand } from "../../format.ts";
import { choice, decimalNumber, flag, list, minor, required, text, wholeNumber } from "../../options.ts";
import { showPreparation } from "../../prepare-progress.ts";
import { readMap, requireSense } from "./prepare-options.ts";

/** Stands here so that `--help` loads nothing; a test holds it to the steps there are. */
export const CLEANING: readonly CleaningStepName[] = ["repair_encoding", "html_unescape", "strip_urls", "strip_emails", "unicode_nfc", "whitespace", "pair_relations"];

type CountedFormat = Exclude<PromptWish, "auto">;
type SamplingMethod = NonNullable<PrepareOptions["sampling"]>["method"];

/** `tunesmith data prepare` */
export const dataPrepare = defineCommand({
  name: "data prepare",
  summary: "Read rows, clean, check and split them, and write a dataset",
  options: {
    domain: required(text("name", "healthcare, legal, finance, or a name of your own")),
    inputFile: text("path", "jsonl, json, csv, tsv, parquet, arrow, bio, or a directory of them"),
    datasetName: text("owner/name", "a dataset of the Hugging Face Hub"),
    map: list("field=column", "how columns are read: instruction=Question text=Headline"),
    sample: flag("generate rows instead of reading a file"),
    numSamples: wholeNumber("n", "rows to generate (100), or to draw from a file (all)", { min: 1 }),
    outputDir: text("dir", "where the dataset goes", { default: "data/processed" }),
    clean: list("steps", "only these; usual stands for the usual ones, none for none", { choices: [...CLEANING, "usual", "none"] }),
    trainSplit: decimalNumber("share", "share of the rows to train on", { default: 0.8, min: 0, max: 1 }),
    valSplit: decimalNumber("share", "share to validate on", { default: 0.1, min: 0, max: 1 }),
    testSplit: decimalNumber("share", "share to test on", { default: 0.1, min: 0, max: 1 }),
    seed: wholeNumber("n", "of the sample and of the split", { default: 42, min: 0 }),
    splitMethod: choice<SplitMethod>(["group", "stratified", "multilabel", "hf"], "hf splits as Python's datasets, blind to groups", { default: "group" }),
    groupBy: text("column", "rows of one value stay in one split"),
    allowLeakage: list("kinds", "links that may cross splits; recorded", { choices: ["exact", "group", "input", "answer", "near_duplicate"] }),
    modelName: text("model", "count tokens with its tokenizer"),
    maxSeqLength: wholeNumber("tokens", "how many rows this limit would cut (512)", { min: 8 }),
    skipValidation: flag("report findings without stopping at any"),
    strict: flag("stop at warnings too"),
    datasetConfig: minor(text("name", "which part of the dataset, where it has several")),
    datasetSplit: minor(list("names", "which of its own splits are read: train, or the only one")),
    revision: minor(text("name", "branch, tag or commit of the dataset (main)")),
    instruction: minor(text("text", "what asks for labels or entities")),
    taskWords: minor(list("words", "the task of a row is the first of these that its instruction holds")),
    labelNames: minor(list("names", "of labels or tags that are numbers or flags")),
    sampling: minor(choice<Exclude<SamplingMethod, "random">>(["stratified", "undersample", "balance_negatives"], "take only some rows, by their labels")),
    sampleSize: minor(wholeNumber("n", "rows that stratified sampling draws (1200)", { min: 1 })),
    minPerLabel: minor(wholeNumber("n", "rows of each label that it draws at least (100)", { min: 0 })),
    keepSplits: minor(flag("keep rows in the splits the source has, and look for leaks between them")),
    stratifyBy: minor(choice<"labels" | "task">(["labels", "task"], "what stratified, multilabel and hf go by")),
    promptFormat: minor(choice<CountedFormat>(["alpaca", "instruction", "chat", "chatml", "llama3", "text"], "for counting tokens (alpaca)")),
    minLength: minor(wholeNumber("words", "a shorter row is reported", { default: 10, min: 0 })),
    maxLength: minor(wholeNumber("words", "a longer row is reported", { default: 2048, min: 1 })),
    threads: minor(wholeNumber("n", "beside the one that reads; the dataset is the same", { min: 0 })),
  },
  remark:
    "Steps of --clean: " + CLEANING.join(", ") + ".\n" +
    "Hub: --dataset-config NAME, --dataset-split NAMES, --revision NAME; HF_TOKEN and HF_HUB_OFFLINE.\n" +
    "Labels: --label-names NAMES, --instruction TEXT, --sampling stratified|undersample|balance_negatives, --sample-size N, --min-per-label N, --stratify-by labels|task.\n" +
    "Also: --task-words WORDS (the first one in an instruction is its task), --keep-splits (those of the source), --min-length N, --max-length N (words), --prompt-format FORMAT (for tokens), --threads N.",
  examples: ["data prepare --domain healthcare --sample", "data prepare --domain legal --input-file my.jsonl --train-split 0.9 --val-split 0.05 --test-split 0.05"],
  async run({ options: { sampling, sampleSize, minPerLabel, map, labelNames, taskWords, instruction, clean, modelName, maxSeqLength, promptFormat, datasetName, datasetConfig, datasetSplit, revision, ...options }, print, world, withInterrupt }) {
    requireSense({ ...options, sampling, sampleSize, minPerLabel, map, labelNames, clean, modelName, maxSeqLength, promptFormat, datasetName, datasetConfig, datasetSplit, revision });
    const [{ DEFAULT_CLEANING, prepareDataset }, { prepareTokenLengths }] = await Promise.all([import("../../../data/index.ts"), import("../../token-lengths.ts")]);
    const countTokens = await prepareTokenLengths({ model: modelName, wish: promptFormat ?? "alpaca", limit: maxSeqLength ?? 512 }, { print, world, withInterrupt });
    const wish = datasetName === undefined ? undefined : { id: datasetName, config: datasetConfig, splits: datasetSplit, keepSplits: options.keepSplits, revision };
    const hub = wish && (await withInterrupt(async (signal) => (await import("../../hub-dataset.ts")).findHubDataset(wish, { print, world, signal })));
    const { onAdvance, end } = showPreparation(print);
    const prepared = await withInterrupt((signal) => prepareDataset({
      ...options,
      signal,
      onAdvance,
      ...(hub !== undefined && { hub }),
      ...(sampling !== undefined && { sampling: { method: sampling, size: sampleSize, minPerLabel } }),
      ...(clean.length > 0 && { cleaning: CLEANING.filter((step) => clean.includes(step) || (clean.includes("usual") && DEFAULT_CLEANING.includes(step))) }),
      mapping: { columns: readMap(map), ...(labelNames.length > 0 && { labelNames }), ...(taskWords.length > 0 && { taskWords }), ...(instruction !== undefined && { instruction }) },
      allowLeakage: options.allowLeakage as readonly LinkKind[],
      now: world.now(),
    })).finally(end);
    for (const line of prepared.summary) print.line(line);
    const dataset = countTokens(prepared.path) ?? prepared.record;
    print.line();
    print.line(`Look at a row:  ${formatCommand("data", "preview", "--dataset-path", prepared.path)}`);
    return { path: prepared.path, status: prepared.status, previous_path: prepared.previousPath ?? null, dataset };
  },
});
