import { join } from "node:path";
import type { PromptFormat, SplitName } from "../../data/index.ts";
import type { QuantizationEvent } from "../../quantization/index.ts";
import type { QuantizationRecord } from "../../records/index.ts";
import { defineCommand } from "../command.ts";
import { encoderCannot, taskNeedsDataset } from "../errors.ts";
import { formatAmount, formatCommand, formatNumber } from "../format.ts";
import { choice, flag, list, required, text, wholeNumber } from "../options.ts";
import type { Print } from "../print.ts";
import { showQuantization } from "../quantization-table.ts";
import { noteSplitUse, sayDecisions } from "../split-use.ts";

const FORMATS: readonly PromptFormat[] = ["alpaca", "instruction", "chat", "text"];
const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

/** `tunesmith quantize` */
export const quantize = defineCommand({
  name: "quantize",
  summary: "Make smaller GGUF files of a model and measure each",
  options: {
    modelPath: required(text("model", "run or checkpoint (merged on the way), model directory, unquantized .gguf, Hub id")),
    baseModel: text("model", "the base of a run or checkpoint; left out, the one it names"),
    quantizationTypes: list("type", "in this order", { default: ["q4_k_m", "q5_k_m", "q8_0"] }),
    outputDir: text("dir", "left out, `quantized` in the run, beside the model, or here for a Hub id"),
    datasetPath: text("dir", "measure perplexity on this dataset; vectors or scores of a BERT"),
    split: choice(SPLITS, "of the dataset", { default: "validation" }),
    maxRows: wholeNumber("n", "rows that perplexity is measured on", { default: 64, min: 1 }),
    maxSeqLength: wholeNumber("tokens", "longer rows are cut in the prompt", { default: 512, min: 8 }),
    promptFormat: choice(FORMATS, "how rows become text; left out, as the model was trained"),
    importanceDataset: text("dir", "spend precision where its training rows need it (importance matrix)"),
    importanceRows: wholeNumber("n", "rows of that dataset that are read", { default: 128, min: 1 }),
    taskMetric: flag("answer the rows of the dataset with the model and every type, and score the answers"),
    benchmark: flag("measure tokens per second"),
    testGeneration: flag("answer one prompt with every type and see whether it ends by itself"),
    adapterOnly: flag("write only the adapter, as GGUF for llama.cpp's --lora"),
    threads: wholeNumber("n", "left out, the physical cores, at most 8", { min: 1 }),
  },
  examples: [
    "quantize --model-path merged_model --quantization-types q4_k_m q5_k_m q8_0 --benchmark --test-generation",
    "quantize --model-path outputs/run-base-model_training_20261121_120000 --quantization-types q4_0 --dataset-path data/processed/healthcare_dataset --output-dir models/quantized",
  ],
  async run({ options, print, world, withInterrupt }) {
    if (options.taskMetric && options.datasetPath === undefined) throw taskNeedsDataset();
    const [{ quantizeModel }, { exportAdapter }, { findQuantizationSource }, { prepareQuantization }, { measureTask }] = await Promise.all([
      import("../../quantization/index.ts"),
      import("../quantization-adapter.ts"),
      import("../quantization-source.ts"),
      import("../quantization-input.ts"),
      import("../quantization-task.ts"),
    ]);
    return withInterrupt(async (signal) => {
      const source = await findQuantizationSource(options.modelPath, { print, world, signal, baseModel: options.baseModel });
      const outputDir = options.outputDir ?? source.outputDir;
      if (options.adapterOnly) return exportAdapter(source, { modelPath: options.modelPath, outputDir, print, signal });
      if (source.isEncoder) refuseForEncoder(options);
      const { modelPath, adapter, name } = source;
      const input = await prepareQuantization({ ...options, source, print, world, signal });
      const written = await quantizeModel(
        { modelPath, adapter, name, outputDir, types: options.quantizationTypes, threads: options.threads, benchmark: options.benchmark, createdAt: world.now().toISOString(), ...input },
        { signal, onEvent: (event) => showEvent(event, print) },
      );
      const made = options.taskMetric ? await measureTask(written, outputDir, { ...options, print, world, signal }) : written;
      print.line();
      showQuantization(made, print);
      if (source.isEncoder) print.line(sayEncoder(made));
      print.line(`\nWritten to ${outputDir}`);
      const decisions = options.datasetPath === undefined ? undefined : await noteSplitUse({ datasetPath: options.datasetPath, split: options.split, purpose: "quantize", subject: options.modelPath }, { print, world });
      if (decisions !== undefined) print.line(sayDecisions(decisions));
      const smallest = [...made.types].sort((a, b) => a.size_bytes - b.size_bytes)[0];
      if (smallest !== undefined) print.line(`Serve it:  ${formatCommand("serve", "--quantized-model", join(outputDir, smallest.path))}`);
      for (const { type, test_generation: test } of made.types) {
        if (test?.finish_reason === "length") print.warn(`${type} did not end its test answer within ${formatAmount(test.tokens, "token")}`);
      }
      return { output_dir: outputDir, ...made };
    });
  },
});

function refuseForEncoder(options: { readonly modelPath: string; readonly testGeneration: boolean; readonly taskMetric: boolean; readonly importanceDataset: string | undefined }): void {
  if (options.testGeneration) throw encoderCannot(options.modelPath, "--test-generation");
  if (options.taskMetric) throw encoderCannot(options.modelPath, "--task-metric");
  if (options.importanceDataset !== undefined) throw encoderCannot(options.modelPath, "--importance-dataset");
}

function sayEncoder({ types }: QuantizationRecord): string {
  const scores = types.find((type) => type.scores !== null)?.scores;
  const compared = scores ? `its scores are compared with the unquantized ones, which spread by ${formatNumber(scores.spread)}` : types.some(({ vectors }) => vectors !== null) ? "its vectors are compared by their cosine with the unquantized ones" : "name a --dataset-path to compare its vectors or scores";
  return `A BERT has no perplexity: ${compared}.`;
}

function showEvent(event: QuantizationEvent, print: Print): void {
  if (event.stage === "converting") print.line("Reading the model");
  else if (event.stage === "weighing") {
    if (event.done === event.total) print.line(`Weighed what ${formatAmount(event.total, "row")} need`);
  } else if (event.stage === "quantizing") print.line(`Quantizing to ${event.type} (${event.index + 1} of ${event.count})`);
  else if (event.stage === "quantized") for (const fallback of event.model.fallbacks) print.line(print.paint.dim(`  ${fallback}`));
}
