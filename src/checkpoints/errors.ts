import { TunesmithError } from "../errors.ts";

export function checkpointMissing(place: string, wanted: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.missing",
    message: `Cannot find checkpoint ${wanted} in ${place}: ${known.length === 0 ? "there are no checkpoints" : `there are ${known.join(", ")}`}`,
    hint: known.length === 0 ? "Name a run directory, its checkpoints directory or a checkpoint." : "Choose one of them, or `last` or `best`.",
    details: { place, wanted, known },
  });
}

export function checkpointDamaged(directory: string, file: string, expected: string, found: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.damaged",
    message: `Cannot use checkpoint ${directory}: the digest of ${file} is ${found.slice(0, 12)}…, its metadata says ${expected.slice(0, 12)}…`,
    hint: "Use another checkpoint, or restore the file.",
    details: { directory, file, expected, found },
  });
}

export function nothingToArchive(runDirectory: string, isPacked: boolean): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.nothing_to_archive",
    message: `Cannot pack the checkpoints of ${runDirectory}: ${isPacked ? "they are packed already" : "it has no checkpoints directory with files in it"}`,
    hint: isPacked ? "Unpack them with `tunesmith runs unarchive`." : "Name the directory of a run that saved checkpoints.",
  });
}

export function notArchivable(path: string, state: string): TunesmithError {
  return new TunesmithError({ code: "checkpoints.not_archivable", message: `Cannot pack ${path}: ${state}, only files and directories are packed`, hint: "Move it away first; nothing was changed." });
}

export function archiveMissing(runDirectory: string): TunesmithError {
  return new TunesmithError({ code: "checkpoints.archive_missing", message: `Cannot unpack the checkpoints of ${runDirectory}: it holds no archive of them`, hint: "Pack them with `tunesmith runs archive --compress`." });
}

export function archiveConflict(runDirectory: string, differing: readonly string[]): TunesmithError {
  const some = differing.slice(0, 3).join(", ");
  return new TunesmithError({
    code: "checkpoints.archive_conflict",
    message: `Cannot tell which checkpoints of ${runDirectory} count: an archive and a checkpoints directory stand side by side, and ${some}${differing.length > 3 ? ` and ${differing.length - 3} more` : ""} ${differing.length === 1 ? "is" : "are"} only in the archive`,
    hint: "Move one of the two away.",
    details: { run_directory: runDirectory, only_in_archive: differing },
  });
}

export function archiveDamaged(archivePath: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "checkpoints.archive_damaged", message: `Cannot use ${archivePath}: ${reason}`, hint: "Restore the file from a backup.", details: { archive: archivePath } });
}

export function changedWhilePacking(path: string): TunesmithError {
  return new TunesmithError({ code: "checkpoints.changed_while_packing", message: `Cannot pack ${path}: it changed while it was read`, hint: "Wait until nothing writes there, then run the same command again; the originals stand." });
}

export function treeMissing(root: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.tree_missing",
    message: `Cannot look for checkpoints in ${root}: there is no such directory`,
    hint: "Name the directory that holds your runs.",
    details: { root },
  });
}

export function conditionInvalid(text: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.condition_invalid",
    message: `Cannot read the condition ${JSON.stringify(text)}: needed is a metric, one of >= <= > < = !=, and a number`,
    hint: "Write it like 'hmean >= 0.9', in quotes.",
    exitCode: 2,
  });
}

export function timeInvalid(text: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.time_invalid",
    message: `Cannot read the time ${JSON.stringify(text)}: needed is a date like 2025-10-18 or a time like 2025-10-18T20:24`,
    hint: "Write it as year, month, day.",
    exitCode: 2,
  });
}
