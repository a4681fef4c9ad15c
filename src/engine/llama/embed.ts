// Vectors of texts by a decoder: what its last layer says of each token after the final norm, pooled over the text.
// Texts go through a context of their own in pieces, because a context that gives vectors also gives the logits of every token.
import type { Pointer } from "../ffi/index.ts";
import { allocateBatch } from "./batch.ts";
import { llamaContextExceeded, llamaContextFailed, llamaDecodeFailed, llamaDisposed } from "./errors.ts";
import { callAsync, isNull } from "./native.ts";
import type { SessionModel } from "./session.ts";
import { usefulThreads } from "./threads.ts";
import type { EmbedderOptions, EmbedderPooling, LlamaEmbedder } from "./types.ts";

/** Tokens decoded at once: with a vocabulary of 150,000 their logits take 75 MB. */
const PIECE_TOKENS = 128;
const CACHE_TYPE_IDS = { f32: 0, f16: 1 } as const;
/** Off for f32: flash attention would cast keys and values to f16. -1 lets llama decide. */
const FLASH_ATTENTION = { f32: 0, f16: -1 } as const;
/** `<architecture>.pooling_type`: LLAMA_POOLING_TYPE of llama.h. */
const POOLINGS: Readonly<Record<string, EmbedderPooling>> = { 1: "mean", 2: "first", 3: "last" };

/** What an embedder needs of its model. */
export interface EmbedderModel extends Omit<SessionModel, "released"> {
  readonly metadata: ReadonlyMap<string, string>;
  /** Called once, when the context is freed. */
  released(embedder: LlamaEmbedder): void;
}

/** Opens a context for vectors on a loaded model. @throws `llama.context_failed` */
export function openEmbedder(model: EmbedderModel, options: EmbedderOptions): LlamaEmbedder {
  const { llama, vocabulary, metadata } = model;
  const { functions, koffi } = llama;
  const contextLength = options.contextLength ?? Math.min(model.trainContextLength || 4096, 4096);
  if (!Number.isInteger(contextLength) || contextLength < 1) throw new RangeError(`contextLength must be a whole number of at least 1, current value is ${contextLength}`);
  const pooling = options.pooling ?? POOLINGS[metadata.get(`${metadata.get("general.architecture")}.pooling_type`) ?? ""] ?? "mean";
  const dimensions = functions.model_n_embd_out(model.pointer);
  const context = openContext(model, contextLength, options);
  const batch = allocateBatch(llama, PIECE_TOKENS, 1);
  let disposed = false;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const check = (signal?: AbortSignal) => {
    if (disposed) throw llamaDisposed("model");
    signal?.throwIfAborted();
  };
  const idsOf = (input: string | readonly number[], truncate: boolean): readonly number[] => {
    const ids = typeof input === "string" ? vocabulary.tokenize(input, { addSpecial: true }) : input;
    if (ids.length === 0) throw new RangeError("The text is empty: at least one token is needed");
    if (ids.length > contextLength && !truncate) throw llamaContextExceeded(ids.length, contextLength);
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary.size);
    if (wrong !== undefined) throw new RangeError(`Token ${wrong} is outside the vocabulary of ${vocabulary.size}`);
    return ids.slice(0, contextLength);
  };
  /** The sum over the tokens that count, in double precision. */
  const sumOver = async (ids: readonly number[], signal?: AbortSignal): Promise<Float64Array> => {
    const sum = new Float64Array(dimensions);
    const [from, to] = { mean: [0, ids.length], first: [0, 1], last: [ids.length - 1, ids.length] }[pooling] as [number, number];
    functions.memory_seq_rm(functions.get_memory(context), 0, -1, -1);
    for (let start = 0; start < to; start += PIECE_TOKENS) {
      check(signal);
      batch.clear();
      const piece = ids.slice(start, start + PIECE_TOKENS);
      for (const [index, id] of piece.entries()) batch.push(id, start + index, 0, true);
      const stopLog = llama.startLog();
      const status = await callAsync(functions.decode, context, batch.toStruct()).finally(stopLog);
      if (status !== 0) throw llamaDecodeFailed(status, stopLog().reason);
      const rows = new Float32Array(koffi.view(functions.get_embeddings(context), piece.length * dimensions * 4));
      for (let row = Math.max(0, from - start); row < Math.min(piece.length, to - start); row += 1) {
        for (let d = 0; d < dimensions; d += 1) sum[d]! += rows[row * dimensions + d]!;
      }
    }
    return sum;
  };
  const free = () => {
    batch.free();
    functions.free(context);
    model.released(embedder);
  };
  /** One text at a time; the last one standing frees a context that was disposed meanwhile. */
  const inTurn = async <T>(act: () => Promise<T>): Promise<T> => {
    const before = last;
    waiting += 1;
    const mine = before.catch(() => {}).then(act);
    last = mine;
    try {
      return await mine;
    } finally {
      waiting -= 1;
      if (disposed && waiting === 0) free();
    }
  };

  const embedder: LlamaEmbedder = {
    dimensions,
    pooling,
    contextLength,
    async embed(inputs, { truncate = false, normalize = true, signal } = {}) {
      check(signal);
      const texts = inputs.map((input) => idsOf(input, truncate));
      const vectors: { values: Float32Array; tokens: number }[] = [];
      for (const ids of texts) {
        const sum = await inTurn(() => (check(signal), sumOver(ids, signal)));
        const length = normalize ? Math.sqrt(sum.reduce((total, value) => total + value * value, 0)) : pooling === "mean" ? ids.length : 1;
        vectors.push({ values: Float32Array.from(sum, (value) => value / (length || 1)), tokens: ids.length });
      }
      return vectors;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      if (waiting === 0) free();
    },
  };
  return embedder;
}

function openContext(model: EmbedderModel, contextLength: number, { threads, cacheType = "f16" }: EmbedderOptions): Pointer {
  const { functions, startLog } = model.llama;
  const count = usefulThreads(threads ?? model.threads, model.weightBytes);
  const stopLog = startLog();
  const context = functions.init_from_model(model.pointer, {
    ...functions.context_default_params(),
    n_ctx: Math.ceil(contextLength / 256) * 256,
    n_batch: PIECE_TOKENS,
    n_ubatch: PIECE_TOKENS,
    n_outputs_max: PIECE_TOKENS,
    n_threads: count,
    n_threads_batch: count,
    embeddings: true,
    pooling_type: 0,
    flash_attn_type: FLASH_ATTENTION[cacheType],
    type_k: CACHE_TYPE_IDS[cacheType],
    type_v: CACHE_TYPE_IDS[cacheType],
  });
  const log = stopLog();
  if (isNull(context)) throw llamaContextFailed(contextLength, 1, log.reason);
  if (model.adapters.length > 0) {
    const pointers = BigUint64Array.from(model.adapters, ({ pointer }) => pointer ?? 0n);
    functions.set_adapters_lora(context, pointers, pointers.length, Float32Array.from(model.adapters, ({ scale }) => scale));
  }
  return context;
}
