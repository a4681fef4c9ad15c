export { jsonSchemaToGrammar, type JsonSchema } from "./grammar/json-schema.ts";
export { loadLlama } from "./load.ts";
export { measureImportance, type ImportanceMatrix, type ImportanceOptions } from "./importance.ts";
export { encodePromptText } from "./prompt.ts";
export { planQuantizedBytes, QUANTIZATION_TYPES, quantizeGguf, type QuantizationType, type QuantizedGguf, type QuantizeGgufOptions } from "./quantize.ts";
export { defaultThreads } from "./threads.ts";
export type {
  ChosenToken,
  EmbedderOptions,
  EmbedderPooling,
  EmbedOptions,
  GenerateRequest,
  Generation,
  LlamaAdapterOptions,
  LlamaEmbedder,
  LlamaInfo,
  LlamaModel,
  LlamaSession,
  LoadLlamaOptions,
  Score,
  ScoreRequest,
  SessionOptions,
  TokenizeOptions,
  TokenLogprob,
} from "./types.ts";
