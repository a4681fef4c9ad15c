// Keeps a model process running: one that died is started anew at once, again and again with pauses while it cannot be.
import { setTimeout as pause } from "node:timers/promises";
import { modelNotRestarted, servingClosed } from "./errors.ts";
import type { ModelHost } from "./model-host.ts";

export interface HostKeeper {
  /** The first one that was started. */
  readonly first: ModelHost;
  readonly alive: boolean;
  /** How often it was started again. */
  readonly restarts: number;
  /** A living process, as soon as there is one. @throws `serving.closed`, `serving.model_crashed` when it cannot be started again */
  host(): Promise<ModelHost>;
  close(): Promise<void>;
}

/** Pauses before the second, third … try. */
const PAUSES_MS = [250, 1_000, 4_000];

/** Starts the process. @throws what the first start fails of */
export async function keepHost(start: () => Promise<ModelHost>, wait: (ms: number) => Promise<unknown> = pause): Promise<HostKeeper> {
  const first = await start();
  let closed = false;
  let restarts = 0;
  let host: ModelHost | undefined;
  let starting: Promise<ModelHost> | undefined;

  const watch = (one: ModelHost): ModelHost => {
    host = one;
    void one.ended.then(() => {
      if (!closed) restart().catch(() => {});
    });
    return one;
  };
  const tryToStart = async (): Promise<ModelHost> => {
    for (const ms of [...PAUSES_MS, undefined]) {
      if (closed) break;
      try {
        restarts += 1;
        const started = await start();
        if (!closed) return watch(started);
        await started.close();
      } catch (thrown) {
        if (ms === undefined) throw modelNotRestarted(thrown);
        await wait(ms);
      }
    }
    throw servingClosed();
  };
  const restart = (): Promise<ModelHost> => {
    starting ??= tryToStart().finally(() => (starting = undefined));
    return starting;
  };
  watch(first);
  return {
    first,
    get alive() {
      return !closed && host?.alive === true;
    },
    get restarts() {
      return restarts;
    },
    async host() {
      if (closed) throw servingClosed();
      return host?.alive === true ? host : restart();
    },
    async close() {
      closed = true;
      await Promise.all([host?.close(), starting?.catch(() => {})]);
    },
  };
}
