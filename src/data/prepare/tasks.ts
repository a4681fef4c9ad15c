// What the threads of a crew can do.
import { createScanner, type RowBlock, type ScannedBlock, type ScannerPart, type ScanSettings } from "./block.ts";
import { createBatchChecker, type CheckedBatch } from "./check-batch.ts";
import type { BatchPlace } from "../write/read-shard.ts";

/** Job, result and what is said at the end, of each task. */
export interface Tasks {
  readonly scan: { readonly settings: ScanSettings; readonly job: RowBlock; readonly result: ScannedBlock; readonly part: ScannerPart };
  readonly check: { readonly settings: undefined; readonly job: BatchPlace; readonly result: CheckedBatch; readonly part: undefined };
}

export type TaskName = keyof Tasks;

/** Does one job after the other. */
export interface Doer<Name extends TaskName> {
  work(job: Tasks[Name]["job"]): Tasks[Name]["result"];
  /** What was seen over all jobs. */
  part(): Tasks[Name]["part"];
}

const DOERS: { readonly [Name in TaskName]: (settings: Tasks[Name]["settings"]) => Doer<Name> } = { scan: createScanner, check: () => createBatchChecker() };

export function createDoer<Name extends TaskName>(task: Name, settings: Tasks[Name]["settings"]): Doer<Name> {
  return DOERS[task](settings);
}

/** The memory of a job or a result, which moves to another thread instead of being copied. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (value === null || typeof value !== "object") return [];
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return Array.isArray(value) ? [] : Object.values(value).flatMap(buffersOf);
}
