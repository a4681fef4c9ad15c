// References: one file each below refs/, changed under a lock file beside it as git does, so that both may write to one repository.
import { dirname, join } from "node:path";
import { glance, isDirectory, makeDurableDirectory, publish, readSmallText, removeEmpty, removeFile, scanDirectory, tryCreateFile } from "../../files/index.ts";
import { objectInvalid, objectMissing, refConflict, refDamaged, refLocked, refMoved, storeUnsupported } from "./errors.ts";
import type { ObjectFacts } from "./loose.ts";
import { isObjectId } from "./object.ts";
import { openPackedRefs } from "./packed-refs.ts";
import { checkRefName, findRefNameFault } from "./ref-name.ts";

export interface Ref {
  readonly name: string;
  readonly id: string;
}

export interface RefUpdate {
  readonly name: string;
  /** Undefined deletes it. */
  readonly to: string | undefined;
  /** What it must be now; undefined: absent. */
  readonly expected: string | undefined | "any";
}

export interface Refs {
  /** All below `prefix` (`refs/heads/`), sorted by name. */
  list(prefix?: string): readonly Ref[];
  read(name: string): string | undefined;
  /**
   * Compare-and-swap: it becomes `to` if it is `expected`, durably, or nothing changes.
   * @throws `git.ref_moved`, `git.ref_locked`, `git.ref_conflict`, `git.ref_name_invalid`, `git.object_missing`
   */
  update(name: string, to: string | undefined, expected: string | undefined | "any"): void;
  /** All of them or none (a crash between two renames excepted). @throws as {@link Refs.update} */
  updateAll(updates: readonly RefUpdate[]): void;
}

/** git waits as long for a lock by default (core.filesRefLockTimeout). */
const LOCK_WAIT_MS = 100;
const MAX_SYMBOLIC = 5;

/** @param factsOf what is known of an object; undefined when it is not there */
export function openRefs(directory: string, factsOf: (id: string) => ObjectFacts | undefined): Refs {
  const packed = openPackedRefs(directory);

  const readLoose = (name: string, depth = 0): string | undefined => {
    // Most names that are asked for are not there, and a look costs less than a refused opening.
    if (glance(join(directory, name))?.isFile !== true) return undefined;
    const file = readSmallText(join(directory, name), 4096);
    if ("refused" in file) {
      if (file.refused === "ENOENT") return undefined;
      throw refDamaged(name, file.refused);
    }
    const text = file.text.trimEnd();
    if (isObjectId(text)) return text;
    const target = /^ref:\s*(\S+)$/.exec(text)?.[1];
    if (target === undefined || findRefNameFault(target) !== undefined || depth === MAX_SYMBOLIC) throw refDamaged(name, "its file holds no id");
    return readLoose(target, depth + 1) ?? packed.all().get(target);
  };
  const read = (name: string) => (findRefNameFault(name) === undefined ? (readLoose(name) ?? packed.all().get(name)) : undefined);

  const list = (prefix = "refs/") => {
    const found = new Map<string, string>();
    for (const [name, id] of packed.all()) if (name.startsWith(prefix)) found.set(name, id);
    const folder = prefix.slice(0, prefix.lastIndexOf("/"));
    for (const name of looseNames(directory, folder.startsWith("refs") ? folder : "refs")) {
      if (!name.startsWith(prefix)) continue;
      const id = readLoose(name);
      if (id !== undefined) found.set(name, id);
    }
    return [...found].map(([name, id]) => ({ name, id })).sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  };

  const requireNoConflict = (name: string, alongside: readonly string[]) => {
    for (let end = name.lastIndexOf("/"); end > "refs/".length; end = name.lastIndexOf("/", end - 1)) {
      const above = name.slice(0, end);
      if (alongside.includes(above) || read(above) !== undefined) throw refConflict(name, above);
    }
    const below = list(`${name}/`)[0];
    if (below !== undefined) throw refConflict(name, below.name);
  };
  const requireTarget = (name: string, to: string) => {
    const facts = isObjectId(to) ? factsOf(to) : undefined;
    if (facts === undefined) throw objectMissing(to);
    if (name.startsWith("refs/heads/") && facts.type !== "commit") throw objectInvalid(facts.type, `${name} is a branch, which stands for a commit`);
  };

  const updateAll = (updates: readonly RefUpdate[]) => {
    const names = updates.map(({ name }) => name);
    for (const { name, to } of updates) {
      checkRefName(name);
      if (names.indexOf(name) !== names.lastIndexOf(name)) throw new TypeError(`Cannot update ${name} twice at once`);
      if (to !== undefined) requireTarget(name, to);
    }
    const locked: string[] = [];
    try {
      for (const { name, to } of updates) {
        if (to !== undefined) requireNoConflict(name, names);
        lock(directory, name, to);
        locked.push(name);
      }
      for (const { name, expected } of updates) {
        const current = read(name);
        if (expected !== "any" && current !== expected) throw refMoved(name, expected, current);
      }
      packed.remove(updates.flatMap(({ name, to }) => (to === undefined ? [name] : [])));
      for (const { name, to } of updates) {
        if (to === undefined) removeFile(join(directory, name));
        else publish(lockPath(directory, name), clearPlace(directory, name));
      }
    } finally {
      for (const name of locked) unlock(directory, name);
    }
  };

  return { list, read, updateAll, update: (name, to, expected) => updateAll([{ name, to, expected }]) };
}

/** What HEAD stands for, `refs/heads/main`. @throws `git.store_unsupported` when it is a commit */
export function readHead(directory: string): string {
  const file = readSmallText(join(directory, "HEAD"), 4096);
  const target = "text" in file ? /^ref:\s*(\S+)\s*$/.exec(file.text)?.[1] : undefined;
  if (target === undefined || findRefNameFault(target) !== undefined) throw storeUnsupported(directory, "its HEAD names no branch");
  return target;
}

/** @throws `git.ref_name_invalid`, `git.ref_locked` */
export function writeHead(directory: string, name: string): void {
  checkRefName(name);
  const lockFile = join(directory, "HEAD.lock");
  if (!tryCreateFile(lockFile, `ref: ${name}\n`)) throw refLocked("HEAD", lockFile);
  publish(lockFile, join(directory, "HEAD"));
}

function lockPath(directory: string, name: string): string {
  return join(directory, `${name}.lock`);
}

function lock(directory: string, name: string, to: string | undefined): void {
  const path = lockPath(directory, name);
  for (let waited = 0, step = 1; ; waited += step, step *= 2) {
    try {
      makeDurableDirectory(dirname(path));
      if (tryCreateFile(path, to === undefined ? "" : `${to}\n`)) return;
    } catch (cause) {
      // Another process deleted the empty folder under us; anything else is no matter of waiting.
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT" || waited >= LOCK_WAIT_MS) throw cause;
    }
    if (waited >= LOCK_WAIT_MS) throw refLocked(name, path);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, step);
  }
}

/** The lock goes if it was not renamed, and with it the folders made for it. */
function unlock(directory: string, name: string): void {
  removeFile(lockPath(directory, name));
  const kept = name.split("/").slice(0, 2).join("/");
  removeEmpty(dirname(join(directory, name)), join(directory, kept));
}

/** A folder of deleted references may stand where the file goes: whoever made it left it empty. */
function clearPlace(directory: string, name: string): string {
  const path = join(directory, name);
  if (isDirectory(path)) removeEmptyTree(path);
  return path;
}

function removeEmptyTree(path: string): void {
  const entries = scanDirectory(path);
  if (!("refused" in entries)) for (const entry of entries) if (entry.kind === "directory") removeEmptyTree(join(path, entry.name));
  removeEmpty(path, dirname(path));
}

/** The names of files below a folder of refs/, locks and strangers left out. */
function* looseNames(directory: string, below: string): Generator<string> {
  const entries = scanDirectory(join(directory, below));
  if ("refused" in entries) return;
  for (const { name, kind } of entries) {
    const path = `${below}/${name}`;
    if (kind === "directory") yield* looseNames(directory, path);
    else if (findRefNameFault(path) === undefined) yield path;
  }
}
