// Parquet and Arrow are decoded in a thread of their own: a damaged file can make a decoder loop, take all memory, or throw where nobody
// listens. Then the thread ends, and the file is reported.
import { startWorker } from "../threads.ts";
import type { Faults } from "./faults.ts";
import type { SourceRecord } from "./record.ts";

/** Heap of the thread: a row group of a sound file fits, a claim of billions of values does not. */
const MOST_HEAP_MB = 2048;
/** A batch that takes longer than this never comes. */
const PATIENCE_MS = 120_000;

export type ColumnarKind = "parquet" | "arrow";

export interface ColumnarTask {
  readonly kind: ColumnarKind;
  readonly path: string;
}

/** What the thread answers each time it is asked for more. */
export interface ColumnarBatch {
  readonly records: readonly SourceRecord[];
  readonly faults: readonly { readonly place: Parameters<Faults["add"]>[0]; readonly what: string }[];
  readonly isLast: boolean;
}

/** Streams the rows of a Parquet or Arrow file. */
export async function* readColumnar(kind: ColumnarKind, path: string, faults: Faults): AsyncGenerator<SourceRecord> {
  const thread = startThread({ kind, path });
  let row = 0;
  try {
    for (let next = thread.ask(); ; ) {
      const batch = await next;
      // The next batch is decoded while this one is used.
      if (!batch.isLast) next = thread.ask();
      for (const { place, what } of batch.faults) faults.add(place, what);
      for (const record of batch.records) {
        row = record.place.row;
        yield record;
      }
      if (batch.isLast) return;
    }
  } catch (cause) {
    if (!(cause instanceof ThreadEnded)) throw cause;
    faults.add(row === 0 ? {} : { row: row + 1 }, `not ${kind === "arrow" ? "an Arrow" : "a Parquet"} file that can be read: ${cause.message}`);
  } finally {
    await thread.end();
  }
}

class ThreadEnded extends Error {}

function startThread(task: ColumnarTask): { ask(): Promise<ColumnarBatch>; end(): Promise<unknown> } {
  const worker = startWorker(import.meta.url, "./columnar-worker", { workerData: task, resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB } });
  let waiting: { readonly resolve: (batch: ColumnarBatch) => void; readonly reject: (cause: ThreadEnded) => void; readonly timer: NodeJS.Timeout } | undefined;
  let ended: ThreadEnded | undefined;
  const stop = (message: string): void => {
    ended ??= new ThreadEnded(message);
    if (waiting !== undefined) clearTimeout(waiting.timer);
    waiting?.reject(ended);
    waiting = undefined;
  };
  worker.on("message", (batch: ColumnarBatch) => {
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.resolve(batch);
    waiting = undefined;
  });
  worker.on("error", (cause: Error & { readonly code?: string }) => stop(cause.code === "ERR_WORKER_OUT_OF_MEMORY" ? `decoding it takes more than ${MOST_HEAP_MB} MB` : cause.message));
  worker.on("exit", () => stop("its decoder ended"));
  return {
    ask: () => {
      const asked = new Promise<ColumnarBatch>((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting = { resolve, reject, timer: setTimeout(() => stop(`decoding it takes longer than ${PATIENCE_MS / 1000} s`), PATIENCE_MS) };
        worker.postMessage("more");
      });
      // Whoever asked may have gone before the answer is there.
      asked.catch(() => undefined);
      return asked;
    },
    end: () => {
      stop("it was closed");
      return worker.terminate();
    },
  };
}
