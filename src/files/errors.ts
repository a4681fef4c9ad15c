import { TunesmithError } from "../errors.ts";

export function fileMissing(path: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "files.missing", message: `Cannot read ${path}: there is no such file or directory`, hint: "Check the path.", cause });
}

export function fileUnreadable(path: string, cause: unknown): TunesmithError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TunesmithError({ code: "files.unreadable", message: `Cannot read ${path}: ${reason}`, hint: cause instanceof SyntaxError ? "Restore the file: it is damaged." : "Check the path and its permissions.", cause });
}

export function directoryTaken(path: string): TunesmithError {
  return new TunesmithError({ code: "files.taken", message: `Cannot create ${path}: it exists already`, hint: "Choose another name; nothing was overwritten." });
}

export function lockBusy(path: string, holder: string): TunesmithError {
  return new TunesmithError({ code: "files.locked", message: `Cannot lock ${path}: held by ${holder}`, hint: "Wait for the other process, or delete the lock file if that process is gone." });
}

export function diskTooSmall(path: string, neededBytes: number, freeBytes: number): TunesmithError {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return new TunesmithError({
    code: "files.disk_too_small",
    message: `Cannot write to ${visiblePart(path)}: ${mib(freeBytes)} free, about ${mib(neededBytes)} needed`,
    hint: "Free some space or choose another output directory.",
    details: { needed_bytes: neededBytes, free_bytes: freeBytes },
  });
}

/** The path down to the first temporary name in it: what a person knows of it. */
function visiblePart(path: string): string {
  const parts = path.split("/");
  const hidden = parts.findIndex((part) => /^\..*(\.tmp|-\d+)$/.test(part));
  return hidden === -1 ? path : parts.slice(0, hidden).join("/") || ".";
}

export function zstdDamaged(path: string, reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "files.zstd_damaged", message: `Cannot unpack ${path}: ${reason}`, hint: "Restore the file from a backup.", details: { path }, cause });
}

export function tarRefused(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "files.tar_refused", message: `Cannot unpack ${path}: ${reason}`, hint: "Do not use this archive; nothing was unpacked.", details: { path } });
}

export function copyDiffers(from: string, to: string, file: string): TunesmithError {
  return new TunesmithError({ code: "files.copy_differs", message: `Cannot move ${from} to ${to}: the copy of ${file} does not read back as the original`, hint: "Check the disk; the original is untouched.", details: { from, to, file } });
}

export function journalStale(purpose: string, problems: readonly string[]): TunesmithError {
  const shown = problems.slice(0, 5).join("; ");
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : "";
  return new TunesmithError({ code: "files.plan_stale", message: `Cannot carry out the plan to ${purpose}: ${shown}${more}`, hint: "Make the plan again: nothing was touched.", details: { problems } });
}

export function journalOpen(id: string, purpose: string, position: number, total: number): TunesmithError {
  return new TunesmithError({ code: "files.journal_open", message: `Cannot start: the plan ${id} to ${purpose} stands at step ${position} of ${total}, it must be finished or undone`, hint: "Resume it or undo it first.", details: { id, position, total } });
}

export function journalMissing(workspace: string, id: string | undefined): TunesmithError {
  return new TunesmithError({ code: "files.journal_missing", message: id === undefined ? `Cannot find a journal in ${workspace}: there is none to go on with` : `Cannot find journal ${id} in ${workspace}: there is none of that name`, hint: "List the journals of this workspace." });
}

export function journalClosed(id: string, state: string): TunesmithError {
  return new TunesmithError({ code: "files.journal_closed", message: `Cannot resume ${id}: it is ${state}, needed is one that was interrupted`, hint: "Make a new plan." });
}

export function journalBlocked(id: string, step: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "files.journal_blocked", message: `Cannot ${step}: ${reason}`, hint: `Put that in order, then resume or undo ${id}.`, details: { id } });
}

export function journalStopped(id: string, position: number, total: number): TunesmithError {
  return new TunesmithError({ code: "files.journal_stopped", message: `Stopped ${id}: ${position} of ${total} steps are done`, hint: "Resume it or undo it.", details: { id, position, total } });
}

export function trashMissing(id: string, path: string | undefined): TunesmithError {
  return new TunesmithError({ code: "files.trash_missing", message: `Cannot restore ${path ?? id}: it is not in the trash${path === undefined ? "" : ` under ${id}`}`, hint: "List the trash to see what can be restored." });
}

export function restoreBlocked(paths: readonly string[]): TunesmithError {
  return new TunesmithError({ code: "files.restore_blocked", message: `Cannot restore ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? `, and ${paths.length - 3} more` : ""}: something stands there again`, hint: "Move it away, or restore beside it with a suffix.", details: { paths } });
}
