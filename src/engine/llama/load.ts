import { fileMissing, isFile, openFile } from "../../files/index.ts";
import type { Pointer } from "../ffi/index.ts";
import { llamaAdapterFailed, llamaDisposed, llamaLoadFailed, llamaUnsupported } from "./errors.ts";
import { openEmbedder } from "./embed.ts";
import { callAsync, isNull, openLlama, type Llama } from "./native.ts";
import { openSession } from "./session.ts";
import { defaultThreads, usefulThreads } from "./threads.ts";
import type { LlamaAdapterOptions, LlamaInfo, LlamaModel, LoadLlamaOptions } from "./types.ts";
import { growing, readVocabulary, type Vocabulary } from "./vocabulary.ts";

/**
 * Loads a GGUF model for inference, on a worker thread. Dispose it.
 * @throws `files.missing`, `llama.load_failed`, `llama.unsupported`, `llama.adapter_failed`
 */
export async function loadLlama(path: string, options: LoadLlamaOptions = {}): Promise<LlamaModel> {
  requireGguf(path);
  const llama = openLlama();
  const pointer = await loadModel(llama, path, options.gpuLayers);
  const adapters: { pointer: Pointer; scale: number }[] = [];
  const free = () => {
    for (const adapter of adapters) llama.functions.adapter_lora_free(adapter.pointer);
    llama.functions.model_free(pointer);
  };
  try {
    const vocabulary = readVocabulary(llama, pointer);
    const info = readInfo(llama, pointer, vocabulary);
    requireDecoder(llama, pointer, path, info);
    for (const adapter of options.adapters ?? []) adapters.push({ pointer: await loadAdapter(llama, pointer, adapter), scale: adapter.scale ?? 1 });
    return keepModel({ llama, pointer, vocabulary, info, adapters, threads: usefulThreads(options.threads ?? defaultThreads(), info.sizeBytes), free });
  } catch (thrown) {
    free();
    throw thrown;
  }
}

interface LoadedModel {
  readonly llama: Llama;
  readonly pointer: Pointer;
  readonly vocabulary: Vocabulary;
  readonly info: LlamaInfo;
  readonly adapters: readonly { readonly pointer: Pointer; readonly scale: number }[];
  readonly threads: number;
  free(): void;
}

/** The model is freed when it was disposed and its last session has let go. */
function keepModel(loaded: LoadedModel): LlamaModel {
  const { vocabulary, info } = loaded;
  const sessions = new Set<{ dispose(): void }>();
  let disposed = false;
  let freed = false;
  const freeIfUnused = () => {
    if (!disposed || freed || sessions.size > 0) return;
    freed = true;
    loaded.free();
  };
  const alive = <Args extends readonly unknown[], Result>(act: (...args: Args) => Result) => (...args: Args): Result => {
    if (disposed) throw llamaDisposed("model");
    return act(...args);
  };
  const released = (one: { dispose(): void }) => {
    sessions.delete(one);
    freeIfUnused();
  };
  const used = { ...loaded, trainContextLength: info.trainContextLength, weightBytes: info.sizeBytes, metadata: info.metadata, released };
  return {
    info,
    tokenize: alive(vocabulary.tokenize),
    detokenize: alive(vocabulary.detokenize),
    isEndOfGeneration: alive(vocabulary.isEndOfGeneration),
    longestTokenBytes: alive(vocabulary.longestTokenBytes),
    createSession: alive((options = {}) => {
      const session = openSession(used, options);
      sessions.add(session);
      return session;
    }),
    createEmbedder: alive((options = {}) => {
      const embedder = openEmbedder(used, options);
      sessions.add(embedder);
      return embedder;
    }),
    dispose() {
      if (disposed) return;
      disposed = true;
      for (const session of sessions) session.dispose();
      freeIfUnused();
    },
  };
}

/** llama reads whatever it is given; what is plainly no GGUF file is refused before. @throws `files.missing`, `llama.load_failed` */
export function requireGguf(path: string): void {
  if (!isFile(path)) throw fileMissing(path);
  const file = openFile(path);
  try {
    const magic = file.sizeBytes >= 4 ? new TextDecoder().decode(file.read(0, 4)) : "";
    if (magic !== "GGUF") throw llamaLoadFailed(path, "it does not begin with the GGUF magic");
  } finally {
    file.close();
  }
}

async function loadModel(llama: Llama, path: string, gpuLayers: number | undefined): Promise<Pointer> {
  const params = llama.functions.model_default_params();
  const stopLog = llama.startLog();
  const pointer = await callAsync(llama.functions.model_load_from_file, path, { ...params, n_gpu_layers: gpuLayers ?? params.n_gpu_layers }).finally(stopLog);
  if (isNull(pointer)) throw llamaLoadFailed(path, stopLog().reason);
  return pointer;
}

async function loadAdapter(llama: Llama, model: Pointer, { path }: LlamaAdapterOptions): Promise<Pointer> {
  requireGguf(path);
  const stopLog = llama.startLog();
  const adapter = await callAsync(llama.functions.adapter_lora_init, model, path).finally(stopLog);
  if (isNull(adapter)) throw llamaAdapterFailed(path, stopLog().reason);
  return adapter;
}

/** llama counts a BERT among the decoders; its tokens see those after them. */
function requireDecoder({ functions }: Llama, model: Pointer, path: string, { architecture, metadata, vocabSize }: LlamaInfo): void {
  const seesAhead = metadata.get(`${architecture}.attention.causal`) === "false";
  if (seesAhead || functions.model_has_encoder(model) || !functions.model_has_decoder(model)) throw llamaUnsupported(path, "it is an encoder");
  if (vocabSize === 0) throw llamaUnsupported(path, "it has no tokenizer");
}

function readInfo({ functions }: Llama, model: Pointer, vocabulary: Vocabulary): LlamaInfo {
  const text = (fill: (buffer: Uint8Array) => number) => new TextDecoder().decode(withTerminator(fill));
  const metadata = new Map<string, string>();
  for (let index = 0; index < functions.model_meta_count(model); index += 1) {
    const key = text((buffer) => functions.model_meta_key_by_index(model, index, buffer, buffer.length));
    metadata.set(key, text((buffer) => functions.model_meta_val_str_by_index(model, index, buffer, buffer.length)));
  }
  const { size, bosId, eosId, eotId, addBos } = vocabulary;
  return {
    architecture: metadata.get("general.architecture") ?? "unknown",
    name: metadata.get("general.name") ?? "",
    parameterCount: Number(functions.model_n_params(model)),
    sizeBytes: Number(functions.model_size(model)),
    trainContextLength: functions.model_n_ctx_train(model),
    vocabSize: size,
    chatTemplate: (functions.model_chat_template(model, null) as string | null) ?? undefined,
    bosId,
    eosId,
    eotId,
    addBos,
    metadata,
  };
}

/** The metadata functions return the full length like snprintf, and end what they write with a zero byte. */
function withTerminator(fill: (buffer: Uint8Array) => number): Uint8Array {
  return growing(256, (buffer) => {
    const length = fill(buffer);
    return length >= buffer.length ? -(length + 1) : length;
  });
}
