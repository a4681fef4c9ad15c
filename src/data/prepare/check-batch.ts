// The gate reads what was written, batch by batch, and fingerprints it anew: nothing it uses comes from the making of the splits.
import { hash } from "node:crypto";
import { canonicalRow } from "../digest-row.ts";
import { allocateFingerprints, createFingerprinter, type Fingerprints } from "../duplicates/fingerprint.ts";
import { readBatch, type BatchPlace } from "../write/read-shard.ts";
import { rowsOfBatch } from "../write/rows.ts";
import { DIGEST_BYTES } from "../encoded-row.ts";

/** A batch of a written file, in numbers. */
export interface CheckedBatch {
  readonly rows: number;
  readonly digests: Uint8Array<ArrayBuffer>;
  readonly fingerprints: Fingerprints;
}

export interface BatchChecker {
  work(place: BatchPlace): CheckedBatch;
  part(): undefined;
}

export function createBatchChecker(): BatchChecker {
  const fingerprinter = createFingerprinter();
  return {
    work(place) {
      const { batch } = readBatch(place);
      const digests = new Uint8Array(batch.numRows * DIGEST_BYTES);
      const fingerprints = allocateFingerprints(batch.numRows);
      let at = 0;
      for (const row of rowsOfBatch(batch)) {
        digests.set(hash("sha256", canonicalRow(row), "buffer"), at * DIGEST_BYTES);
        fingerprinter.write(row, fingerprints, at);
        at += 1;
      }
      return { rows: batch.numRows, digests, fingerprints };
    },
    part: () => undefined,
  };
}
