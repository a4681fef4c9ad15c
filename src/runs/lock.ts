import { join } from "node:path";
import { withLock } from "../files/index.ts";

/** Runs `act` while no other process takes up, ends, annotates, packs or unpacks this run. @throws `files.locked` after `timeoutMs` (default 10,000) */
export function withRunLock<T>(runDirectory: string, act: () => T | Promise<T>, { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<T> {
  return withLock(join(runDirectory, ".run.lock"), act, { timeoutMs });
}
