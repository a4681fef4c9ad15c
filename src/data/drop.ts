import type { DroppedRow } from "../records/index.ts";
import { digestRow } from "./digest-row.ts";
import type { SourceRow } from "./read/read.ts";

/** Every row is either kept or dropped with a reason. */
export interface KeptRows {
  readonly kept: readonly SourceRow[];
  readonly dropped: readonly DroppedRow[];
}

/** Leaves out rows without an answer, rows with nothing to answer, and repetitions of an earlier row (all but the id equal). */
export function dropRows(rows: readonly SourceRow[]): KeptRows {
  const kept: SourceRow[] = [];
  const dropped: DroppedRow[] = [];
  const firsts = new Map<string, number>();
  for (const source of rows) {
    const digest = digestRow(source.row);
    const first = firsts.get(digest);
    const reason = emptyField(source) ?? (first === undefined ? undefined : "exact_duplicate");
    if (reason !== undefined) dropped.push({ row: source.number, id: source.row.id, reason, kept_row: reason === "exact_duplicate" ? first! : null });
    else {
      firsts.set(digest, source.number);
      kept.push(source);
    }
  }
  return { kept, dropped };
}

/** Plain text has no instruction; a row with an input needs one. */
export function emptyField({ row, plainText }: SourceRow): "empty_instruction" | "empty_output" | undefined {
  if (row.output === "") return "empty_output";
  return row.instruction === "" && !plainText ? "empty_instruction" : undefined;
}
