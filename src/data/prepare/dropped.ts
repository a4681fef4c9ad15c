import type { Spool } from "../../files/index.ts";
import type { DroppedRow } from "../../records/index.ts";
import type { Row } from "../row.ts";
import { createColumn } from "../column.ts";
import { decodeRow } from "../encoded-row.ts";

type Reason = DroppedRow["reason"];

const REASONS: readonly Reason[] = ["empty_instruction", "empty_output", "exact_duplicate", "not_sampled"];
export const EXACT_DUPLICATE: Reason = "exact_duplicate";

/** Source rows that are in no split. Their texts stay in the spool. */
export interface DroppedRows {
  add(row: { readonly number: number; readonly offset: number; readonly size: number; readonly reason: Reason; /** -1 for none. */ readonly keptNumber: number }): void;
  /** Rows dropped for each reason that there was. */
  counts(): Readonly<Record<string, number>>;
  /** The first rows dropped for a reason: their numbers, at most `most`, and the first row itself. */
  first(reason: Reason, most: number): { readonly numbers: readonly number[]; readonly row: Row | undefined };
  /** Every dropped row, in the order of the source. */
  read(): Generator<DroppedRow>;
}

export function createDroppedRows(spool: Spool): DroppedRows {
  const numbers = createColumn((length) => new Float64Array(length));
  const offsets = createColumn((length) => new Float64Array(length));
  const sizes = createColumn((length) => new Uint32Array(length));
  const reasons = createColumn((length) => new Uint8Array(length));
  const keptNumbers = createColumn((length) => new Float64Array(length));
  const readRow = (at: number): Row => decodeRow(spool.peek(offsets.finish()[at]!, sizes.finish()[at]!));
  return {
    add({ number, offset, size, reason, keptNumber }) {
      numbers.push(Float64Array.of(number));
      offsets.push(Float64Array.of(offset));
      sizes.push(Uint32Array.of(size));
      reasons.push(Uint8Array.of(REASONS.indexOf(reason)));
      keptNumbers.push(Float64Array.of(keptNumber));
    },
    counts() {
      const counts = new Float64Array(REASONS.length);
      for (const reason of reasons.finish()) counts[reason]! += 1;
      return Object.fromEntries(REASONS.flatMap((reason, at) => (counts[at]! > 0 ? [[reason, counts[at]!]] : [])));
    },
    first(reason, most) {
      const wanted = REASONS.indexOf(reason);
      const found: number[] = [];
      const all = reasons.finish();
      for (let at = 0; at < all.length && found.length < most; at++) if (all[at] === wanted) found.push(at);
      return { numbers: found.map((at) => numbers.finish()[at]!), row: found[0] === undefined ? undefined : readRow(found[0]) };
    },
    *read() {
      const order = Float64Array.from({ length: numbers.length }, (_, at) => at).sort((a, b) => numbers.finish()[a]! - numbers.finish()[b]!);
      for (const at of order) {
        const kept = keptNumbers.finish()[at]!;
        yield { row: numbers.finish()[at]!, id: readRow(at).id, reason: REASONS[reasons.finish()[at]!]!, kept_row: kept === -1 ? null : kept };
      }
    },
  };
}
