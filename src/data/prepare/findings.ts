import type { DatasetFinding, LargestGroup } from "../../records/index.ts";
import type { LargestSet } from "../duplicates/links.ts";
import { SHOWN_FAULTS } from "../read/faults.ts";
import type { Row } from "../row.ts";
import { NO_ROWS, sampleOf, type FoundRows } from "../validate/validator.ts";
import { wholeText } from "../words.ts";
import type { DroppedRows } from "./dropped.ts";

/** Rows that repeat an earlier row. */
export function findRepetitions(dropped: DroppedRows): FoundRows {
  const count = dropped.counts()["exact_duplicate"] ?? 0;
  const { numbers, row } = dropped.first("exact_duplicate", SHOWN_FAULTS);
  return row === undefined ? NO_ROWS : { count, rows: numbers, sample: sampleOf(wholeText(row)) };
}

/** Rows that are marked, by their numbers in the source. */
export function findMarked(marked: Uint8Array, numbers: Float64Array, readRow: (row: number) => Row): FoundRows {
  let count = 0;
  const first: number[] = [];
  for (let row = 0; row < marked.length; row++) {
    if (marked[row] === 0) continue;
    count += 1;
    if (first.length < SHOWN_FAULTS) first.push(row);
  }
  return count === 0 ? NO_ROWS : { count, rows: first.map((row) => numbers[row]!), sample: sampleOf(wholeText(readRow(first[0]!))) };
}

/** The largest group with the beginning of what joins it. */
export function describeLargest({ rows, kind, keyRows, firstRow }: LargestSet, readRow: (row: number) => Row): LargestGroup {
  if (kind === undefined) return { rows, kind: null, key_rows: 0, key: "" };
  const row = readRow(firstRow);
  const text = kind === "group" ? (row.group ?? "") : kind === "input" ? row.input : kind === "answer" ? row.output : wholeText(row);
  return { rows, kind, key_rows: keyRows, key: sampleOf(text) };
}

/** Share of the rows from which one group is worth a word. */
const LARGE_SHARE = 0.1;
const LARGE_ROWS = 20;

/** A finding when one group holds so many rows that splits cannot have their shares, or nearly. */
export function findLargeGroup(largest: LargestGroup, rows: number, trainShare: number): readonly DatasetFinding[] {
  if (largest.rows < LARGE_ROWS || largest.rows < LARGE_SHARE * rows) return [];
  const isTooLarge = largest.rows > trainShare * rows;
  return [
    {
      code: "large_group",
      severity: isTooLarge ? "warning" : "note",
      message: `rows of ${rows} that must stand in one split${isTooLarge ? ", which is more than train is to have" : ""}: ${sayKey(largest)}; ${adviseOn(largest)}`,
      count: largest.rows,
      rows: [],
      sample: largest.key,
    },
  ];
}

/** What joins a group, in words. */
export function sayKey({ kind, key_rows, key }: LargestGroup): string {
  if (kind === null) return "nothing joins them";
  const named = { exact: "are the same text as", group: "have the group of", input: "have the input of", answer: "have the answer of", near_duplicate: "are linked by near-duplicates of" }[kind] ?? "are linked with";
  return `${key_rows} ${named} ${JSON.stringify(key)}`;
}

/** What to do about a group that is too large. */
export function adviseOn({ kind }: LargestGroup): string {
  if (kind === "group") return "name a finer column with --group-by";
  if (kind === null) return "add other rows";
  return `if it is no fault of the data, pass --allow-leakage ${kind} to let such rows stand in several splits`;
}
