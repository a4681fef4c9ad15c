import { TunesmithError } from "../../errors.ts";
import { countOf } from "../../plural.ts";
import { visibleText } from "../../visible.ts";

const quote = (text: string) => (text.length > 200 ? `"${visibleText(text.slice(0, 200))}…"` : `"${visibleText(text)}"`);

export function storeMissing(directory: string): TunesmithError {
  return new TunesmithError({ code: "git.store_missing", message: `Cannot open ${directory}: it is no bare git repository, which has HEAD, objects and refs`, hint: "Check the path." });
}

export function storeTaken(directory: string): TunesmithError {
  return new TunesmithError({ code: "git.store_taken", message: `Cannot create a repository in ${directory}: one is there already`, hint: "Open it, or choose another place." });
}

export function storeUnsupported(directory: string, state: string): TunesmithError {
  return new TunesmithError({ code: "git.store_unsupported", message: `Cannot open ${directory}: ${state}`, hint: "Clone it into a repository of the plain format (SHA-1, files as refs)." });
}

export function objectMissing(id: string): TunesmithError {
  return new TunesmithError({ code: "git.object_missing", message: `Cannot read object ${quote(id)}: the repository has no such object`, hint: "Check the id.", details: { id } });
}

export function objectDamaged(id: string, state: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "git.object_damaged", message: `Cannot read object ${id}: ${state}`, hint: "Restore the repository from a backup or from a clone.", details: { id }, cause });
}

export function objectTooLarge(id: string, sizeBytes: number, limitBytes: number): TunesmithError {
  return new TunesmithError({
    code: "git.object_too_large",
    message: `Cannot hold object ${id}: it has ${countOf(sizeBytes, "byte")}, at most ${countOf(limitBytes, "byte")} are allowed`,
    hint: "Track the file with Git LFS.",
    details: { id, size_bytes: sizeBytes, limit_bytes: limitBytes },
  });
}

/** An object of ours or of a client whose content breaks the rules of its type. */
export function objectInvalid(type: string, state: string): TunesmithError {
  return new TunesmithError({ code: "git.object_invalid", message: `Cannot use a ${type}: ${state}`, hint: "Correct it with git fsck at its source." });
}

export function pathInvalid(path: string, state: string): TunesmithError {
  return new TunesmithError({ code: "git.path_invalid", message: `Cannot use the path ${quote(path)}: ${state}`, hint: "Choose another name.", details: { path: path.slice(0, 4096) } });
}

export function pathMissing(path: string, kind: "file" | "folder"): TunesmithError {
  return new TunesmithError({ code: "git.path_missing", message: `Cannot find ${kind} ${quote(path)}: the revision has none of that name`, hint: "Check the path.", details: { path } });
}

export function pathConflict(path: string, state: string): TunesmithError {
  return new TunesmithError({ code: "git.path_conflict", message: `Cannot write ${quote(path)}: ${state}`, hint: "Delete the one in the same commit, or choose another name.", details: { path } });
}

export function treeTooLarge(limit: number): TunesmithError {
  return new TunesmithError({ code: "git.tree_too_large", message: `Cannot list the tree: it has more than ${limit.toLocaleString("en-US")} entries`, hint: "List one folder at a time.", details: { limit } });
}

export function refNameInvalid(name: string, state: string): TunesmithError {
  return new TunesmithError({ code: "git.ref_name_invalid", message: `Cannot use ${quote(name)} as the name of a reference: ${state}`, hint: "Choose a name such as main or v1.0.", details: { name: name.slice(0, 1024) } });
}

export function refConflict(name: string, other: string): TunesmithError {
  return new TunesmithError({
    code: "git.ref_conflict",
    message: `Cannot create reference ${quote(name)}: ${quote(other)} exists, and a reference cannot be the folder of another`,
    hint: "Choose another name, or delete the other one first.",
    details: { name, other },
  });
}

export function refMoved(name: string, expected: string | undefined, current: string | undefined): TunesmithError {
  const state = (id: string | undefined) => (id === undefined ? "absent" : `at ${id}`);
  return new TunesmithError({
    code: "git.ref_moved",
    message: `Cannot update reference ${quote(name)}: it is ${state(current)}, expected was ${expected === undefined ? "that it is absent" : expected}`,
    hint: "Read it again and repeat the change on top of it.",
    details: { name, expected: expected ?? null, current: current ?? null },
  });
}

export function refLocked(name: string, lock: string): TunesmithError {
  return new TunesmithError({ code: "git.ref_locked", message: `Cannot update reference ${quote(name)}: another process holds ${lock}`, hint: "Repeat it; if no process writes to the repository, delete the lock.", details: { name } });
}

export function refDamaged(name: string, state: string): TunesmithError {
  return new TunesmithError({ code: "git.ref_damaged", message: `Cannot read reference ${quote(name)}: ${state}`, hint: "Set it again to a commit.", details: { name } });
}

export function packDamaged(path: string, state: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "git.pack_damaged", message: `Cannot read ${path}: ${state}`, hint: "Restore the repository from a backup or from a clone.", details: { path }, cause });
}

export function packRefused(state: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "git.pack_refused", message: `Cannot take the pack: ${state}`, hint: "Send it again; run git fsck at its source if it happens twice.", cause });
}

export function requestInvalid(state: string): TunesmithError {
  return new TunesmithError({ code: "git.request_invalid", message: `Cannot answer the git client: ${state}`, hint: "Use a git client of version 2 or later." });
}
