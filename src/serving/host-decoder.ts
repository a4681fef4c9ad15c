// A language model in the model process: answers share one context, and vectors of texts have one of their own, made when they are first asked for.
import { encodePromptText, loadLlama, type LlamaEmbedder } from "../engine/llama/index.ts";
import { noModel, promptEmpty, promptTooLong } from "./errors.ts";
import type { HostAnswer, HostAsk, HostInfo, HostRequest, ModelHostOptions, Vectors } from "./host-messages.ts";
import { affordableSequences } from "./parallel.ts";

interface AnswerContext {
  readonly signal: AbortSignal;
  readonly onText: (piece: string) => void;
}

/** @throws `files.missing`, `llama.*` */
export async function openDecoder({ modelPath, threads, contextLength: wantedLength, parallel = 1, adapters }: ModelHostOptions) {
  const model = await loadLlama(modelPath, { threads, adapters });
  const contextLength = wantedLength ?? Math.min(model.info.trainContextLength || 4096, 4096);
  const sequences = parallel === "auto" ? affordableSequences(model.info, contextLength) : parallel;
  const session = model.createSession({ contextLength, sequences });
  const info: HostInfo = { ...model.info, contextLength, parallel: sequences, tasks: ["generate", "embed"] };
  let embedder: LlamaEmbedder | undefined;

  /** @throws `serving.prompt_empty`, `serving.context_exceeded` */
  const encode = ({ text, parseSpecial }: Pick<HostRequest, "text" | "parseSpecial">): number[] => {
    const ids = encodePromptText(model, text, { parseSpecial });
    if (ids.length === 0) throw promptEmpty();
    if (ids.length > contextLength) throw promptTooLong(ids.length, contextLength);
    return ids;
  };
  const generate = async (request: HostRequest, signal: AbortSignal, onText: AnswerContext["onText"] | undefined): Promise<HostAnswer> => {
    const { maxTokens, temperature, topK, topP, seed, stop, jsonSchema } = request;
    const asked = { promptIds: encode(request), maxTokens, temperature, topK, topP, seed, stop, jsonSchema, signal, onText };
    const { text, finishReason, ids, promptTokens, promptMs, generateMs } = await session.generate(asked);
    return { text, tokens: ids.length, promptTokens, finishReason, promptMs, generateMs };
  };
  const embed = async (texts: readonly string[], signal: AbortSignal): Promise<Vectors> => {
    embedder ??= model.createEmbedder({ contextLength });
    const embedded = await embedder.embed(texts, { signal });
    return { vectors: embedded.map(({ values }) => values), tokens: embedded.reduce((sum, { tokens }) => sum + tokens, 0) };
  };
  return {
    info,
    async answer(ask: HostAsk, { signal, onText }: AnswerContext) {
      if (ask.kind === "generate") return generate(ask.request, signal, ask.stream ? onText : undefined);
      if (ask.kind === "check") return { promptTokens: encode(ask).length };
      if (ask.kind === "embed") return embed(ask.texts, signal);
      throw noModel("rerank", undefined);
    },
  };
}
