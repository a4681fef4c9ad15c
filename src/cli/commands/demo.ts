import { join } from "node:path";
import { defineCommand, type CommandContext } from "../command.ts";
import { answerWith } from "../demo/answer.ts";
import { measureBaseAndTuned, quantizeMerged, type DemoPlace } from "../demo/measure.ts";
import { DEMO, DEMO_TRAINING } from "../demo/settings.ts";
import { formatDuration } from "../format.ts";
import { wholeNumber, text } from "../options.ts";
import { createTrainingView } from "../training-view.ts";

/** `tunesmith demo` */
export const demo = defineCommand({
  name: "demo",
  summary: "Watch a small model prepared, fine-tuned, measured, quantized and answering",
  options: {
    rows: wholeNumber("n", "rows of the sample", { default: DEMO.rows, min: 60, max: 2000 }),
    epochs: wholeNumber("n", "passes over the training split", { default: DEMO_TRAINING.epochs, min: 1 }),
    seed: wholeNumber("n", "of the training", { default: 42, min: 0 }),
    threads: wholeNumber("n", "CPU threads (default: all cores)", { min: 1 }),
    outputDir: text("dir", "where run directories are made", { default: "outputs" }),
  },
  examples: ["demo", "demo --epochs 1 --rows 200 --json"],
  run: (context) => context.withInterrupt((signal) => runDemo(context.options, context, signal)),
});

interface DemoOptions {
  readonly rows: number;
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number | undefined;
  readonly outputDir: string;
}

async function runDemo(options: DemoOptions, { print, world }: Pick<CommandContext<unknown, unknown>, "print" | "world">, signal: AbortSignal) {
  const [{ prepareDataset }, { resolveConfig, trainConfigSchema }, { mergeCheckpoint, trainModel }, ffi, runs, { writeFileAtomic }] = await Promise.all([
    import("../../data/index.ts"),
    import("../../config/index.ts"),
    import("../../training/index.ts"),
    import("../../engine/ffi/index.ts"),
    import("../../runs/index.ts"),
    import("../../files/index.ts"),
  ]);
  const steps: { name: string; seconds: number }[] = [];
  const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    print.line(`\n${print.paint.bold(`${steps.length + 1}. ${name}`)}`);
    const from = world.now().getTime();
    const result = await act();
    steps.push({ name, seconds: (world.now().getTime() - from) / 1000 });
    return result;
  };

  const dataset = await step("Prepare data", async () => {
    const prepared = await prepareDataset({ domain: DEMO.domain, sample: true, numSamples: options.rows, outputDir: DEMO.dataDir, seed: 42, now: world.now() });
    for (const line of prepared.summary) print.line(line);
    return prepared;
  });
  const basePath = join(ffi.packageDirectory(), "assets", "base-model");
  const { config } = resolveConfig(trainConfigSchema, {
    flags: { ...DEMO_TRAINING, model_name: basePath, dataset_path: dataset.path, output_dir: options.outputDir, epochs: options.epochs, seed: options.seed, threads: options.threads },
  });
  const view = createTrainingView(print);
  let place: DemoPlace | undefined;
  const found: { measured?: Awaited<ReturnType<typeof measureBaseAndTuned>>; quantized?: Awaited<ReturnType<typeof quantizeMerged>>; mergedDir?: string } = {};
  let trainingFrom = world.now().getTime();
  print.line(`\n${print.paint.bold("2. Fine-tune the base with QLoRA")}`);
  const trained = await trainModel({
    config,
    modelPath: basePath,
    signal,
    onRun: ({ directory, record }) => {
      place = { print, world, signal, runDirectory: directory, datasetPath: dataset.path, basePath, threads: options.threads };
      print.line(`  run         ${record.name}`);
    },
    onEvent: (event) => view.show(event),
    async afterTraining(_run, outcome) {
      view.finish();
      steps.push({ name: "Fine-tune the base with QLoRA", seconds: (world.now().getTime() - trainingFrom) / 1000 });
      const at = place!;
      const checkpoint = outcome.bestCheckpoint ?? outcome.lastCheckpoint!;
      found.measured = await step("Evaluate base and fine-tuned model on the test split", () => measureBaseAndTuned(at, checkpoint));
      found.mergedDir = join(at.runDirectory, "merged_model");
      await step("Merge the adapter into the base", async () => {
        const merged = await mergeCheckpoint({ modelPath: checkpoint, basePath, outputDir: found.mergedDir!, signal });
        print.line(`  ${merged.outputDir} (${merged.dtype})`);
      });
      found.quantized = await step("Quantize", () => quantizeMerged(at, found.mergedDir!));
      return { metrics: found.measured.metrics, measuredOn: found.measured.binding, artifacts: { merged_model: found.mergedDir, quantized: found.quantized.directory, report: join(at.runDirectory, "report.html") } };
    },
  }).finally(() => view.finish());
  if (trained.outcome.status === "stopped" || found.measured === undefined || found.quantized === undefined) {
    print.line(`\nStopped after step ${trained.outcome.step}. The run ${trained.record.name} keeps its checkpoint; run the demo again for a new one.`);
    return { run: trained.record, outcome: trained.outcome };
  }

  const { measured, quantized } = found;
  const served = join(quantized.directory, `model-${DEMO.servedType}.gguf`);
  const answer = await step(`Ask the ${DEMO.servedType} model`, async () => {
    const given = await answerWith(served, dataset.path, options.threads);
    print.line(`  note      ${given.row.input}`);
    print.line(`  question  ${given.row.instruction}`);
    print.line(`  answer    ${print.paint.green(given.text.trim())}`);
    print.line(`  expected  ${given.row.output}`);
    return given;
  });
  const series = runs.metricSeries(runs.readMetrics(trained.directory));
  const curves = { train: [...(series.get("loss") ?? [])], evaluation: [...(series.get("eval_loss") ?? [])] };
  const report = join(trained.directory, "report.html");
  writeFileAtomic(report, runs.renderRunReport({ run: trained.record, curves, comparison: measured.comparison, samples: measured.samples, quantization: quantized.record, steps }));

  const tracker = runs.openExperimentTracker(runs.historyPathFor(options.outputDir));
  const earlier = tracker.list().filter(({ version, metadata }) => version !== null && version !== trained.record.version && String(metadata["run"] ?? "").startsWith("demo-")).at(-1);
  print.line(`\n${print.paint.bold(`Recorded as ${trained.record.version}`)} in experiment_history.jsonl (${formatDuration(1000 * steps.reduce((sum, { seconds }) => sum + seconds, 0))})`);
  if (earlier?.version && trained.record.version) {
    print.line();
    print.line(runs.formatComparison(tracker.compare(earlier.version, trained.record.version, { metric: "exact_match" })));
  }
  print.line(`
Look at the report   ${report}
Serve the model      tunesmith serve --quantized-model ${served} --port 8000
Ask it               tunesmith generate --model-path ${served} --prompt "…"
See the history      tunesmith runs list
Use your own rows    tunesmith data prepare --domain healthcare --input-file my.jsonl`);
  trainingFrom = 0;
  return { run: trained.record, outcome: trained.outcome, comparison: measured.comparison, quantization: quantized.record, answer: { question: answer.row.instruction, text: answer.text, expected: answer.row.output }, report, steps };
}
