// Steps 4 and 5 of the demo: the base and the fine-tuned model on the test split, then the merged model in every quantized type.
import { join } from "node:path";
import type { EvaluationComparison, QuantizationRecord } from "../../records/index.ts";
import type { SampleAnswer } from "../../runs/index.ts";
import { inferenceFiles, type InferenceFiles } from "../inference-files.ts";
import type { Print } from "../print.ts";
import { showQuantization } from "../quantization-table.ts";
import { noteSplitUse } from "../split-use.ts";
import type { World } from "../world.ts";
import { DEMO, DEMO_TRAINING } from "./settings.ts";

export interface DemoPlace {
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
  readonly runDirectory: string;
  readonly datasetPath: string;
  readonly basePath: string;
  readonly threads: number | undefined;
}

export interface MeasuredPair {
  readonly comparison: EvaluationComparison;
  readonly samples: readonly SampleAnswer[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly binding: { readonly checkpoint_digest: string; readonly dataset_digest: string; readonly split: string; readonly rows: number; readonly evaluation_digest: string };
}

/** Greedy answers and likelihoods of both models over all test rows. */
export async function measureBaseAndTuned(place: DemoPlace, checkpoint: string): Promise<MeasuredPair> {
  const { compareEvaluations, evaluateInChild, formatComparison, readEvaluation } = await import("../../evaluation/index.ts");
  const { packageVersion } = await import("../../runs/index.ts");
  const { print, world, signal } = place;
  const tunedFiles = await inferenceFiles(checkpoint, { print, world, signal, baseModel: place.basePath });
  const baseFiles = await inferenceFiles(place.basePath, { print, world, signal });
  const measure = async (files: InferenceFiles, name: string, folder: string) => {
    const progress = print.progress({ label: `evaluating ${name}`, unit: "rows" });
    await evaluateInChild(
      {
        modelPath: files.modelPath,
        adapterPath: files.adapterPath,
        modelName: name,
        modelDigest: files.digest,
        datasetPath: place.datasetPath,
        split: "test",
        promptFormat: DEMO_TRAINING.prompt_format,
        outDir: folder,
        packageVersion: packageVersion(),
        maxNewTokens: DEMO.maxNewTokens,
        threads: place.threads,
      },
      { signal, onProgress: ({ done, total }) => progress.update(done, `of ${total}`) },
    );
    progress.finish("");
    return readEvaluation(folder);
  };
  const base = await measure(baseFiles, "base", join(place.runDirectory, "evaluation", "base"));
  const tuned = await measure(tunedFiles, "fine-tuned", join(place.runDirectory, "evaluation"));
  await noteSplitUse({ datasetPath: place.datasetPath, split: "test", purpose: "evaluate", subject: tunedFiles.name, subjectDigest: tunedFiles.digest }, { print, world });
  const comparison = compareEvaluations(base, tuned);
  print.line(formatComparison(comparison));
  const samples = tuned.predictions.map((row, index) => ({
    prompt: row.input,
    reference: row.reference,
    base: base.predictions[index]?.prediction ?? "",
    tuned: row.prediction ?? "",
  }));
  return {
    comparison,
    samples: spread(samples, 6),
    metrics: Object.fromEntries(Object.entries(tuned.record.metrics).map(([name, metric]) => [name, metric.value])),
    binding: {
      checkpoint_digest: tunedFiles.digest,
      dataset_digest: tuned.record.dataset.digest,
      split: "test",
      rows: tuned.record.dataset.rows,
      evaluation_digest: tuned.record.evaluation_digest,
    },
  };
}

export interface QuantizedModels {
  readonly record: QuantizationRecord;
  readonly directory: string;
}

/** Quantizes the merged model and measures size, speed and perplexity on the test rows. */
export async function quantizeMerged(place: DemoPlace, mergedDir: string): Promise<QuantizedModels> {
  const [{ quantizeModel }, { encodeExamples, IGNORED_LABEL, loadDataset }, { loadTokenizerDirectory }] = await Promise.all([
    import("../../quantization/index.ts"),
    import("../../data/index.ts"),
    import("../../engine/tokenizer/index.ts"),
  ]);
  const { record: dataset, splits } = loadDataset(place.datasetPath);
  const { examples } = encodeExamples(loadTokenizerDirectory(mergedDir), splits.test, DEMO_TRAINING.prompt_format, DEMO_TRAINING.max_seq_length);
  const directory = join(place.runDirectory, "quantized");
  const record = await quantizeModel(
    {
      modelPath: mergedDir,
      types: DEMO.quantizationTypes,
      outputDir: directory,
      name: "model",
      threads: place.threads,
      provenance: { prompt_format: DEMO_TRAINING.prompt_format, dataset_digest: dataset.digest },
      perplexity: { sequences: examples.map(({ ids, labels }) => ({ ids, firstScored: labels.findIndex((label) => label !== IGNORED_LABEL) })), datasetDigest: dataset.digest },
      benchmark: true,
      createdAt: place.world.now().toISOString(),
    },
    { signal: place.signal },
  );
  showQuantization(record, place.print);
  return { record, directory };
}

/** `count` members at even distances: not the best ones. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % step === 0).slice(0, count);
}
