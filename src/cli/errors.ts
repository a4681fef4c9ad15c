import { TunesmithError } from "../errors.ts";
import { formatAmount } from "./format.ts";

export function usageFault(reason: string, helpCommand: string): TunesmithError {
  return new TunesmithError({ code: "cli.usage", message: `Cannot read the command line: ${reason}`, hint: `Run \`${helpCommand} --help\`.`, exitCode: 2 });
}

export function verbMissing(group: string, verbs: readonly string[]): TunesmithError {
  return usageFault(`\`tunesmith ${group}\` needs one of ${verbs.join(", ")}`, `tunesmith ${group}`);
}

export function interrupted(cause: unknown): TunesmithError {
  return new TunesmithError({ code: "cli.interrupted", message: "Stopped: interrupted before the work was done", cause });
}

export function rowMissing(path: string, split: string, wanted: string | number, rows: number): TunesmithError {
  return new TunesmithError({
    code: "cli.row_missing",
    message: `Cannot show row ${wanted} of ${path}: its split ${split} has ${formatAmount(rows, "row")}${typeof wanted === "number" ? "" : ", none of that id"}`,
    hint: rows === 0 ? "Choose another split with --split." : `Give --row 1 to ${rows}.`,
  });
}

export function runNotHere(name: string, action: string): TunesmithError {
  return new TunesmithError({
    code: "cli.run_not_here",
    message: `Cannot ${action} ${name}: only its line in the history is here, its directory with run.json is needed`,
    hint: "Bring the run directory back below the output directory.",
  });
}

export function metricUnknown(metric: string | undefined, known: readonly string[]): TunesmithError {
  const state = known.length === 0 ? "no version has metrics yet" : `no version has it; recorded are ${known.join(", ")}`;
  return new TunesmithError({ code: "cli.metric_unknown", message: `Cannot rank versions by ${metric ?? "a metric"}: ${state}`, hint: known.length === 0 ? "Train and evaluate a model first." : "Choose one with --metric." });
}

export function selfTestWrong(gradientError: number, quantizationError: number): TunesmithError {
  return new TunesmithError({
    code: "cli.self_test_wrong",
    message: `The engine loads but computes wrongly on this machine: gradient error ${gradientError.toExponential(1)} against 1e-3, quantization error ${quantizationError.toFixed(2)} against 0.5 steps`,
    hint: "Run `npm ci` to restore the pinned packages; if it repeats, report the output of `tunesmith doctor --json`.",
  });
}

export function specialTokensInPrompt(): TunesmithError {
  return new TunesmithError({
    code: "cli.special_tokens",
    message: "Cannot answer: the prompt spells out a special token of the model, which would end its own turn",
    hint: "Remove that token from the prompt, or send it raw.",
  });
}

export function baseNotNamed(modelPath: string): TunesmithError {
  return usageFault(`--compare-base needs --base-model, because ${modelPath} is a whole model and not a checkpoint`, "tunesmith evaluate");
}

export function promptEmpty(): TunesmithError {
  return usageFault("--prompt is empty, needed is at least one character", "tunesmith generate");
}

export function modelNotNamed(): TunesmithError {
  return usageFault("`tunesmith serve` needs a model: a version (`serve v1.2`), a run, or a .gguf file", "tunesmith serve");
}

export function quantizedTypeMissing(runDirectory: string, type: string, files: readonly string[]): TunesmithError {
  const there = files.length === 0 ? "no quantized model belongs to it" : `there are ${files.join(", ")}`;
  return new TunesmithError({
    code: "cli.quantized_type_missing",
    message: `Cannot serve ${runDirectory} as ${type}: ${there}`,
    hint: `Run \`tunesmith quantize --quantization-types ${type}\`, or leave the type out.`,
  });
}

export function metricNowhere(metric: string, known: readonly string[]): TunesmithError {
  const state = known.length === 0 ? "no checkpoint has a score" : `no checkpoint has it; there are ${known.slice(0, 20).join(", ")}`;
  return new TunesmithError({ code: "cli.metric_nowhere", message: `Cannot use the metric ${JSON.stringify(metric)}: ${state}`, hint: known.length === 0 ? "Leave it out." : "Choose one of them.", exitCode: 2, details: { metric, known } });
}

export function checkpointUnknown(wanted: string, place: string): TunesmithError {
  return new TunesmithError({
    code: "cli.checkpoint_unknown",
    message: `Cannot show ${JSON.stringify(wanted)}: ${place === wanted ? "it is no checkpoint" : `no checkpoint in ${place} has that path, name or id`}`,
    hint: "See `tunesmith checkpoints list --all`.",
  });
}

export function checkpointAmbiguous(wanted: string, paths: readonly string[]): TunesmithError {
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : "";
  return new TunesmithError({
    code: "cli.checkpoint_ambiguous",
    message: `Cannot show ${JSON.stringify(wanted)}: ${paths.length} checkpoints are called so: ${paths.slice(0, 5).map((path) => JSON.stringify(path)).join(", ")}${more}`,
    hint: "Give the path of one of them.",
    details: { wanted, paths },
  });
}

export function monitorUnknown(known: readonly string[]): TunesmithError {
  const state = known.length === 0 ? "no checkpoint says which metric it is judged by" : `checkpoints are judged by ${known.join(" and ")}, needed is one`;
  return new TunesmithError({ code: "cli.monitor_unknown", message: `Cannot tell which checkpoints are best: ${state}`, hint: "Choose a metric with --monitor, or give --keep-best 0.", exitCode: 2, details: { known } });
}

export function workspacesDiffer(first: string, second: string): TunesmithError {
  return new TunesmithError({ code: "cli.workspaces_differ", message: `Cannot plan for both at once: one lies in the workspace ${first}, the other in ${second}, and each has a trash of its own`, hint: "Name the trees of one workspace at a time.", exitCode: 2, details: { first, second } });
}

export function migrationInterrupted(id: string, position: number, total: number, resume: string, undo: string): TunesmithError {
  return new TunesmithError({ code: "cli.migration_interrupted", message: `Cannot migrate: ${id} was interrupted at step ${position} of ${total}, it must be finished or undone`, hint: `Run ${resume} or ${undo}.`, details: { id, position, total } });
}

export function evaluationsDiffer(differences: readonly string[]): TunesmithError {
  return new TunesmithError({ code: "cli.not_comparable", message: `Cannot compare the evaluations: ${differences.join("; ")}`, hint: "Evaluate both models on the same split of the same dataset, in the same prompt format.", details: { differences } });
}

export function neverEvaluated(wanted: string): TunesmithError {
  return new TunesmithError({ code: "cli.never_evaluated", message: `Cannot use ${JSON.stringify(wanted)}: it holds no evaluation, needed is a folder with metrics.json or a run that was evaluated`, hint: "Run `tunesmith evaluate` on it first." });
}

export function promptFormatDiffers(model: string, trained: string, asked: string): TunesmithError {
  return new TunesmithError({
    code: "cli.prompt_format_differs",
    message: `Cannot evaluate ${model} in the prompt format ${asked}: it was trained with ${trained}, and its scores would be those of a model that is asked wrongly`,
    hint: "Leave out --prompt-format, or add --allow-prompt-format to measure just that.",
  });
}

export function encoderCannot(model: string, wanted: string): TunesmithError {
  return new TunesmithError({
    code: "cli.encoder_cannot",
    message: `Cannot use ${wanted} with ${model}: it is a BERT, which answers with vectors or scores and not with text`,
    hint: "Compare its vectors or scores instead: `tunesmith quantize --dataset-path`.",
    exitCode: 2,
  });
}

export function noAdapterToExport(model: string): TunesmithError {
  return usageFault(`--adapter-only needs a run, a checkpoint or a PEFT directory: ${model} is a whole model`, "tunesmith quantize");
}

export function taskNeedsDataset(): TunesmithError {
  return usageFault("--task-metric needs --dataset-path: the rows that are answered", "tunesmith quantize");
}
