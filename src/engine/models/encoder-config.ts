// The hyper-parameters of a BERT and of what stands on top of it, from config.json or GGUF metadata.
// Source: transformers' BertConfig; sentence-transformers' modules.json and 1_Pooling; gguf-py/gguf/constants.py of the pinned llama.cpp release.
import { findNumber, findText, ggufBoolean, ggufNumber, ggufText, needNumber, type GgufFile, type GgufMetadata, type GgufValue } from "../gguf/index.ts";
import { isFields, type Fields } from "./config-hf.ts";
import { brokenConfig, poolerMissing, unsupportedArchitecture, unsupportedModel } from "./errors.ts";

/** How one vector is made of those of all tokens: `rank` gives scores instead, by the classifier on the first token. */
export type Pooling = "mean" | "cls" | "rank";

/** `bert.pooling_type`: LLAMA_POOLING_TYPE of include/llama.h. */
const POOLING_IDS = { mean: 1, cls: 2, rank: 4 } as const satisfies Record<Pooling, number>;

/** Beyond these a number is damage; they bound what it can make us allocate. */
const MOST = { layerCount: 10_000, headCount: 65_536, contextLength: 1 << 20, tokenTypes: 65_536 };

export interface EncoderConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly normEpsilon: number;
  /** Longest sequence in tokens: a BERT has one learned vector a position. */
  readonly contextLength: number;
  readonly tokenTypes: number;
  /** There is a dense layer with tanh on the first token. */
  readonly pooler: boolean;
  /** What the classifier's outputs are called; none without a classifier. */
  readonly labels: readonly string[];
  readonly pooling: Pooling;
}

/** What a model directory holds beside config.json that decides the shape of the model. */
export interface EncoderParts {
  readonly pooler: boolean;
  /** Rows of the classifier, 0 without one. */
  readonly outputs: number;
  /** `1_Pooling/config.json` of sentence-transformers. */
  readonly pooling?: unknown;
}

/** Whether config.json describes a BERT. */
export function isEncoderConfig(json: unknown): boolean {
  return isFields(json) && json["model_type"] === "bert";
}

/** @throws `models.unsupported_architecture`, `models.unsupported`, `models.broken_config` */
export function parseEncoderConfig(path: string, json: unknown, parts: EncoderParts): EncoderConfig {
  if (!isFields(json)) throw brokenConfig(path, "config.json is not an object");
  if (!isEncoderConfig(json)) throw unsupportedArchitecture(path, String(json["model_type"] ?? "not named"), ["bert"]);
  const refuse = (key: string, needed: unknown, found: unknown = json[key]) => {
    if ((found ?? needed) !== needed) throw unsupportedModel(path, `its ${key} is ${JSON.stringify(found)}, ${JSON.stringify(needed)} is needed`);
  };
  refuse("hidden_act", "gelu");
  refuse("position_embedding_type", "absolute");
  refuse("is_decoder", false);
  const number = (key: string, fallback?: number): number => {
    const value = json[key] ?? fallback;
    if (typeof value !== "number") throw brokenConfig(path, `${key} is ${JSON.stringify(value) ?? "missing"}, it needs to be a positive number`);
    return value;
  };
  return checkEncoderConfig(path, {
    vocabSize: number("vocab_size"),
    hiddenSize: number("hidden_size"),
    intermediateSize: number("intermediate_size"),
    layerCount: number("num_hidden_layers"),
    headCount: number("num_attention_heads"),
    normEpsilon: number("layer_norm_eps", 1e-12),
    contextLength: number("max_position_embeddings", 512),
    tokenTypes: number("type_vocab_size", 2),
    pooler: parts.pooler,
    labels: Array.from({ length: parts.outputs }, (_, index) => labelOf(json["id2label"], index)),
    pooling: parts.outputs > 0 ? "rank" : readPooling(path, parts.pooling),
  });
}

/** @throws `models.unsupported_architecture`, `models.unsupported`, `models.broken_config`, `gguf.key_missing` */
export function encoderConfigFromGguf({ metadata, path, tensors }: GgufFile): EncoderConfig {
  const architecture = findText(metadata, "general.architecture") ?? "not named";
  if (architecture !== "bert") throw unsupportedArchitecture(path, architecture, ["bert"]);
  const need = (key: string): number => needNumber(metadata, `bert.${key}`);
  const classifier = tensors.get("cls.output.weight")?.shape;
  // llama's quantizer writes a matrix of one row as a vector.
  const outputs = classifier === undefined ? 0 : classifier.length === 1 ? 1 : (classifier[0] ?? 0);
  const names = metadata.get("bert.classifier.output_labels")?.value;
  const poolingId = findNumber(metadata, "bert.pooling_type");
  const pooling = (Object.keys(POOLING_IDS) as Pooling[]).find((name) => POOLING_IDS[name] === poolingId) ?? (outputs > 0 ? "rank" : "mean");
  if (pooling === "rank" && outputs === 0) throw brokenConfig(path, "it ranks, but has no tensor cls.output.weight");
  return checkEncoderConfig(path, {
    vocabSize: tensors.get("token_embd.weight")?.shape[0] ?? 0,
    hiddenSize: need("embedding_length"),
    intermediateSize: need("feed_forward_length"),
    layerCount: need("block_count"),
    headCount: need("attention.head_count"),
    normEpsilon: need("attention.layer_norm_epsilon"),
    contextLength: need("context_length"),
    tokenTypes: needNumber(metadata, "tokenizer.ggml.token_type_count"),
    pooler: tensors.has("cls.weight"),
    labels: Array.from({ length: outputs }, (_, index) => String((Array.isArray(names) ? names[index] : undefined) ?? `LABEL_${index}`)),
    pooling,
  });
}

/** `general.architecture` of a BERT and the keys named after it. */
export function ggufEncoderMetadata(config: EncoderConfig): GgufMetadata {
  const counts = {
    block_count: config.layerCount,
    context_length: config.contextLength,
    embedding_length: config.hiddenSize,
    feed_forward_length: config.intermediateSize,
    "attention.head_count": config.headCount,
    pooling_type: POOLING_IDS[config.pooling],
  };
  const labels: [string, GgufValue][] = config.labels.length === 0 ? [] : [["bert.classifier.output_labels", { type: "array", of: "string", value: config.labels }]];
  return new Map<string, GgufValue>([
    ["general.architecture", ggufText("bert")],
    ...Object.entries(counts).map(([key, value]): [string, GgufValue] => [`bert.${key}`, ggufNumber(value)]),
    ["bert.attention.layer_norm_epsilon", ggufNumber(config.normEpsilon, "f32")],
    ["bert.attention.causal", ggufBoolean(false)],
    ["tokenizer.ggml.token_type_count", ggufNumber(config.tokenTypes)],
    ...labels,
  ]);
}

function checkEncoderConfig(path: string, config: EncoderConfig): EncoderConfig {
  for (const key of ["vocabSize", "hiddenSize", "intermediateSize", "layerCount", "headCount", "contextLength", "tokenTypes"] as const) {
    if (!Number.isSafeInteger(config[key]) || config[key] < 1) throw brokenConfig(path, `its ${key} is ${config[key]}, it needs to be a positive whole number`);
    const most = (MOST as Readonly<Record<string, number>>)[key] ?? Infinity;
    if (config[key] > most) throw brokenConfig(path, `its ${key} is ${config[key]}, at most ${most} is believed`);
  }
  if (!(config.normEpsilon > 0 && config.normEpsilon < 1)) throw brokenConfig(path, `its layer_norm_eps is ${config.normEpsilon}, it needs to be between 0 and 1`);
  if (config.labels.length > 0 && !config.pooler) throw poolerMissing(path);
  if (config.hiddenSize % config.headCount !== 0) throw brokenConfig(path, `${config.headCount} attention heads cannot share ${config.hiddenSize} dimensions evenly`);
  return config;
}

/** The `pooling_mode…` keys; without them the mean, as sentence-transformers does. */
function readPooling(path: string, json: unknown): Pooling {
  if (!isFields(json)) return "mean";
  const named = json["pooling_mode"];
  const chosen = typeof named === "string" ? [named] : Object.keys(json).filter((key) => key.startsWith("pooling_mode_") && json[key] === true).map((key) => key.slice("pooling_mode_".length));
  if (chosen.join() === "cls_token" || chosen.join() === "cls") return "cls";
  if (chosen.join() === "mean_tokens" || chosen.join() === "mean") return "mean";
  throw unsupportedModel(path, `its pooling is ${chosen.join(" with ") || "not named"}, mean and cls can be used`);
}

function labelOf(labels: unknown, index: number): string {
  const label = isFields(labels) ? (labels as Fields)[String(index)] : undefined;
  return typeof label === "string" ? label : `LABEL_${index}`;
}
