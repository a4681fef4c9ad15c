import { SHOWN_FAULTS } from "../read/faults.ts";

/** Rows that something is true of: how many, the numbers of the first 20, and the beginning of the first. */
export interface FoundRows {
  readonly count: number;
  readonly rows: readonly number[];
  readonly sample: string;
}

export const NO_ROWS: FoundRows = { count: 0, rows: [], sample: "" };

/** The beginning of a row, on one line. */
export function sampleOf(text: string): string {
  return text.replaceAll("\n", " ").slice(0, 80);
}

/** Adds a row of this number; texts may come in any order, numbers must rise. */
export function addRow({ count, rows, sample }: FoundRows, number: number, text: string): FoundRows {
  if (count >= SHOWN_FAULTS) return { count: count + 1, rows, sample };
  return { count: count + 1, rows: [...rows, number], sample: count === 0 ? sampleOf(text) : sample };
}

/** Both together, whichever came first. */
export function joinFound(a: FoundRows, b: FoundRows): FoundRows {
  const rows = [...a.rows, ...b.rows].sort((first, second) => first - second).slice(0, SHOWN_FAULTS);
  return { count: a.count + b.count, rows, sample: rows[0] === b.rows[0] && b.count > 0 ? b.sample : a.sample };
}
