// A language model in the model process: answers share one context, and vectors of texts have one of their own, made when they are first asked for.
import { encodePromptText, loadLlama, type LlamaEmbedder } from "../engine/llama/index.ts";
import { noModel, promptEmpty, promptTooLong, tokenUnknown } from "./errors.ts";
import type { EmbedInput, HostAnswer, HostAsk, HostInfo, HostPrompt, HostRequest, ModelHostOptions, Vectors } from "./host-messages.ts";
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
  const info: HostInfo = { ...model.info, contextLength, parallel: sequences, tasks: ["generate", "embed"], longestTokenBytes: model.longestTokenBytes() };
  let embedder: LlamaEmbedder | undefined;

  /** @throws `serving.token_unknown` */
  const requireTokens = (ids: Iterable<number>) => {
    for (const id of ids) if (!(id >= 0 && id < info.vocabSize)) throw tokenUnknown(id, info.vocabSize);
  };
  /** @throws `serving.prompt_empty`, `serving.context_exceeded`, `serving.token_unknown` */
  const encode = ({ text, ids: given, parseSpecial }: HostPrompt): readonly number[] => {
    requireTokens(given ?? []);
    const ids = given ?? encodePromptText(model, text, { parseSpecial });
    if (ids.length === 0) throw promptEmpty();
    if (ids.length > contextLength) throw promptTooLong(ids.length, contextLength);
    return ids;
  };
  const generate = async (request: HostRequest, signal: AbortSignal, onText: AnswerContext["onText"] | undefined): Promise<HostAnswer> => {
    const { text: _text, ids: _ids, parseSpecial: _parse, ...settings } = request;
    requireTokens(request.logitBias?.keys() ?? []);
    const { text, ids, ...answer } = await session.generate({ ...settings, promptIds: encode(request), signal, onText });
    return { ...answer, text, tokens: ids.length };
  };
  const embed = async (texts: readonly EmbedInput[], signal: AbortSignal): Promise<Vectors> => {
    const inputs = texts.map((text) => (typeof text === "string" ? model.tokenize(text, { addSpecial: true }) : text));
    if (inputs.some(({ length }) => length === 0)) throw promptEmpty();
    inputs.forEach(requireTokens);
    embedder ??= model.createEmbedder({ contextLength });
    const embedded = await embedder.embed(inputs, { signal });
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
