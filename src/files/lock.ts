// A lock is a file created exclusively, holding its owner's pid and host; a lock whose owner died on this host is taken over.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockBusy } from "./errors.ts";
import { temporaryBeside } from "./write.ts";

interface LockOptions {
  /** How long to wait for the holder. Default 30,000 ms. */
  readonly timeoutMs?: number;
}

/** Runs `act` while holding the lock file `path`. @throws `files.locked` when the holder does not let go in time */
export async function withLock<T>(path: string, act: () => T | Promise<T>, options: LockOptions = {}): Promise<T> {
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  mkdirSync(dirname(path), { recursive: true });
  while (!tryLock(path)) {
    if (Date.now() > deadline) throw lockBusy(path, readHolder(path) ?? "another process");
    await sleep(5 + Math.floor(20 * Math.random()));
  }
  try {
    return await act();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Links a complete file into place, so that a lock is never seen half-written. */
function tryLock(path: string): boolean {
  const mine = temporaryBeside(path);
  writeFileSync(mine, `${process.pid} ${hostname()}`);
  try {
    linkSync(mine, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    takeOverIfDead(path);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Moves a dead owner's lock aside; only one of several processes succeeds in the rename, the rest find it gone. */
function takeOverIfDead(path: string): void {
  const holder = readHolder(path);
  if (holder === undefined || isAlive(holder)) return;
  const grave = temporaryBeside(path);
  try {
    renameSync(path, grave);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return;
    throw cause;
  }
  const buried = readHolder(grave);
  if (buried !== holder && buried !== undefined) restore(grave, path);
  rmSync(grave, { force: true });
}

/** The lock changed hands between the look and the rename: put the new owner's lock back unless another stands there. */
function restore(grave: string, path: string): void {
  try {
    linkSync(grave, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** A holder on another host counts as alive: only its own host can tell. */
function isAlive(holder: string): boolean {
  const [pid, host] = holder.split(" ");
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}
