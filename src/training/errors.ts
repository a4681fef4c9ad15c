import { TunesmithError } from "../errors.ts";

export function nothingToTrain(path: string): TunesmithError {
  return new TunesmithError({ code: "training.no_rows", message: `Cannot train on ${path}: its train split has 0 rows, at least 1 is needed`, hint: "Prepare the dataset again with more rows." });
}

export function configDiffers(run: string, differences: string): TunesmithError {
  return new TunesmithError({
    code: "training.config_differs",
    message: `Cannot resume ${run}: the configuration is not the one it was started with\n${differences}`,
    hint: "Repeat the original settings, or start a new run without --resume-from-checkpoint.",
  });
}

export function dataDiffers(run: string, found: string | null, needed: string | null): TunesmithError {
  return new TunesmithError({
    code: "training.data_differs",
    message: `Cannot resume ${run}: the dataset has digest ${found?.slice(0, 12) ?? "unknown"}, the run was started with ${needed?.slice(0, 12) ?? "unknown"}`,
    hint: "Restore the dataset the run was started with, or start a new run.",
  });
}

export function baseDiffers(run: string, found: string, needed: string | null): TunesmithError {
  return new TunesmithError({
    code: "training.base_differs",
    message: `Cannot resume ${run}: the base model has digest ${found.slice(0, 12)}, the run was started with ${needed?.slice(0, 12) ?? "unknown"}`,
    hint: "Point --model-name at the original base model, or start a new run.",
  });
}

export function templateDiffers(run: string, found: string | null, needed: string | null): TunesmithError {
  const words = (digest: string | null) => (digest === null ? "the model's own" : digest.slice(0, 12));
  return new TunesmithError({
    code: "training.template_differs",
    message: `Cannot resume ${run}: the chat template is ${words(found)}, the run was started with ${words(needed)}`,
    hint: "Restore the chat template the run was started with, or start a new run.",
  });
}

export function packingClash(): TunesmithError {
  return new TunesmithError({
    code: "training.packing_clash",
    message: "Cannot train with packing and group_by_length: packed sequences are all about as long as max_seq_length, only one of the two can be on",
    hint: "Leave out --group-by-length.",
    exitCode: 2,
  });
}

export function nothingToResume(outputDir: string, wanted: string): TunesmithError {
  const isName = wanted !== "last" && wanted !== "best";
  return new TunesmithError({
    code: "training.nothing_to_resume",
    message: `Cannot resume${isName ? ` from ${wanted}: it is no directory, and` : ":"} no unfinished run in ${outputDir} has ${isName ? "a checkpoint of that name" : "a checkpoint"}`,
    hint: isName ? "Give last, best, or the directory of a checkpoint or run." : "Start the training without --resume-from-checkpoint.",
  });
}

/** A run that was stopped or failed before anything of it was saved. */
export function neverSaved(run: string, status: string): TunesmithError {
  return new TunesmithError({
    code: "training.never_saved",
    message: `Cannot resume ${run}: it ${status === "stopped" ? "was stopped" : "failed"} before its first checkpoint, there is nothing to go on from`,
    hint: "Start the training again without --resume-from-checkpoint.",
  });
}

/** The loss or the gradients have not been numbers for so long that they will not be again. */
export function diverged(step: number, what: string): TunesmithError {
  return new TunesmithError({
    code: "training.diverged",
    message: `Cannot go on training after step ${step}: ${what}, finite numbers are needed`,
    hint: "Train again with a lower learning_rate; checkpoints saved before stay usable.",
  });
}

export interface ResumeCandidate {
  readonly directory: string;
  readonly status: string;
  readonly step: number;
  /** Settings in which it differs from the ones given. */
  readonly differing: readonly string[];
}

export function resumeAmbiguous(outputDir: string, candidates: readonly ResumeCandidate[]): TunesmithError {
  const lines = candidates.slice(0, 10).map(({ directory, status, step, differing }) => `  ${directory}: ${status} after step ${step}, other ${differing.slice(0, 4).join(", ")}${differing.length > 4 ? ", …" : ""}`);
  const more = candidates.length > lines.length ? [`  and ${candidates.length - lines.length} more`] : [];
  return new TunesmithError({
    code: "training.resume_ambiguous",
    message: `Cannot tell which run to resume: ${candidates.length} in ${outputDir} are unfinished, none with this configuration\n${[...lines, ...more].join("\n")}`,
    hint: "Name the directory of one, with the settings it was started with.",
    details: { candidates },
  });
}

export function alreadyFinished(run: string, version: string | null): TunesmithError {
  return new TunesmithError({
    code: "training.already_finished",
    message: `Cannot resume ${run}: it is finished${version === null ? "" : ` as ${version}`}, an unfinished run is needed`,
    hint: "Start a new run; its base can be the merged model of this one.",
  });
}

export function stillRunning(run: string, pid: number): TunesmithError {
  return new TunesmithError({
    code: "training.still_running",
    message: `Cannot resume ${run}: process ${pid} is still training it`,
    hint: "Wait for it, or stop that process first.",
  });
}

export function stateDamaged(path: string, reason: string): TunesmithError {
  return new TunesmithError({
    code: "training.state_damaged",
    message: `Cannot resume from ${path}: ${reason}`,
    hint: "Resume from another checkpoint of the run, for example --resume-from-checkpoint best.",
  });
}

export function baseMismatch(checkpoint: string, given: string, trainedOn: string): TunesmithError {
  return new TunesmithError({
    code: "training.base_mismatch",
    message: `Cannot put ${checkpoint} on ${given}: it was trained on ${trainedOn}, whose weights have another digest`,
    hint: `Pass --base-model ${trainedOn}.`,
  });
}

export function mergeTargetTaken(directory: string, state: string): TunesmithError {
  return new TunesmithError({
    code: "training.merge_target_taken",
    message: `Cannot write a merged model to ${directory}: ${state}, a new or empty directory or an earlier merge is needed`,
    hint: "Choose another --output-dir; nothing was changed.",
  });
}

/** Adds to a failure which run it was and how to go on from its last checkpoint. */
export function trainingFailed(run: string, cause: TunesmithError, resumeFrom: string | undefined): TunesmithError {
  return new TunesmithError({
    code: cause.code,
    message: `Training of ${run} failed: ${cause.message}`,
    hint: resumeFrom === undefined ? (cause.hint ?? "Start it again.") : `Resume with --resume-from-checkpoint ${resumeFrom}`,
    details: cause.details,
    cause,
  });
}
