import { availableParallelism } from "node:os";
import { sumTransformations, type CleaningStepName, type Transformation } from "../clean/cleaner.ts";
import type { SourceRow } from "../read/open.ts";
import { createValidator, type ValidateOptions, type Validator } from "../validate/validator.ts";
import { BLOCK_ROWS, createBlock } from "./block.ts";
import { withCrew } from "./crew.ts";
import type { Pace } from "./pace.ts";
import type { RowStore } from "./store.ts";

/** What was read into a store. */
export interface ScanResult {
  /** Rows read. */
  readonly rows: number;
  readonly transformations: readonly Transformation[];
  /** Has seen all rows. */
  readonly validator: Validator;
}

export interface ScanOptions {
  readonly cleaning: readonly CleaningStepName[] | undefined;
  readonly validation: ValidateOptions;
  readonly threads: number;
  readonly pace: Pace;
}

/** Reads, cleans, validates and fingerprints all rows, and puts them into a store. */
export function scanRows(source: AsyncIterable<SourceRow> | Iterable<SourceRow>, store: RowStore, { threads, pace, ...settings }: ScanOptions): Promise<ScanResult> {
  return withCrew({ task: "scan", settings, threads, take: (scanned) => store.add(scanned) }, async (crew) => {
    let rows = 0;
    let block = createBlock();
    for await (const row of source) {
      rows += 1;
      block.add(row);
      if (block.size < BLOCK_ROWS) continue;
      await crew.give(block.finish());
      await pace.pause();
      block = createBlock();
    }
    if (block.size > 0) await crew.give(block.finish());
    const parts = await crew.finish();
    const validator = createValidator(settings.validation);
    for (const { validation } of parts) validator.absorb(validation);
    return { rows, transformations: sumTransformations(parts.map((part) => part.transformations)), validator };
  });
}

/** Threads beside this one: as many as there are cores, at most four, since this one reads for all of them. */
export function defaultThreads(): number {
  return Math.min(4, availableParallelism());
}
