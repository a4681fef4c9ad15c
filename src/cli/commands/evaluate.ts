import { join, relative } from "node:path";
import { evaluationFolderName, findEvaluatedRun, partName, scoresOf } from "../evaluated-run.ts";
import { defineCommand } from "../command.ts";
import { openGate } from "../evaluation-gate.ts";
import { choice, decimalNumber, flag, list, minor, required, text, wholeNumber } from "../options.ts";
import type { EntityFilter } from "../../evaluation/index.ts";
import { baseNotNamed, promptFormatDiffers } from "../errors.ts";
import { fromLegacyPath } from "../legacy-path.ts";
import type { InferenceFiles } from "../inference-files.ts";
import type { Print } from "../print.ts";
import type { Progress } from "../progress.ts";
import { noteSplitUse, sayDecisions } from "../split-use.ts";
import type { World } from "../world.ts";

const FILTERS = ["generic_words", "at_least_2_characters", "at_least_3_characters", "no_disease_in_chemical", "in_source", "in_source_nearly"] as const satisfies readonly EntityFilter[];

/** `tunesmith evaluate` */
export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Measure a model on a held-out split, with intervals",
  options: {
    modelPath: required(text("path", "checkpoint, run, merged directory or .gguf file")),
    baseModel: text("model", "base of the model (default: the one a checkpoint was trained on)"),
    datasetPath: required(text("dir", "prepared dataset")),
    split: choice(["train", "validation", "test"] as const, "which rows", { default: "test" }),
    compareBase: flag("measure the base too and compare"),
    gate: text("clauses", "what must hold, else exit 1 (see below)"),
    promptFormat: choice(["alpaca", "instruction", "chat", "text"] as const, "default: the one it was trained with"),
    allowPromptFormat: flag("ask in another format than it was trained with"),
    task: choice(["text", "labels", "entities", "tags"] as const, "what answers are (default: what the rows say)"),
    maxNewTokens: wholeNumber("n", "longest answer", { default: 256, min: 1 }),
    temperature: decimalNumber("t", "above 0 answers are drawn, not greedy", { default: 0, min: 0, max: 5 }),
    stop: list("text", "texts that end an answer"),
    constrain: flag("hold answers to the JSON shape of the gold answers"),
    entityMatch: minor(choice(["multiset", "set", "span"] as const, "when two listed entities are the same", { default: "multiset" })),
    entityNormalization: minor(choice(["strict", "seed-000", "relaxed"] as const, "how their texts are compared", { default: "strict" })),
    entityFilter: minor(list("filter", "predictions left out before scoring", { choices: FILTERS })),
    benchmarkSpeed: flag("measure tokens per second too"),
    seed: wholeNumber("n", "of the bootstrap and of drawn answers", { default: 42, min: 0 }),
    limit: wholeNumber("n", "only the first rows", { min: 1 }),
    threads: wholeNumber("n", "CPU threads (default: all cores)", { min: 1 }),
    outputDir: text("dir", "where reports go (default: evaluation/ of the run, else results/evaluation)"),
  },
  remark: "A gate is `f1_micro >= 0.85 and not worse than v1.2`: bounds, and measurements or runs to compare with (`in loss, f1` names metrics).\nThe scores of a checkpoint or merged model on a whole test split become those of its run: see `tunesmith runs compare`.\nListed entities are right as --entity-match (multiset, set, span) and --entity-normalization (strict, seed-000, relaxed) say; --entity-filter drops some first.\nEach model that a test split has judged is kept in uses.jsonl of the dataset, and counted.",
  examples: [
    "evaluate --model-path outputs/run-base-model_training_20261121_120000 --dataset-path data/processed/healthcare_dataset --split test",
    "evaluate --model-path outputs/run-base-model_training_20261121_120000 --dataset-path data/processed/healthcare_dataset --gate 'f1 >= 0.85 and not worse than v1.2'",
    "evaluate --model-path models/quantized/merged_model-q4_k_m.gguf --dataset-path data/processed/healthcare_dataset --json",
  ],
  async run({ options, print, world, withInterrupt, endWith }) {
    const [{ compareEvaluations, evaluateInChild, formatComparison, formatEvaluation, readEvaluation, writeEvaluation }, { defaultPromptFormat, inferenceFiles }, { packageVersion, recordEvaluation }] = await Promise.all([
      import("../../evaluation/index.ts"),
      import("../inference-files.ts"),
      import("../../runs/index.ts"),
    ]);
    return withInterrupt(async (signal) => {
      const modelPath = await fromLegacyPath(options.modelPath, print);
      const files = await inferenceFiles(modelPath, { print, world, signal, baseModel: options.baseModel });
      const baseFiles = await findBase(files, options, { print, world, signal });
      const promptFormat = options.promptFormat ?? files.promptFormat ?? (await defaultPromptFormat(files.modelPath));
      if (files.promptFormat !== undefined && promptFormat !== files.promptFormat) {
        if (!options.allowPromptFormat) throw promptFormatDiffers(modelPath, files.promptFormat, promptFormat);
        print.warn(`the model was trained with prompt format ${files.promptFormat}; it is asked in ${promptFormat}`);
      }
      const gate = options.gate === undefined ? undefined : await openGate(options.gate, print);
      const run = await findEvaluatedRun(files, modelPath);
      const part = partName(options.split, options.limit);
      const newest = join(run === undefined ? join("results", "evaluation") : join(run, "evaluation"), part);
      const outDir = options.outputDir ?? join(newest, evaluationFolderName(files));
      const measure = async (target: InferenceFiles, folder: string, label: string) => {
        let progress: Progress | undefined;
        await evaluateInChild(
          {
            modelPath: target.modelPath,
            adapterPath: target.adapterPath,
            modelName: target.name,
            modelDigest: target.digest,
            datasetPath: options.datasetPath,
            split: options.split,
            promptFormat,
            chatTemplate: files.chatTemplate,
            outDir: folder,
            packageVersion: packageVersion(),
            taskKind: options.task,
            maxNewTokens: options.maxNewTokens,
            temperature: options.temperature,
            stop: options.stop,
            constrain: options.constrain,
            entities: { matching: options.entityMatch, normalization: options.entityNormalization, filters: options.entityFilter as readonly EntityFilter[] },
            benchmarkSpeed: options.benchmarkSpeed,
            seed: options.seed,
            limit: options.limit,
            threads: options.threads,
          },
          {
            signal,
            onProgress: ({ done, known, total }) => {
              progress ??= print.progress({ label: `evaluating ${label}`, unit: "rows", total, start: known });
              progress.update(done);
            },
          },
        );
        progress?.finish();
        const evaluation = readEvaluation(folder);
        if (options.outputDir === undefined) writeEvaluation(join(newest, relative(outDir, folder)), evaluation);
        return evaluation;
      };
      const tuned = await measure(files, outDir, files.adapterPath === undefined ? "model" : "checkpoint");
      print.line(print.visible(formatEvaluation(tuned)));
      print.line(`Written to ${outDir}`);
      const decisions = await noteSplitUse({ datasetPath: options.datasetPath, split: options.split, purpose: "evaluate", subject: files.name, subjectDigest: files.digest }, { print, world });
      if (decisions !== undefined) print.line(sayDecisions(decisions));
      const scored = run !== undefined && part === "" ? await recordEvaluation(run, { ...scoresOf(tuned.record, files.digest), folder: outDir }, { now: world.now }) : undefined;
      if (scored !== undefined) print.line(`Recorded as the scores of ${scored.version ?? scored.name}`);
      const verdict = await gate?.judge(outDir, tuned.record);
      if (verdict?.passed === false) endWith(1);
      const document = { output_dir: outDir, run: scored?.name ?? null, test_decisions: decisions ?? null, gate: verdict ?? null, evaluation: tuned.record };
      if (baseFiles === undefined) return document;
      const base = await measure(baseFiles, join(outDir, "base"), "base");
      const comparison = compareEvaluations(base, tuned);
      print.line(`\n${formatComparison(comparison)}`);
      return { ...document, base: base.record, comparison };
    });
  },
});

interface BaseChoice {
  readonly modelPath: string;
  readonly baseModel: string | undefined;
  readonly compareBase: boolean;
}

/** What `--compare-base` compares with: the base of a checkpoint, or of a whole model the one that is named. */
async function findBase(files: InferenceFiles, { modelPath, baseModel, compareBase }: BaseChoice, parts: { readonly print: Print; readonly world: World; readonly signal: AbortSignal }): Promise<InferenceFiles | undefined> {
  if (!compareBase) {
    if (baseModel !== undefined && files.base === undefined) parts.print.warn(`${modelPath} is a whole model and needs no base: ${baseModel} is not used without --compare-base`);
    return undefined;
  }
  if (files.base !== undefined) return files.base;
  if (baseModel === undefined) throw baseNotNamed(modelPath);
  const { inferenceFiles } = await import("../inference-files.ts");
  return inferenceFiles(baseModel, parts);
}
