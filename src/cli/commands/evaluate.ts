import { join } from "node:path";
import { defineCommand } from "../command.ts";
import { choice, flag, required, text, wholeNumber } from "../options.ts";
import { formatDuration } from "../format.ts";
import type { InferenceFiles } from "../inference-files.ts";

/** `tunesmith evaluate` */
export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Measure a model on a held-out split, greedy, with bootstrap intervals",
  options: {
    modelPath: required(text("path", "checkpoint, run, merged directory or .gguf file")),
    baseModel: text("model", "base of a checkpoint (default: the one it was trained on)"),
    datasetPath: required(text("dir", "prepared dataset")),
    split: choice(["train", "validation", "test"] as const, "which rows", { default: "test" }),
    compareBase: flag("measure the base of a checkpoint too and compare"),
    promptFormat: choice(["alpaca", "instruction", "chat", "text"] as const, "default: the one it was trained with"),
    maxNewTokens: wholeNumber("n", "longest answer", { default: 256, min: 1 }),
    limit: wholeNumber("n", "only the first rows", { min: 1 }),
    threads: wholeNumber("n", "CPU threads (default: all cores)", { min: 1 }),
    outputDir: text("dir", "where reports go (default: evaluation/ of the run, else results/evaluation)"),
  },
  examples: [
    "evaluate --model-path outputs/run-base-model_training_20261121_120000 --dataset-path data/processed/healthcare_dataset --split test",
    "evaluate --model-path models/quantized/merged_model-q4_k_m.gguf --dataset-path data/processed/healthcare_dataset --json",
  ],
  async run({ options, print, world, withInterrupt }) {
    const [{ compareEvaluations, evaluateInChild, formatComparison, formatEvaluation, readEvaluation }, { defaultPromptFormat, inferenceFiles }, { packageVersion }] = await Promise.all([
      import("../../evaluation/index.ts"),
      import("../inference-files.ts"),
      import("../../runs/index.ts"),
    ]);
    return withInterrupt(async (signal) => {
      const files = await inferenceFiles(options.modelPath, { print, world, signal, baseModel: options.baseModel });
      const promptFormat = options.promptFormat ?? files.promptFormat ?? (await defaultPromptFormat(files.modelPath));
      if (files.promptFormat !== undefined && options.promptFormat !== undefined && options.promptFormat !== files.promptFormat) {
        print.warn(`the model was trained with prompt format ${files.promptFormat}; it is asked in ${options.promptFormat}`);
      }
      const outDir = options.outputDir ?? (files.runDirectory === undefined ? join("results", "evaluation") : join(files.runDirectory, "evaluation"));
      const measure = async (target: InferenceFiles, folder: string, label: string) => {
        const progress = print.progress({ label: `evaluating ${label}`, unit: "rows" });
        await evaluateInChild(
          {
            modelPath: target.modelPath,
            adapterPath: target.adapterPath,
            modelName: target.name,
            modelDigest: target.digest,
            datasetPath: options.datasetPath,
            split: options.split,
            promptFormat,
            outDir: folder,
            packageVersion: packageVersion(),
            maxNewTokens: options.maxNewTokens,
            limit: options.limit,
            threads: options.threads,
          },
          { signal, onProgress: ({ done, total, remainingMs }) => progress.update(done, `of ${total}${remainingMs === undefined ? "" : ` · ETA ${formatDuration(remainingMs)}`}`) },
        );
        progress.finish();
        return readEvaluation(folder);
      };
      const tuned = await measure(files, outDir, files.adapterPath === undefined ? "model" : "checkpoint");
      print.line(formatEvaluation(tuned));
      if (!options.compareBase || files.adapterPath === undefined) return { output_dir: outDir, evaluation: tuned.record };
      const base = await measure({ modelPath: files.modelPath, name: "base", digest: files.modelPath }, join(outDir, "base"), "base");
      const comparison = compareEvaluations(base, tuned);
      print.line(formatComparison(comparison));
      return { output_dir: outDir, evaluation: tuned.record, base: base.record, comparison };
    });
  },
});
