import type { FaultPlace, Faults } from "./faults.ts";

/** One record of a file, not yet looked into. */
export interface SourceRecord {
  readonly place: FaultPlace & { readonly row: number };
  readonly value: unknown;
}

/** Told how many more bytes of a file were read. */
export type OnRead = (bytes: number) => void;

/** Reads the records of one file, rows counted from 1; what cannot be read is added to the faults, and never hides what comes after it. */
export type RecordReader = (path: string, faults: Faults, onRead?: OnRead) => AsyncIterable<SourceRecord> | Iterable<SourceRecord>;
