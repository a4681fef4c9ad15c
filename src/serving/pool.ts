// One model, one request at a time, a bounded queue in front of it, and a new model process when the last one died.
import { basename } from "node:path";
import { generationCancelled, servingBusy, servingClosed } from "./errors.ts";
import type { HostAnswer, HostInfo, HostRequest, ModelHostOptions } from "./host-messages.ts";
import { startModelHost, type GenerateContext, type ModelHost } from "./model-host.ts";

export interface ModelPoolOptions extends ModelHostOptions {
  /** What the model is called in answers. Default: the name in its header, or that of its file. */
  readonly name?: string;
  /** Requests that may wait behind the one under way. Default 32. */
  readonly maxWaiting?: number;
  /** How a model is started. Default: a child process. */
  readonly startHost?: (options: ModelHostOptions) => Promise<ModelHost>;
}

export interface ModelPool {
  readonly name: string;
  readonly info: HostInfo;
  /** Whether a live process holds the model. */
  readonly loaded: boolean;
  /** @throws `serving.busy`, `serving.cancelled`, `serving.closed`, `serving.model_crashed`, `llama.context_exceeded` */
  generate(request: HostRequest, context?: GenerateContext): Promise<HostAnswer>;
  close(): Promise<void>;
}

const RETRY_AFTER_SECONDS = 5;

/** Loads the model and keeps it until `close`. @throws `files.missing`, `llama.*`, `serving.model_crashed` */
export async function openModelPool(options: ModelPoolOptions): Promise<ModelPool> {
  const { name, maxWaiting = 32, startHost = startModelHost, ...hostOptions } = options;
  let host = await startHost(hostOptions);
  const { info } = host;
  let last: Promise<unknown> = Promise.resolve();
  let inside = 0;
  let closed = false;

  const answer = async (request: HostRequest, context: GenerateContext) => {
    if (closed) throw servingClosed();
    if (context.signal?.aborted === true) throw generationCancelled();
    if (!host.alive) host = await startHost(hostOptions);
    const result = await host.generate(request, context);
    if (result.finishReason === "cancelled") throw generationCancelled();
    return result;
  };
  return {
    name: name ?? (info.name === "" ? basename(options.modelPath).replace(/\.gguf$/i, "") : info.name),
    info,
    get loaded() {
      return !closed && host.alive;
    },
    generate(request, context = {}) {
      if (closed) return Promise.reject(servingClosed());
      if (inside > maxWaiting) return Promise.reject(servingBusy(maxWaiting, RETRY_AFTER_SECONDS));
      inside += 1;
      const mine = last.then(() => answer(request, context)).finally(() => (inside -= 1));
      last = mine.catch(() => {});
      return mine;
    },
    async close() {
      closed = true;
      await host.close();
    },
  };
}
