// Rows that are held in memory, as the numbers they are compared by.
import { digestRow } from "../digest-row.ts";
import type { Row } from "../row.ts";
import { KEY_BYTES, orderByKey } from "../split/units.ts";
import { createWordHasher } from "../words.ts";
import { allocateFingerprints, comparedRuns, createFingerprinter, type Fingerprints, type LinkKind } from "./fingerprint.ts";
import { runAtOnce } from "../steps.ts";
import { linkRows, type LinkedRows } from "./links.ts";

export interface ComparedRows {
  readonly fingerprints: Fingerprints;
  /** The first bytes of the digests of rows, {@link KEY_BYTES} each. */
  readonly rowKeys: Uint8Array;
  /** Places of rows in an order of their content. */
  readonly order: Uint32Array;
  readonly readRuns: (row: number) => Uint32Array;
}

export function compareRows(rows: readonly Row[]): ComparedRows {
  const fingerprints = allocateFingerprints(rows.length);
  const fingerprinter = createFingerprinter();
  const rowKeys = new Uint8Array(rows.length * KEY_BYTES);
  for (const [place, row] of rows.entries()) {
    fingerprinter.write(row, fingerprints, place);
    rowKeys.set(Buffer.from(digestRow(row), "hex").subarray(0, KEY_BYTES), place * KEY_BYTES);
  }
  const hasher = createWordHasher();
  return { fingerprints, rowKeys, order: orderByKey(rowKeys), readRuns: (row) => comparedRuns(rows[row]!, hasher) };
}

/** Links rows that are held in memory. */
export function linkRowsInMemory(rows: readonly Row[], kinds?: readonly LinkKind[]): LinkedRows {
  return runAtOnce(linkRows({ ...compareRows(rows), ...(kinds === undefined ? {} : { kinds }) }));
}
