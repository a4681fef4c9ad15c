import { basename, join } from "node:path";
import type { PromptFormat } from "../../data/index.ts";
import type { VerificationCandidate } from "../../quantization/index.ts";
import type { VerificationRecord } from "../../records/index.ts";
import { defineCommand } from "../command.ts";
import { encoderCannot } from "../errors.ts";
import { formatNumber } from "../format.ts";
import { choice, decimalNumber, list, required, text, wholeNumber } from "../options.ts";
import type { Print } from "../print.ts";
import type { Progress } from "../progress.ts";

const FORMATS: readonly PromptFormat[] = ["alpaca", "instruction", "chat", "text"];

/** `tunesmith verify` */
export const verify = defineCommand({
  name: "verify",
  summary: "Check that merged and quantized models answer alike",
  options: {
    modelPath: required(text("model", "run or checkpoint, whose adapter works beside its base, or a whole model")),
    against: list("model", "directories and .gguf files; left out, what `quantize` made of it"),
    baseModel: text("model", "the base of a run or checkpoint; left out, the one it names"),
    datasetPath: required(text("dir", "what both are asked")),
    split: choice(["train", "validation"] as const, "of the dataset; test rows are left for judging", { default: "validation" }),
    maxRows: wholeNumber("n", "rows", { default: 16, min: 1 }),
    maxSeqLength: wholeNumber("tokens", "longer rows are cut in the prompt", { default: 512, min: 8 }),
    maxNewTokens: wholeNumber("n", "longest answer that is compared", { default: 64, min: 1 }),
    promptFormat: choice(FORMATS, "how rows become text; left out, as the model was trained"),
    maxKl: decimalNumber("nats", "largest mean KL divergence of a quantized model", { default: 0.1, min: 0 }),
    maxMergedKl: decimalNumber("nats", "largest one of an unquantized model", { default: 0.001, min: 0 }),
    minAgreement: decimalNumber("share", "smallest share of tokens with the same most probable token", { default: 0.9, min: 0, max: 1 }),
    outputDir: text("dir", "where verification.json goes; left out, `quantized` in the run or beside the model"),
    threads: wholeNumber("n", "left out, the physical cores, at most 8", { min: 1 }),
  },
  remark: "Ends with exit code 1 when a model is past a limit. An adapter is merged on the way and checked too.",
  examples: [
    "verify --model-path outputs/run-base-model_training_20261121_120000 --dataset-path data/processed/healthcare_dataset",
    "verify --model-path merged_model --against quantized/merged_model-q4_k_m.gguf --dataset-path data/processed/healthcare_dataset --max-kl 0.05",
  ],
  async run({ options, print, world, withInterrupt, endWith }) {
    const [{ findQuantizationRecord, modelNameOf, nothingToVerify, verifyModels }, { findQuantizationSource }, { prepareQuantization }, { inferenceFiles }] = await Promise.all([
      import("../../quantization/index.ts"),
      import("../quantization-source.ts"),
      import("../quantization-input.ts"),
      import("../inference-files.ts"),
    ]);
    return withInterrupt(async (signal) => {
      const parts = { print, world, signal, baseModel: options.baseModel };
      const source = await findQuantizationSource(options.modelPath, parts);
      const record = findQuantizationRecord(source.outputDir);
      // Models that lie side by side share the folder of what was quantized.
      const own = record?.model === (source.name ?? modelNameOf(source.modelPath)) ? record.types : [];
      const made = options.against.length > 0 ? options.against : own.map(({ path }) => join(source.outputDir, path));
      const candidates: VerificationCandidate[] = source.adapter === undefined ? [] : [{ name: "merged", modelPath: source.modelPath, adapter: source.adapter }];
      for (const name of made) candidates.push({ ...(await findQuantizationSource(name, { print, world, signal, baseModel: undefined })), name });
      if (source.isEncoder) throw encoderCannot(options.modelPath, "verify");
      if (candidates.length === 0) throw nothingToVerify(options.modelPath);
      const { perplexity } = await prepareQuantization({ ...options, testGeneration: false, source, print, world, signal });
      const files = await inferenceFiles(options.modelPath, parts);
      const outputDir = options.outputDir ?? source.outputDir;
      let progress: Progress | undefined;
      const verified = await verifyModels(
        {
          reference: { name: files.name, modelPath: files.modelPath, adapterPath: files.adapterPath },
          candidates,
          sequences: perplexity?.sequences ?? [],
          datasetDigest: perplexity?.datasetDigest ?? null,
          maxNewTokens: options.maxNewTokens,
          outputDir,
          thresholds: { max_kl_unquantized: options.maxMergedKl, max_kl: options.maxKl, min_top1_agreement: options.minAgreement },
          threads: options.threads,
          createdAt: world.now().toISOString(),
        },
        {
          signal,
          onProgress({ name, done, total }) {
            progress ??= print.progress({ label: "comparing", unit: "rows", total: total * candidates.length });
            progress.update(total * candidates.findIndex((candidate) => candidate.name === name) + done, basename(name));
          },
        },
      );
      progress?.finish("");
      showVerification(verified, print);
      print.line(`\nWritten to ${join(outputDir, "verification.json")}`);
      if (!verified.passed) endWith(1);
      return { output_dir: outputDir, ...verified };
    });
  },
});

function showVerification({ reference, measured_on: { rows, tokens }, models }: VerificationRecord, print: Print): void {
  print.line(`${reference.name}: perplexity ${formatNumber(reference.perplexity)} over ${tokens} tokens of ${rows} rows`);
  print.table(
    ["model", "type", "mean KL", "p99 KL", "same top token", "same answers", "same tokens", ""],
    models.map(({ path, type, kl_divergence: kl, top1_agreement: agreement, answers, passed }) => [
      basename(path),
      type,
      formatNumber(kl.mean, 6),
      formatNumber(kl.p99, 6),
      `${formatNumber(100 * agreement, 1)} %`,
      `${answers.identical} of ${answers.count}`,
      `${answers.same_tokens} of ${answers.tokens}`,
      passed ? "passed" : "FAILED",
    ]),
  );
  for (const { path, reasons } of models) for (const reason of reasons) print.warn(`${basename(path)}: ${reason}`);
}
