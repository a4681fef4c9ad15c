import type { ExamplePreview, OpenDataset, PromptWish, Row, SplitName, TrainOn } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount } from "../../format.ts";
import { rowMissing, usageFault } from "../../errors.ts";
import { namedDataset, requireTokenizer } from "../../named-dataset.ts";
import { choice, text, wholeNumber } from "../../options.ts";
import type { Print } from "../../print.ts";

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];
const FORMATS: readonly Exclude<PromptWish, "auto">[] = ["alpaca", "instruction", "chat", "chatml", "llama3", "text"];
const TRAINED: readonly TrainOn[] = ["all", "last"];

/** `tunesmith data preview` */
export const dataPreview = defineCommand({
  name: "data preview",
  summary: "Show a row as the model sees it, and which tokens are trained",
  arguments: { dataset: text("dir", "a prepared dataset, or one saved by Python's datasets") },
  options: {
    datasetPath: text("dir", "the same"),
    modelName: text("model", "directory, .gguf file or Hub id whose tokenizer counts; without it the text alone is shown"),
    split: choice(SPLITS, "of the dataset", { default: "train" }),
    row: wholeNumber("n", "which row of the split, from 1", { default: 1, min: 1 }),
    rowId: text("id", "the row of this id instead"),
    promptFormat: choice(FORMATS, "how a row becomes text (default alpaca, chat with a template)"),
    chatTemplate: text("file", "template of chats: a .jinja file, chatml or llama3; left out, the model's own"),
    trainOn: choice(TRAINED, "answers of a conversation that are trained (all)"),
    maxSeqLength: wholeNumber("tokens", "longer rows are cut in the prompt, never in the answer (512)", { min: 8 }),
  },
  examples: ["data preview data/processed/healthcare_dataset", "data preview --dataset-path data/processed/healthcare_dataset --model-name mistralai/Mistral-7B-v0.1 --split test --row 3"],
  async run({ options, arguments: { dataset }, print, world, withInterrupt }) {
    const datasetPath = namedDataset(dataset, options.datasetPath, "data preview");
    const { choosePrompt, openDataset, previewExample, renderPrompt } = await import("../../../data/index.ts");
    const { chatTemplate, maxSeqLength, modelName, trainOn } = options;
    requireTokenizer(modelName, { "--chat-template": chatTemplate, "--train-on": trainOn, "--max-seq-length": maxSeqLength }, "data preview");
    const wish = options.promptFormat ?? (chatTemplate === undefined ? "alpaca" : "chat");
    const row = pickRow(openDataset(datasetPath), { ...options, datasetPath });
    const showHeader = () => print.line(print.paint.dim(`${options.split} row ${print.visible(row.id)}, format ${wish}\n`));
    if (modelName === undefined) {
      if (wish === "chat" || wish === "chatml" || wish === "llama3") throw usageFault("a chat template needs the special tokens of a model: give --model-name", "tunesmith data preview");
      const rendered = renderPrompt(row, wish);
      showHeader();
      print.line(`${print.paint.dim(print.visible(rendered.prompt))}${mark(print.visible(rendered.completion), print)}`);
      print.line();
      print.line("The text between « and » is what the model learns to write. Add --model-name to count tokens.");
      return { row, ...rendered };
    }
    const { loadTokenizer } = await import("../../load-tokenizer.ts");
    const { tokenizer, format } = choosePrompt(await withInterrupt((signal) => loadTokenizer(modelName, { print, world, signal })), wish, chatTemplate);
    const preview = previewExample(tokenizer, row, format, maxSeqLength ?? 512, trainOn ?? "all");
    showHeader();
    showPreview(preview, print);
    return { row, tokens: preview.tokens, trained_tokens: preview.trainedTokens, cut_tokens: preview.cutTokens, segments: preview.segments };
  },
});

interface RowChoice {
  readonly datasetPath: string;
  readonly split: SplitName;
  readonly row: number;
  readonly rowId: string | undefined;
}

/** Reads up to the row and no further. @throws `cli.row_missing` */
function pickRow(dataset: OpenDataset, { datasetPath, split, row: wanted, rowId }: RowChoice): Row {
  let rows = 0;
  for (const row of dataset.rows(split)) {
    rows += 1;
    if (rowId === undefined ? rows === wanted : row.id === rowId) return row;
  }
  throw rowMissing(datasetPath, split, rowId ?? wanted, rows);
}

function showPreview(preview: ExamplePreview, print: Print): void {
  print.line(joinRuns(preview.segments).map(({ text: piece, trained }) => (trained ? mark(print.visible(piece), print) : print.paint.dim(print.visible(piece)))).join(""));
  print.line();
  print.line(`${preview.trainedTokens} of ${formatAmount(preview.tokens, "token")} ${preview.trainedTokens === 1 ? "is" : "are"} trained: those between « and ».`);
  if (preview.cutTokens > 0) print.line(`${formatAmount(preview.cutTokens, "token")} of the prompt ${preview.cutTokens === 1 ? "was" : "were"} cut to fit.`);
}

/** Neighbours that are both trained, or both not, as one. */
function joinRuns(segments: ExamplePreview["segments"]): readonly { readonly text: string; readonly trained: boolean }[] {
  const runs: { text: string; trained: boolean }[] = [];
  for (const { text: piece, trained } of segments) {
    const last = runs.at(-1);
    if (last?.trained === trained) last.text += piece;
    else runs.push({ text: piece, trained });
  }
  return runs;
}

/** Marks that also a terminal without colours shows. */
function mark(trained: string, print: Print): string {
  return print.paint.green(`«${trained}»`);
}
