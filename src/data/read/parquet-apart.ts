// Parquet is decoded in a thread of its own: a damaged file can make the decoder loop, take all memory, or throw where nobody listens. Then the
// thread ends, and the file is reported.
import { statFile } from "../../files/index.ts";
import { startWorker } from "../threads.ts";
import type { Faults } from "./faults.ts";
import type { OnRead, SourceRecord } from "./record.ts";

export interface DecoderLimits {
  /** Heap of the thread: a row group of a sound file fits, a claim of billions of values does not. Default: 2048. */
  readonly heapMb?: number;
  /** A batch that takes longer than this never comes. Default: 15 seconds, and one more for each MB of the file. */
  readonly patienceMs?: number;
}

export interface DecoderTask {
  readonly path: string;
}

/** What the thread answers each time it is asked for more. */
export interface DecodedBatch {
  readonly records: readonly SourceRecord[];
  readonly faults: readonly { readonly place: Parameters<Faults["add"]>[0]; readonly what: string }[];
  readonly isLast: boolean;
}

/** Streams the rows of a Parquet file. */
export async function* readParquetApart(path: string, faults: Faults, onRead: OnRead = () => {}, limits: DecoderLimits = {}): AsyncGenerator<SourceRecord> {
  const thread = startThread({ path }, { patienceMs: 15_000 + statFile(path).sizeBytes / 1000, ...limits });
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
      if (batch.isLast) return onRead(statFile(path).sizeBytes);
    }
  } catch (cause) {
    if (!(cause instanceof ThreadEnded)) throw cause;
    faults.add(row === 0 ? {} : { row: row + 1 }, `not a Parquet file that can be read: ${cause.message}`);
  } finally {
    thread.end();
  }
}

class ThreadEnded extends Error {}

function startThread(task: DecoderTask, { heapMb = 2048, patienceMs }: DecoderLimits & { readonly patienceMs: number }): { ask(): Promise<DecodedBatch>; end(): void } {
  const worker = startWorker(import.meta.url, "./parquet-thread", { workerData: task, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
  let waiting: { readonly resolve: (batch: DecodedBatch) => void; readonly reject: (cause: ThreadEnded) => void; readonly timer: NodeJS.Timeout } | undefined;
  let ended: ThreadEnded | undefined;
  const stop = (message: string): void => {
    ended ??= new ThreadEnded(message);
    if (waiting !== undefined) clearTimeout(waiting.timer);
    waiting?.reject(ended);
    waiting = undefined;
  };
  worker.on("message", (batch: DecodedBatch) => {
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.resolve(batch);
    waiting = undefined;
  });
  worker.on("error", (cause: Error & { readonly code?: string }) => stop(cause.code === "ERR_WORKER_OUT_OF_MEMORY" ? `decoding it takes more than ${heapMb} MB` : cause.message));
  worker.on("exit", () => stop("its decoder ended"));
  return {
    ask: () => {
      const asked = new Promise<DecodedBatch>((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting = { resolve, reject, timer: setTimeout(() => stop(`decoding it takes longer than ${Math.round(patienceMs / 1000)} s`), patienceMs) };
        worker.postMessage("more");
      });
      // Whoever asked may have gone before the answer is there.
      asked.catch(() => undefined);
      return asked;
    },
    end: () => {
      stop("it was closed");
      // Not waited for: a thread that is out of memory takes its time to end.
      worker.unref();
      void worker.terminate();
    },
  };
}
