import type { FaultPlace, Faults } from "./faults.ts";

/** One record of a file, not yet looked into. */
export interface SourceRecord {
  readonly place: FaultPlace & { readonly row: number };
  readonly value: unknown;
}

/** Reads the records of one file, rows counted from 1; what cannot be read is added to the faults, and never hides what comes after it. */
export type RecordReader = (path: string, faults: Faults) => AsyncIterable<SourceRecord> | Iterable<SourceRecord>;
