// The demo as one path through the rooms. Everything it does is a command of its own; what it leaves behind is what they leave behind.
import { join } from "node:path";
import type { TrainedRun } from "../../training/index.ts";
import type { Print } from "../print.ts";
import { createTrainingView } from "../training-view.ts";
import type { World } from "../world.ts";
import { answerWith, type DemoAnswer } from "./answer.ts";
import { measureBaseAndTuned, quantizeMerged, type DemoPlace, type MeasuredPair, type QuantizedModels } from "./measure.ts";
import { DEMO, DEMO_TRAINING } from "./settings.ts";

export interface DemoOptions {
  readonly rows: number;
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number | undefined;
  readonly outputDir: string;
}

export interface StepTime {
  readonly name: string;
  readonly seconds: number;
}

export interface Journey {
  readonly trained: TrainedRun;
  /** What comes after training; absent when it was stopped. */
  readonly result?: { readonly measured: MeasuredPair; readonly quantized: QuantizedModels; readonly served: string; readonly answer: DemoAnswer };
  readonly steps: readonly StepTime[];
}

/** Prepares, trains, evaluates, merges, quantizes and asks; the run is finished as the next version. */
export async function takeJourney(options: DemoOptions, print: Print, world: World, signal: AbortSignal): Promise<Journey> {
  const [{ resolveConfig, trainConfigSchema }, { mergeCheckpoint, trainModel }, { packageDirectory }] = await Promise.all([
    import("../../config/index.ts"),
    import("../../training/index.ts"),
    import("../../engine/ffi/index.ts"),
  ]);
  const stopwatch = createStopwatch(print, world);
  const datasetPath = await stopwatch.time("Prepare data", () => prepare(options.rows, print, world));
  const basePath = join(packageDirectory(), "assets", "base-model");
  const { rows: _rows, outputDir, ...chosen } = options;
  const { config } = resolveConfig(trainConfigSchema, { flags: { ...DEMO_TRAINING, ...chosen, model_name: basePath, dataset_path: datasetPath, output_dir: outputDir } });

  const view = createTrainingView(print);
  let result: Journey["result"];
  const endTraining = stopwatch.begin("Fine-tune the base with QLoRA");
  const trained = await trainModel({
    config,
    modelPath: basePath,
    signal,
    onRun: ({ record }) => print.line(`  run         ${record.name}`),
    onEvent: (event) => view.show(event),
    async afterTraining(run, outcome) {
      view.finish();
      endTraining();
      const place: DemoPlace = { print, world, signal, runDirectory: run.directory, datasetPath, basePath, threads: options.threads };
      const checkpoint = outcome.bestCheckpoint ?? outcome.lastCheckpoint ?? run.directory;
      const measured = await stopwatch.time("Evaluate base and fine-tuned model on the test split", () => measureBaseAndTuned(place, checkpoint));
      const merged = await stopwatch.time("Merge the adapter into the base", async () => {
        const { outputDir: directory, dtype } = await mergeCheckpoint({ modelPath: checkpoint, basePath, outputDir: join(run.directory, "merged_model"), signal });
        print.line(`  ${directory} (${dtype})`);
        return directory;
      });
      const quantized = await stopwatch.time("Quantize with the llama library", () => quantizeMerged(place, merged));
      const served = join(quantized.directory, `model-${DEMO.servedType}.gguf`);
      const answer = await stopwatch.time(`Ask the ${DEMO.servedType} model`, () => ask(served, place));
      result = { measured, quantized, served, answer };
      return {
        metrics: measured.metrics,
        measuredOn: measured.binding,
        artifacts: { merged_model: merged, quantized: quantized.directory, report: join(run.directory, "report.html") },
      };
    },
  }).finally(() => view.finish());
  return { trained, result, steps: stopwatch.steps };
}

async function prepare(rows: number, print: Print, world: World): Promise<string> {
  const { prepareDataset } = await import("../../data/index.ts");
  const prepared = await prepareDataset({ domain: DEMO.domain, sample: true, numSamples: rows, outputDir: DEMO.dataDir, seed: 42, now: world.now() });
  for (const line of prepared.summary) print.line(`  ${line}`);
  return prepared.path;
}

async function ask(served: string, place: DemoPlace): Promise<DemoAnswer> {
  const answer = await answerWith(served, place);
  const { print } = place;
  print.line(`  note        ${print.visible(answer.row.input)}`);
  print.line(`  question    ${answer.row.instruction}`);
  print.line(`  answer      ${print.paint.green(print.visible(answer.text))}`);
  print.line(`  expected    ${answer.row.output}`);
  return answer;
}

/** Prints a numbered heading for each step and keeps how long it took. */
function createStopwatch(print: Print, world: World) {
  const steps: StepTime[] = [];
  let begun = 0;
  const begin = (name: string) => {
    begun += 1;
    print.line(`\n${print.paint.bold(`${begun}. ${name}`)}`);
    const from = world.now().getTime();
    return () => void steps.push({ name, seconds: (world.now().getTime() - from) / 1000 });
  };
  return {
    steps,
    begin,
    async time<T>(name: string, act: () => Promise<T>): Promise<T> {
      const end = begin(name);
      const done = await act();
      end();
      return done;
    },
  };
}
