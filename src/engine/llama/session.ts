// A session is one llama context. Its calls share it: what is asked while others are answered joins them at the next token.
import type { Pointer } from "../ffi/index.ts";
import { allocateBatch } from "./batch.ts";
import { openConstraints } from "./constraint.ts";
import { llamaContextExceeded, llamaContextFailed } from "./errors.ts";
import { generateJob } from "./generate.ts";
import { isNull, type Llama } from "./native.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { scoreJob } from "./score.ts";
import type { SequenceJob } from "./sequences.ts";
import { usefulThreads } from "./threads.ts";
import type { Generation, GenerateRequest, LlamaSession, Score, ScoreOptions, ScoreRequest, SessionOptions } from "./types.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Tokens decoded at once: also the longest wait before a cancellation is seen. */
const BATCH_TOKENS = 512;
/** Logits of one round take at most this much memory, however large the vocabulary. */
const LOGITS_BYTES = 64 * 2 ** 20;
const CACHE_TYPE_IDS = { f32: 0, f16: 1 } as const;
/** Off for f32: flash attention would cast keys and values to f16 (llama-graph.cpp, `build_attn_mha`). -1 lets llama decide. */
const FLASH_ATTENTION = { f32: 0, f16: -1 } as const;

/** What a session needs of its model. */
export interface SessionModel {
  readonly llama: Llama;
  readonly pointer: Pointer;
  readonly vocabulary: Vocabulary;
  readonly adapters: readonly { readonly pointer: Pointer; readonly scale: number }[];
  readonly threads: number;
  /** Size of the weights: decides how many threads are of use. */
  readonly weightBytes: number;
  readonly trainContextLength: number;
  /** Called once, when the context is freed. */
  released(session: LlamaSession): void;
}

/** Opens a context on a loaded model. @throws `llama.context_failed` */
export function openSession(model: SessionModel, options: SessionOptions): LlamaSession {
  const { llama, vocabulary } = model;
  const contextLength = positive("contextLength", options.contextLength ?? Math.min(model.trainContextLength || 4096, 4096));
  const sequences = positive("sequences", options.sequences ?? 1);
  const maxOutputs = Math.max(sequences, Math.min(BATCH_TOKENS, Math.floor(LOGITS_BYTES / (4 * vocabulary.size))));
  const context = openContext(model, { ...options, contextLength, sequences }, maxOutputs);
  const batch = allocateBatch(llama, Math.max(BATCH_TOKENS, sequences), sequences);

  const scheduler = createScheduler({ llama, context, batch, vocabSize: vocabulary.size, sequences, maxOutputs, weightBytes: model.weightBytes, logitsOf: logitsReader(llama, context, vocabulary.size) });
  let opened: ReturnType<typeof openConstraints> | undefined;
  const constraints = () => (opened ??= openConstraints(llama, model.pointer, vocabulary));
  const surroundings = { llama, context, contextLength, pieceOf: vocabulary.pieceOf, isEndOfGeneration: vocabulary.isEndOfGeneration, constraints };

  const generateAll = async (requests: readonly GenerateRequest[]): Promise<Generation[]> => {
    for (const { promptIds, logitBias } of requests) {
      checkIds(promptIds, 1, contextLength, vocabulary.size);
      checkIds([...(logitBias?.keys() ?? [])], 0, Infinity, vocabulary.size);
    }
    const answers = requests.map((request) => generateJob(surroundings, request));
    try {
      await runTogether(scheduler, answers.map(({ job }) => job));
      return answers.map((answer) => answer.result());
    } finally {
      for (const answer of answers) answer.free();
    }
  };
  const scoreAll = async (requests: readonly ScoreRequest[], { signal, onLogits }: ScoreOptions = {}): Promise<Score[]> => {
    for (const { ids, firstScored } of requests) {
      positive("firstScored", firstScored);
      checkIds(ids, 0, contextLength + 1, vocabulary.size);
    }
    const scores = requests.map((request, place) => scoreJob(request, { signal, onLogits: onLogits && ((index, logits_V) => onLogits(place, index, logits_V)) }));
    await runTogether(scheduler, scores.map(({ job }) => job));
    return scores.map(({ score }) => score);
  };

  const session: LlamaSession = {
    contextLength,
    get load() {
      return scheduler.load;
    },
    generate: async (request) => (await generateAll([request]))[0]!,
    generateBatch: generateAll,
    score: async (ids, firstScored) => (await scoreAll([{ ids, firstScored }]))[0]!,
    scoreBatch: scoreAll,
    dispose() {
      scheduler.close(() => {
        opened?.free();
        batch.free();
        llama.functions.free(context);
        model.released(session);
      });
    },
  };
  return session;
}

/** Runs jobs of one call side by side with those of others. When one fails, the rest of the call ends too. */
async function runTogether(scheduler: Scheduler, jobs: readonly SequenceJob[]): Promise<void> {
  let failed = false;
  const runs = jobs.map((job) => scheduler.run({ ...job, isOver: () => failed || job.isOver() }));
  try {
    await Promise.all(runs);
  } catch (thrown) {
    failed = true;
    await Promise.allSettled(runs);
    throw thrown;
  }
}

/** Views of llama's logits, made anew only when they lie elsewhere: V8 counts every view as memory of its own. */
function logitsReader({ koffi, functions }: Llama, context: Pointer, vocabSize: number): (rows: number) => Float32Array {
  let last: { readonly address: Pointer; readonly values: Float32Array } | undefined;
  return (rows) => {
    const address = functions.get_logits(context);
    const length = rows * vocabSize;
    if (last === undefined || last.address !== address || last.values.length !== length) last = { address, values: new Float32Array(koffi.view(address, length * 4)) };
    return last.values;
  };
}

function openContext(model: SessionModel, options: SessionOptions & { readonly contextLength: number; readonly sequences: number }, maxOutputs: number): Pointer {
  const { llama, threads: modelThreads } = model;
  const { contextLength, sequences, cacheType = "f16" } = options;
  const threads = usefulThreads(positive("threads", options.threads ?? modelThreads), model.weightBytes);
  const stopLog = llama.startLog();
  const context = llama.functions.init_from_model(model.pointer, {
    ...llama.functions.context_default_params(),
    n_ctx: Math.ceil(contextLength / 256) * 256 * sequences,
    n_batch: Math.max(BATCH_TOKENS, sequences),
    n_ubatch: BATCH_TOKENS,
    n_seq_max: sequences,
    n_outputs_max: maxOutputs,
    n_threads: threads,
    n_threads_batch: threads,
    flash_attn_type: FLASH_ATTENTION[cacheType],
    type_k: CACHE_TYPE_IDS[cacheType],
    type_v: CACHE_TYPE_IDS[cacheType],
  });
  const log = stopLog();
  if (isNull(context)) throw llamaContextFailed(contextLength, sequences, log.reason);
  if (model.adapters.length > 0) {
    const pointers = BigUint64Array.from(model.adapters, ({ pointer }) => pointer ?? 0n);
    llama.functions.set_adapters_lora(context, pointers, pointers.length, Float32Array.from(model.adapters, ({ scale }) => scale));
  }
  return context;
}

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number of at least 1, current value is ${value}`);
  return value;
}

/** @throws RangeError for an id outside the vocabulary, `llama.context_exceeded` */
function checkIds(ids: readonly number[], least: number, most: number, vocabSize: number): void {
  if (ids.length < least) throw new RangeError("The prompt is empty: at least one token is needed");
  if (ids.length > most) throw llamaContextExceeded(ids.length, most);
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (wrong !== undefined) throw new RangeError(`Token ${wrong} is outside the vocabulary of ${vocabSize}`);
}
