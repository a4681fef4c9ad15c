// The thread of parquet-apart.ts: decodes one file, a batch each time it is asked.
import { parentPort, workerData } from "node:worker_threads";
import type { Faults } from "./faults.ts";
import { readParquet } from "./parquet.ts";
import type { DecodedBatch, DecoderTask } from "./parquet-apart.ts";
import type { SourceRecord } from "./record.ts";

const BATCH_ROWS = 1000;

const { path } = workerData as DecoderTask;
const found: DecodedBatch["faults"][number][] = [];
const faults: Faults = { get total() { return found.length; }, shown: [], add: (place, what) => void found.push({ place, what }) };
const records = readParquet(path, faults);

parentPort?.on("message", () => void answer());

async function answer(): Promise<void> {
  const batch: SourceRecord[] = [];
  let isLast = false;
  while (batch.length < BATCH_ROWS && !isLast) {
    const next = await records.next();
    if (next.done === true) isLast = true;
    else batch.push(next.value);
  }
  parentPort?.postMessage({ records: batch, faults: found.splice(0), isLast } satisfies DecodedBatch);
}
