// How a training looks while it goes on: facts first, then a progress line, with evaluations and checkpoints as lines of their own.
import type { RunRecord } from "../records/index.ts";
import type { TrainingEvent, TrainingFacts, UploadSummary } from "../training/index.ts";
import { formatAmount, formatBytes, formatCommand, formatCount } from "./format.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";

export interface TrainingView {
  show(event: TrainingEvent): void;
  /** Ends the progress line. */
  finish(): void;
}

export function createTrainingView(print: Print): TrainingView {
  let progress: Progress | undefined;
  let firstEvaluation = true;
  return {
    show(event) {
      switch (event.type) {
        case "ready":
          for (const line of describeFacts(event.facts)) print.line(line);
          for (const note of event.facts.notes) print.warn(note);
          progress = print.progress({ label: "training", total: event.facts.totalSteps, start: event.facts.startStep });
          break;
        case "step":
          progress?.update(
            event.step,
            `loss ${event.loss.toFixed(4)} · lr ${event.learningRate.toExponential(2)} · ${formatCount(Math.round(event.tokensPerSecond))} tok/s${event.skipped ? " · update skipped: gradient not finite" : ""}`,
          );
          break;
        case "evaluation":
          print.line(
            `  ${firstEvaluation && event.step === 0 ? "before training" : `step ${event.step}`}: validation loss ${event.evalLoss.toFixed(4)}, token accuracy ${(100 * event.tokenAccuracy).toFixed(1)} % (${formatAmount(event.rows, "row")})`,
          );
          firstEvaluation = false;
          break;
        case "checkpoint":
          print.line(`  step ${event.step}: saved ${event.directory}${event.isBest ? " (best so far)" : ""}`);
      }
    },
    finish: () => progress?.finish(),
  };
}

/** Where a run with `push_to_hub` goes; the stamp is that of its name, also when it goes on another day. */
export function describeHub({ hub }: RunRecord): readonly string[] {
  if (hub === undefined) return [];
  const stamp = /\d{8}_\d{6}$/.exec(hub.repository)?.[0];
  return [...(stamp === undefined ? [] : [`  timestamp   ${stamp}`]), `  hub model   ${hub.repository} (${hub.endpoint}/${hub.repository}${hub.private ? ", private" : ""})`];
}

/** What has arrived, and how the rest gets there. */
export function describeUploads({ url, done, pending, gone }: UploadSummary, runDirectory: string): readonly string[] {
  const lines = [`On the hub: ${formatAmount(done, "upload")} verified at ${url}`];
  if (gone > 0) lines.push(`${formatAmount(gone, "checkpoint")} deleted before the upload.`);
  if (pending.length > 0) lines.push(`${formatAmount(pending.length, "upload")} left:  ${formatCommand("hub", "sync", runDirectory)}`);
  return lines;
}

/** How much is computed for nothing: what an epoch pads with. */
function describeFill({ trainRows, trainSequences, fill }: TrainingFacts): string {
  const packed = trainSequences === trainRows ? "" : `${trainRows} rows packed into ${trainSequences}, `;
  const padding = 1 - fill.tokens / fill.computed;
  return `${packed}${formatCount(fill.tokens)} tokens an epoch, ${(100 * padding).toFixed(1)} % of what is computed is padding`;
}

function describeFacts(facts: TrainingFacts): readonly string[] {
  const types = Object.entries(facts.baseTypes).map(([type, count]) => `${count} × ${type}`);
  return [
    `  device      ${facts.device}, ${formatAmount(facts.threads, "thread")}`,
    `  base        ${formatCount(facts.totalParameters - facts.trainableParameters)} parameters frozen (${types.join(", ")}), ${formatBytes(facts.weightBytes)} with transposed copies`,
    `  adapter     ${formatCount(facts.trainableParameters)} parameters trained (${((100 * facts.trainableParameters) / facts.totalParameters).toFixed(2)} % of all)`,
    `  rows        ${facts.trainRows} train, ${facts.validationRows} validation, prompt format ${facts.promptFormat}`,
    `  sequences   ${describeFill(facts)}`,
    `  steps       ${facts.totalSteps}${facts.startStep > 0 ? `, going on after step ${facts.startStep}` : ""}${facts.recompute ? ", layers recomputed to save memory" : ""}`,
  ];
}
