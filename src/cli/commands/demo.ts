import { join } from "node:path";
import { defineCommand } from "../command.ts";
import type { Journey } from "../demo/journey.ts";
import { DEMO, DEMO_TRAINING } from "../demo/settings.ts";
import { formatDuration } from "../format.ts";
import { INTERRUPTED } from "../interrupt.ts";
import { text, wholeNumber } from "../options.ts";
import type { Print } from "../print.ts";

/** `tunesmith demo` */
export const demo = defineCommand({
  name: "demo",
  summary: "Prepare, fine-tune, measure, quantize and ask a small model",
  options: {
    rows: wholeNumber("n", "rows of the sample", { default: DEMO.rows, min: 60, max: 2000 }),
    epochs: wholeNumber("n", "passes over the training split", { default: DEMO_TRAINING.epochs, min: 1 }),
    seed: wholeNumber("n", "of the training", { default: 42, min: 0 }),
    threads: wholeNumber("n", "CPU threads (default: all cores)", { min: 1 }),
    outputDir: text("dir", "where run directories are made", { default: "outputs" }),
  },
  examples: ["demo", "demo --epochs 1 --rows 200 --json"],
  async run({ options, print, world, withInterrupt, endWith }) {
    const { takeJourney } = await import("../demo/journey.ts");
    const journey = await withInterrupt((signal) => takeJourney(options, print, world, signal));
    const { trained, result, steps } = journey;
    if (result === undefined) {
      endWith(INTERRUPTED);
      print.line(`\nStopped after step ${trained.outcome.step}; ${trained.record.name} keeps its checkpoint. Run the demo again for a new one.`);
      return { run: trained.record, outcome: trained.outcome };
    }
    const report = await writeReport(journey);
    print.line(`\n${print.paint.bold(`Recorded as ${trained.record.version}`)} in experiment_history.jsonl, ${formatDuration(1000 * steps.reduce((sum, { seconds }) => sum + seconds, 0))} in all`);
    const comparison = await compareWithEarlier(options.outputDir, trained.record.version, print);
    printNextSteps(print, report, result.served, result.answer.row.instruction);
    const { measured, quantized, answer } = result;
    return {
      run: trained.record,
      outcome: trained.outcome,
      comparison: measured.comparison,
      quantization: quantized.record,
      answer: { question: answer.row.instruction, text: answer.text, expected: answer.row.output },
      compared_with_earlier: comparison ?? null,
      report,
      steps,
    };
  },
});

/** report.html in the run folder: curves, the before/after table, sample answers, the quantization table, times. */
async function writeReport({ trained, result, steps }: Journey): Promise<string> {
  const [{ readCurves, renderRunReport }, { writeFileAtomic }] = await Promise.all([import("../../runs/index.ts"), import("../../files/index.ts")]);
  const series = readCurves(trained.directory, 2000);
  const path = join(trained.directory, "report.html");
  writeFileAtomic(
    path,
    renderRunReport({
      run: trained.record,
      curves: { train: series.get("loss") ?? [], evaluation: series.get("eval_loss") ?? [] },
      comparison: result?.measured.comparison,
      samples: result?.measured.samples,
      quantization: result?.quantized.record,
      steps,
    }),
  );
  return path;
}

/** Compares with the demo before this one, if there is one. */
async function compareWithEarlier(outputDir: string, version: string | null, print: Print) {
  const { formatComparison, historyPathFor, openExperimentTracker } = await import("../../runs/index.ts");
  const tracker = openExperimentTracker(historyPathFor(outputDir));
  const earlier = tracker.list().findLast((entry) => entry.version !== null && entry.version !== version && String(entry.metadata["run"]).startsWith(`${DEMO_TRAINING.experiment_tag}-`));
  if (earlier === undefined || earlier.version === null || version === null) return undefined;
  const comparison = tracker.compare(earlier.version, version, { metric: "exact_match" });
  print.line();
  print.line(formatComparison(comparison));
  return comparison;
}

function printNextSteps(print: Print, report: string, served: string, question: string): void {
  print.line(`
Look at the report   ${report}
Serve the model      tunesmith serve --quantized-model ${served} --port 8000
Ask it yourself      tunesmith generate --model-path ${served} --prompt "${question}" --input "A 54-year-old man with gout. Started on allopurinol 100 mg once daily."
See the history      tunesmith runs list
Use your own rows    tunesmith data prepare --domain healthcare --input-file my.jsonl`);
}
