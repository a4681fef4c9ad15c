// Which inputs of each weight matrix matter: the mean square of every input column over real tokens, read from llama's own graph while it
// computes (ggml-backend.h, `ggml_backend_sched_eval_callback`). The quantizer then spends its precision on the columns that weigh most.
import { GGML_LAYOUT, loadNative, TENSOR_TYPES, type Koffi, type Pointer } from "../ffi/index.ts";
import { allocateBatch } from "./batch.ts";
import { llamaContextFailed, llamaDecodeFailed, llamaLoadFailed } from "./errors.ts";
import { requireGguf } from "./load.ts";
import { callAsync, isNull, openLlama, type Llama } from "./native.ts";
import { defaultThreads } from "./threads.ts";

/** By tensor name (`blk.0.attn_q.weight`): the mean of the squared inputs, one for each column. */
export type ImportanceMatrix = ReadonlyMap<string, Float32Array>;

export interface ImportanceOptions {
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Told how many sequences are read. */
  readonly onProgress?: (done: number) => void;
}

const BATCH_TOKENS = 512;
/** Logits of one batch take at most this much memory: every token needs its own, else the last layer is computed for some only. */
const LOGITS_BYTES = 64 * 2 ** 20;
/** A column that never fired still counts a little: with weight 0 its values would be arbitrary. */
const LEAST_SHARE = 1e-6;

/**
 * Reads the sequences with an unquantized model on the CPU and measures what goes into every matrix of its layers.
 * Blocks the event loop for a batch at a time: call it in a process of its own.
 * @throws `files.missing`, `llama.load_failed`, `llama.context_failed`, `llama.decode_failed`, RangeError for an empty sequence
 */
export async function measureImportance(path: string, sequences: readonly (readonly number[])[], { threads = defaultThreads(), signal, onProgress }: ImportanceOptions = {}): Promise<ImportanceMatrix> {
  requireGguf(path);
  const empty = sequences.findIndex(({ length }) => length === 0);
  if (empty !== -1) throw new RangeError(`Sequence ${empty} is empty: at least one token is needed`);
  const llama = openLlama();
  const { functions, koffi } = llama;
  const sums = new Map<string, ColumnSums>();
  const collector = registerCollector(koffi, sums);
  const stopLog = llama.startLog();
  let model: Pointer = null;
  let context: Pointer = null;
  try {
    model = await callAsync<Pointer>(functions.model_load_from_file, path, { ...functions.model_default_params(), n_gpu_layers: 0, use_extra_bufts: false });
    if (isNull(model)) throw llamaLoadFailed(path, stopLog().reason);
    const contextLength = Math.max(...sequences.map(({ length }) => length), 1);
    const vocabSize = functions.vocab_n_tokens(functions.model_get_vocab(model));
    const batchTokens = Math.max(1, Math.min(BATCH_TOKENS, Math.floor(LOGITS_BYTES / (4 * vocabSize))));
    context = openContext(llama, model, { contextLength, batchTokens, threads, callback: collector.pointer });
    if (isNull(context)) throw llamaContextFailed(contextLength, 1, stopLog().reason);
    const batch = allocateBatch(llama, batchTokens, 1);
    try {
      for (const [index, ids] of sequences.entries()) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        functions.memory_seq_rm(functions.get_memory(context), 0, -1, -1);
        for (let first = 0; first < ids.length; first += batchTokens) {
          batch.clear();
          ids.slice(first, first + batchTokens).forEach((id, place) => batch.push(id, first + place, 0, true));
          const status = functions.decode(context, batch.toStruct());
          if (status !== 0) throw llamaDecodeFailed(status, stopLog().reason);
          collector.rethrow();
        }
        onProgress?.(index + 1);
      }
    } finally {
      batch.free();
    }
  } finally {
    stopLog();
    if (!isNull(context)) functions.free(context);
    if (!isNull(model)) functions.model_free(model);
    collector.unregister();
  }
  return new Map([...sums].map(([name, { squares, count }]) => [name, meanSquares(squares, count)]));
}

interface ColumnSums {
  readonly squares: Float64Array;
  count: number;
}

function meanSquares(squares: Float64Array, count: number): Float32Array {
  const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length / count;
  return Float32Array.from(squares, (value) => Math.max(value / count, LEAST_SHARE * mean));
}

function openContext({ functions }: Llama, model: Pointer, parts: { readonly contextLength: number; readonly batchTokens: number; readonly threads: number; readonly callback: bigint }): Pointer {
  return functions.init_from_model(model, {
    ...functions.context_default_params(),
    n_ctx: Math.ceil(parts.contextLength / 256) * 256,
    n_batch: parts.batchTokens,
    n_ubatch: parts.batchTokens,
    n_seq_max: 1,
    n_outputs_max: parts.batchTokens,
    n_threads: parts.threads,
    n_threads_batch: parts.threads,
    offload_kqv: false,
    op_offload: false,
    cb_eval: parts.callback,
  });
}

/** The function that llama asks before and tells after each node of its graph. It must not throw into C: what goes wrong is thrown by `rethrow`. */
function registerCollector(koffi: Koffi, sums: Map<string, ColumnSums>) {
  const prototype = (evalCallback ??= koffi.proto("bool tunesmith_eval_callback(void *tensor, bool ask, void *user_data)"));
  let failure: unknown;
  const pointer = koffi.register((tensor: bigint, ask: boolean) => {
    try {
      const node = readNode(koffi, tensor);
      if (ask) return node !== undefined;
      if (node !== undefined) addSquares(sums, node);
    } catch (thrown) {
      failure ??= thrown;
    }
    return !ask;
  }, koffi.pointer(prototype)) as bigint;
  return {
    pointer,
    rethrow() {
      if (failure !== undefined) throw failure;
    },
    unregister: () => koffi.unregister(pointer),
  };
}

let evalCallback: ReturnType<Koffi["proto"]> | undefined;

interface MatrixInput {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly tensor: bigint;
}

/** A product with a matrix of a layer, and what goes into it; undefined for every other node. */
function readNode(koffi: Koffi, tensor: bigint): MatrixInput | undefined {
  const { tensorOp, opMulMat, tensorSources, tensorName, tensorNameBytes, tensorShape } = GGML_LAYOUT;
  if (koffi.decode(tensor, tensorOp, "int32_t") !== opMulMat) return undefined;
  const weight = koffi.decode(tensor, tensorSources, "void *") as bigint;
  const name = koffi.decode(weight, tensorName, koffi.array("char", tensorNameBytes)) as string;
  if (!/^blk\.\d+\..*\.weight$/.test(name)) return undefined;
  const input = koffi.decode(tensor, tensorSources + 8, "void *") as bigint;
  if (koffi.decode(input, 0, "int32_t") !== TENSOR_TYPES.f32.id) return undefined;
  const size = (axis: number): number => Number(koffi.decode(input, tensorShape + 8 * axis, "int64_t"));
  const stride = (axis: number): number => Number(koffi.decode(input, tensorShape + 32 + 8 * axis, "size_t"));
  const [columns, rows] = [size(0), size(1) * size(2) * size(3)];
  // Rows lie one after another in the inputs of linear layers.
  return stride(1) === 4 * columns ? { name, columns, rows, tensor: input } : undefined;
}

function addSquares(sums: Map<string, ColumnSums>, { name, columns, rows, tensor }: MatrixInput): void {
  const values = new Float32Array(columns * rows);
  loadNative().ggml.tensor_get(tensor, values, 0, values.byteLength);
  const sum = sums.get(name) ?? { squares: new Float64Array(columns), count: 0 };
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = values[row * columns + column]!;
      sum.squares[column]! += value * value;
    }
  }
  sum.count += rows;
  sums.set(name, sum);
}
