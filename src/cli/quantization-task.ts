// `quantize --task-metric`: what the rows of a dataset ask for, answered by the model and by every quantized type of it.
import { join } from "node:path";
import type { PromptFormat, SplitName } from "../data/index.ts";
import type { EvaluationRecord, QuantizationRecord, TaskMetric } from "../records/index.ts";
import { defaultPromptFormat, inferenceFiles } from "./inference-files.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";
import type { World } from "./world.ts";

export interface TaskOptions {
  /** What was quantized, as named on the command line. */
  readonly modelPath: string;
  readonly baseModel: string | undefined;
  readonly datasetPath: string | undefined;
  readonly split: SplitName;
  readonly maxRows: number;
  readonly maxSeqLength: number;
  readonly promptFormat: PromptFormat | undefined;
  readonly threads: number | undefined;
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** Scores the source and every type, and writes the scores into the record of `outputDir`. @throws what `evaluateInChild` throws */
export async function measureTask(record: QuantizationRecord, outputDir: string, options: TaskOptions): Promise<QuantizationRecord> {
  const [{ evaluateInChild }, { recordTaskMetrics }, { withScratchDirectory }, { packageVersion }] = await Promise.all([
    import("../evaluation/index.ts"),
    import("../quantization/index.ts"),
    import("../files/index.ts"),
    import("../runs/index.ts"),
  ]);
  const { print, signal, threads, split, datasetPath = "" } = options;
  const source = await inferenceFiles(options.modelPath, options);
  const promptFormat = options.promptFormat ?? source.promptFormat ?? (await defaultPromptFormat(source.modelPath));
  const score = async (name: string, modelPath: string, adapterPath: string | undefined): Promise<TaskMetric> =>
    withScratchDirectory(join(outputDir, "task"), async (outDir) => {
      let progress: Progress | undefined;
      const evaluation = await evaluateInChild(
        { modelPath, adapterPath, datasetPath, split, promptFormat, chatTemplate: source.chatTemplate, outDir, packageVersion: packageVersion(), maxSequenceLength: options.maxSeqLength, limit: options.maxRows, threads },
        {
          signal,
          onProgress({ done, total }) {
            progress ??= print.progress({ label: `answering with ${name}`, unit: "rows", total });
            progress.update(done);
          },
        },
      );
      progress?.finish("");
      return headline(evaluation);
    });
  const ofSource = await score(record.source.type, source.modelPath, source.adapterPath);
  const types = new Map<string, TaskMetric>();
  for (const { type, path } of record.types) types.set(path, await score(type, join(outputDir, path), undefined));
  return recordTaskMetrics(record, outputDir, { source: ofSource, types });
}

/** The one number that says most of a task; rows without answers are judged by their tokens. */
function headline({ task, metrics, dataset }: Pick<EvaluationRecord, "task" | "metrics" | "dataset">): TaskMetric {
  const wanted = task.kind === "text" ? "rougeL" : "f1_micro";
  const name = metrics[wanted] === undefined ? "token_accuracy" : wanted;
  const metric = metrics[name];
  if (metric === undefined) throw new RangeError(`internal: the evaluation holds no ${name}`);
  return { name, value: metric.value, low: metric.low, high: metric.high, rows: dataset.rows };
}
