// The gate before a dataset appears: the written files are read back, and what they hold is compared split with split.
import { join } from "node:path";
import type { RecordBatch } from "apache-arrow";
import { createColumn } from "../column.ts";
import { createRowsDigest } from "../describe.ts";
import { comparedRuns, type Fingerprints } from "../duplicates/fingerprint.ts";
import { findLeaksIn } from "../duplicates/leakage.ts";
import { listDirectory } from "../../files/index.ts";
import type { LeakSummary } from "../../records/index.ts";
import { SPLIT_NAMES, type SplitName } from "../row.ts";
import { orderByKey } from "../split/units.ts";
import { createWordHasher } from "../words.ts";
import { locateBatches, readBatch, type BatchPlace } from "../write/read-shard.ts";
import { after } from "../steps.ts";
import { withCrew } from "./crew.ts";
import type { Pace } from "./pace.ts";
import { DIGEST_BYTES } from "../encoded-row.ts";
import { keysOfDigests } from "./keys.ts";

export interface CheckedSplits {
  readonly leaks: readonly LeakSummary[];
  /** Of the rows that were read back, as dataset.json names them. */
  readonly digests: Readonly<Record<SplitName, string>>;
}

/** Batches held to compare rows of them; neighbours in a split are seldom compared with each other. */
const HELD_BATCHES = 64;

/** Looks for rows that are linked across splits. @param directory holds a folder for each split */
export async function checkSplits(directory: string, rows: number, threads: number, pace: Pace): Promise<CheckedSplits> {
  pace.begin("checking", "rows", 2 * rows);
  const places: BatchPlace[] = [];
  const batchRows: number[] = [];
  const splitRows = new Float64Array(SPLIT_NAMES.length);
  const digests = createColumn((length) => new Uint8Array(length));
  const keys = createColumn((length) => new Int32Array(length));
  const bands = createColumn((length) => new Int32Array(length));
  const comparable = createColumn((length) => new Uint8Array(length));
  const splitOfBatch: number[] = [];
  await withCrew(
    {
      task: "check",
      settings: undefined,
      threads,
      take: (batch) => {
        splitRows[splitOfBatch[batchRows.length]!]! += batch.rows;
        batchRows.push(batch.rows);
        pace.add(batch.rows);
        digests.push(batch.digests);
        keys.push(batch.fingerprints.keys);
        bands.push(batch.fingerprints.bands);
        comparable.push(batch.fingerprints.comparable);
      },
    },
    async (crew) => {
      for (const [split, name] of SPLIT_NAMES.entries()) {
        for (const file of listDirectory(join(directory, name)).files.filter((one) => one.endsWith(".arrow"))) {
          for (const place of locateBatches(join(directory, name, file))) {
            places.push(place);
            splitOfBatch.push(split);
            await crew.give(place);
            await pace.pause();
          }
        }
      }
      await crew.finish();
    },
  );
  const fingerprints: Fingerprints = { keys: keys.finish(), bands: bands.finish(), comparable: comparable.finish() };
  const rowDigests = digests.finish();
  const splitOf = new Uint8Array(splitRows.reduce((sum, rows) => sum + rows, 0));
  splitOf.fill(1, splitRows[0]!, splitRows[0]! + splitRows[1]!).fill(2, splitRows[0]! + splitRows[1]!);
  const reader = createReader(places, batchRows);
  const leaks = await pace.run("checking", 2 * rows, after(rows, findLeaksIn({ fingerprints, order: orderByKey(keysOfDigests(rowDigests)), splitOf, ...reader })));
  return { leaks, digests: digestSplitsOf(rowDigests, splitRows) };
}

function digestSplitsOf(digests: Uint8Array, splitRows: Float64Array): Readonly<Record<SplitName, string>> {
  let row = 0;
  const digestNext = (rows: number): string => {
    const digest = createRowsDigest();
    for (const end = row + rows; row < end; row++) digest.add(Buffer.from(digests.buffer, digests.byteOffset + row * DIGEST_BYTES, DIGEST_BYTES).toString("hex"));
    return digest.finish();
  };
  return { train: digestNext(splitRows[0]!), validation: digestNext(splitRows[1]!), test: digestNext(splitRows[2]!) };
}

/** Reads single rows back, by their place in the order of the files. */
function createReader(places: readonly BatchPlace[], batchRows: readonly number[]): { readonly readRuns: (row: number) => Uint32Array; readonly readId: (row: number) => string } {
  const starts = new Float64Array(places.length + 1);
  for (const [at, rows] of batchRows.entries()) starts[at + 1] = starts[at]! + rows;
  const held = new Map<number, RecordBatch>();
  const batchAt = (at: number): RecordBatch => {
    const known = held.get(at);
    if (known !== undefined) return known;
    const { batch } = readBatch(places[at]!);
    if (held.size >= HELD_BATCHES) held.delete(held.keys().next().value!);
    held.set(at, batch);
    return batch;
  };
  const textOf = (row: number, column: string): string => {
    let [low, high] = [0, places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return String(batchAt(low).getChild(column)!.get(row - starts[low]!));
  };
  const hasher = createWordHasher();
  return {
    readId: (row) => textOf(row, "id"),
    readRuns: (row) => comparedRuns({ instruction: textOf(row, "instruction"), input: textOf(row, "input"), output: textOf(row, "output") }, hasher),
  };
}
