// One model: requests share its context side by side, a bounded line stands before it, each has its time, and a new model process takes over
// when the last one died. Who waits in the line when that happens does not notice.
import { basename } from "node:path";
import { performance } from "node:perf_hooks";
import { TunesmithError } from "../errors.ts";
import { generationCancelled, requestTooSlow } from "./errors.ts";
import { createGate } from "./gate.ts";
import { keepHost } from "./host-keeper.ts";
import type { EmbedInput, HostAnswer, HostInfo, HostPrompt, HostRequest, ModelHostOptions, Ranking, Vectors } from "./host-messages.ts";
import { startModelHost, type GenerateContext, type ModelHost } from "./model-host.ts";

export interface ModelPoolOptions extends ModelHostOptions {
  /** What the model is called in answers. Default: the name in its header, or that of its file. */
  readonly name?: string;
  /** Requests that may wait for a place. Default 32. */
  readonly maxWaiting?: number;
  /** Longest time from a request to its whole answer. Default 5 min. */
  readonly timeoutMs?: number;
  /** How a model is started. Default: a child process. */
  readonly startHost?: (options: ModelHostOptions) => Promise<ModelHost>;
}

/** What a model has done since it was opened. */
export interface PoolCounts {
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Requests that came to their end. */
  readonly answers: number;
  /** Times its process was started again. */
  readonly restarts: number;
}

export interface ModelPool {
  readonly name: string;
  readonly info: HostInfo;
  /** Whether a live process holds the model. */
  readonly loaded: boolean;
  /** Requests in the model, and requests in the line. */
  readonly load: { readonly running: number; readonly waiting: number };
  readonly counts: PoolCounts;
  /** @throws `serving.busy`, `serving.cancelled`, `serving.closed`, `serving.timeout`, `serving.model_crashed`, `serving.context_exceeded` */
  generate(request: HostRequest, context?: GenerateContext): Promise<HostAnswer>;
  /** @throws as `generate`, `models.too_long` */
  embed(texts: readonly EmbedInput[], context?: GenerateContext): Promise<Vectors>;
  /** @throws as `generate` */
  rank(query: string, documents: readonly string[], context?: GenerateContext): Promise<Ranking>;
  /** Resolves when the prompt fits. @throws `serving.context_exceeded`, `serving.prompt_empty`, `serving.token_unknown` */
  check(prompt: HostPrompt): Promise<void>;
  close(): Promise<void>;
}

/** Loads the model and keeps it until `close`. @throws `files.missing`, `llama.*`, `serving.model_crashed` */
export async function openModelPool(options: ModelPoolOptions): Promise<ModelPool> {
  const { name, maxWaiting = 32, timeoutMs = 300_000, startHost = startModelHost, ...hostOptions } = options;
  const keeper = await keepHost(() => startHost(hostOptions));
  const { info } = keeper.first;
  const pace = createPace(info.parallel);
  const gate = createGate({ places: info.parallel, maxWaiting, retryAfterSeconds: pace.secondsUntil });
  const counts = { promptTokens: 0, generatedTokens: 0, answers: 0 };

  /** Who would wait for nothing is told so before. A process that is just being started is not waited for. */
  const check = async ({ text, ids, parseSpecial }: HostPrompt) => {
    if (!keeper.alive) return;
    await (await keeper.host()).check({ text, ids, parseSpecial }).catch((thrown: unknown) => {
      if (!(thrown instanceof TunesmithError && thrown.code === "serving.model_crashed")) throw thrown;
    });
  };
  /** Lets work have a place and a living process. */
  const inPlace = async <T>({ signal, expected }: GenerateContext, work: (host: ModelHost) => Promise<T>): Promise<T> => {
    const leave = await gate.enter(signal, expected);
    const startedMs = performance.now();
    try {
      const result = await work(await keeper.host());
      pace.note(performance.now() - startedMs);
      return result;
    } finally {
      leave();
    }
  };
  const generate = async (request: HostRequest, context: GenerateContext): Promise<HostAnswer> => {
    if (gate.inside === info.parallel && context.expected === undefined) await check(request);
    return inPlace(context, async (host) => {
      const answer = await host.generate(request, context);
      counts.promptTokens += answer.promptTokens;
      counts.generatedTokens += answer.tokens;
      if (answer.finishReason === "cancelled") throw generationCancelled();
      counts.answers += 1;
      return answer;
    });
  };
  const read = <T extends { readonly tokens: number }>(context: GenerateContext, work: (host: ModelHost) => Promise<T>) =>
    inPlace(context, async (host) => {
      const answer = await work(host);
      counts.promptTokens += answer.tokens;
      counts.answers += 1;
      return answer;
    });
  return {
    name: name ?? (info.name === "" ? basename(options.modelPath).replace(/\.gguf$/i, "") : info.name),
    info,
    get loaded() {
      return keeper.alive;
    },
    get load() {
      return { running: gate.inside, waiting: gate.waiting };
    },
    get counts() {
      return { ...counts, restarts: keeper.restarts };
    },
    generate: (request, context = {}) => withinTime(timeoutMs, context, (timed) => generate(request, timed)),
    embed: (texts, context = {}) => withinTime(timeoutMs, context, (timed) => read(timed, (host) => host.embed(texts, timed))),
    rank: (query, documents, context = {}) => withinTime(timeoutMs, context, (timed) => read(timed, (host) => host.rank(query, documents, timed))),
    check,
    async close() {
      gate.close();
      await keeper.close();
    },
  };
}

/** Calls off work whose time is up and does not wait for it: it keeps its place until it has let go. */
async function withinTime<T>(timeoutMs: number, context: GenerateContext, work: (context: GenerateContext) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(requestTooSlow(timeoutMs));
      stop.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work({ ...context, signal: context.signal === undefined ? stop.signal : AbortSignal.any([context.signal, stop.signal]) }), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long answers take: a running mean that the last ten or so decide. */
function createPace(places: number): { note(ms: number): void; secondsUntil(waiting: number): number } {
  let meanMs: number | undefined;
  return {
    note(ms) {
      meanMs = meanMs === undefined ? ms : 0.9 * meanMs + 0.1 * ms;
    },
    secondsUntil: (waiting) => Math.min(60, Math.max(1, Math.ceil(((meanMs ?? 1_000) * waiting) / places / 1_000))),
  };
}
