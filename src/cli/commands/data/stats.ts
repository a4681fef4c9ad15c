import type { PromptWish } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { namedDataset, requireTokenizer } from "../../named-dataset.ts";
import { choice, text, wholeNumber } from "../../options.ts";

const FORMATS: readonly Exclude<PromptWish, "auto">[] = ["alpaca", "instruction", "chat", "chatml", "llama3", "text"];

/** `tunesmith data stats` */
export const dataStats = defineCommand({
  name: "data stats",
  summary: "Show what a dataset holds, where it came from and what was done to it",
  arguments: { dataset: text("dir", "a prepared dataset, or one saved by Python's datasets") },
  options: {
    datasetPath: text("dir", "the same"),
    modelName: text("model", "count tokens with the tokenizer of this directory, .gguf file or Hub id, and record them"),
    maxSeqLength: wholeNumber("tokens", "how many rows it would cut (512)", { min: 8 }),
    promptFormat: choice(FORMATS, "how a row becomes text (default alpaca, chat with a template)"),
    chatTemplate: text("file", "template of chats: a .jinja file, chatml or llama3; left out, the model's own"),
  },
  remark: "Rows stream by: a dataset larger than the memory works. Its digest is checked.",
  examples: ["data stats data/processed/healthcare_dataset", "data stats --dataset-path data/processed/healthcare_dataset --model-name assets/base-model --max-seq-length 256"],
  async run({ options, arguments: { dataset: named }, print, world, withInterrupt }) {
    const datasetPath = namedDataset(named, options.datasetPath, "data stats");
    const [{ countDecisions, listSplitUses, openDataset, profileDataset }, { prepareTokenCount }, { showDataset, withRowProgress }] = await Promise.all([import("../../../data/index.ts"), import("../../token-lengths.ts"), import("../../dataset-view.ts")]);
    const { modelName, maxSeqLength, promptFormat, chatTemplate } = options;
    requireTokenizer(modelName, { "--max-seq-length": maxSeqLength, "--prompt-format": promptFormat, "--chat-template": chatTemplate }, "data stats");
    const dataset = openDataset(datasetPath);
    const countTokens = await prepareTokenCount({ model: modelName, wish: promptFormat ?? (chatTemplate === undefined ? "alpaca" : "chat"), limit: maxSeqLength ?? 512, ...(chatTemplate !== undefined && { chatTemplate }) }, { print, world, withInterrupt });
    const profile = withRowProgress([dataset], print, (onRow) => profileDataset(dataset, onRow));
    const counted = countTokens?.(datasetPath);
    const record = counted === undefined ? profile.record : { ...profile.record, statistics: { ...profile.record.statistics, tokens: counted.tokens } };
    const uses = listSplitUses(datasetPath);
    showDataset({ ...profile, record }, uses, print);
    if (counted !== undefined && counted.record === undefined && record.created_at !== null) print.warn(`${datasetPath} is read-only: the tokens are not recorded in it`);
    return { path: datasetPath, dataset: record, words: profile.words, tasks: profile.tasks, labels: profile.labels, entities: profile.entities, test_decisions: countDecisions(uses, record, "test"), uses };
  },
});
