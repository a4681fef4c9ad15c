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
