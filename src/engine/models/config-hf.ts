// config.json, in the spelling of transformers up to 4 (rope_theta, rope_scaling, torch_dtype) and of 5 (rope_parameters, dtype).
import { ARCHITECTURES, DECODER_TYPES, findDecoderType, type DecoderType } from "./architectures.ts";
import { brokenConfig, unsupportedArchitecture, unsupportedModel } from "./errors.ts";
import { ropeFactors } from "./rope-factors.ts";
import type { LlamaConfig, RopeScaling } from "./types.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Beyond these a number is damage; they bound what it can make us allocate. */
const MOST_LAYERS = 10_000;
const MOST_HEAD_DIM = 65_536;

/**
 * The hyper-parameters in a `config.json` value; end-of-text ids of `generation_config.json` are added.
 * @throws `models.unsupported_architecture`, `models.unsupported`, `models.broken_config`
 */
export function parseConfig(path: string, json: unknown, generation: unknown = {}): LlamaConfig {
  if (!isFields(json)) throw brokenConfig(path, "config.json is not an object");
  const modelType = readModelType(path, json);
  refuseUnsupported(path, json);
  const count = (key: string, fallback?: number): number => wholeNumber(path, key, json[key] ?? fallback);
  const hiddenSize = count("hidden_size");
  const headCount = count("num_attention_heads");
  const rope = readRope(path, json);
  if (rope.ropeScaling?.type === "llama3" && ARCHITECTURES[modelType].gguf !== "llama") throw unsupportedModel(path, `a ${modelType} has no rope scaling of the kind llama3`);
  const config: LlamaConfig = {
    modelType,
    vocabSize: count("vocab_size"),
    hiddenSize,
    intermediateSize: count("intermediate_size"),
    layerCount: count("num_hidden_layers"),
    headCount,
    kvHeadCount: count("num_key_value_heads", headCount),
    headDim: count("head_dim", ARCHITECTURES[modelType].headDim ?? hiddenSize / headCount),
    normEpsilon: positive(path, "rms_norm_eps", json["rms_norm_eps"] ?? 1e-6),
    ...rope,
    tiedEmbeddings: json["tie_word_embeddings"] === true,
    contextLength: count("max_position_embeddings", 2048),
    slidingWindow: modelType === "mistral" && typeof json["sliding_window"] === "number" ? json["sliding_window"] : undefined,
    bosId: typeof json["bos_token_id"] === "number" ? json["bos_token_id"] : undefined,
    eosIds: [...new Set([...ids(json["eos_token_id"]), ...ids(isFields(generation) ? generation["eos_token_id"] : undefined)])],
  };
  return { ...checkConfig(path, config), ropeFactors: ropeFactors(config) };
}

/** Bounds that every source of a configuration has to keep. @throws `models.broken_config` */
export function checkConfig(path: string, config: LlamaConfig): LlamaConfig {
  const { headCount, kvHeadCount, headDim } = config;
  for (const key of ["vocabSize", "hiddenSize", "intermediateSize", "layerCount", "headCount", "kvHeadCount", "contextLength"] as const) {
    if (!Number.isSafeInteger(config[key]) || config[key] < 1) throw brokenConfig(path, `its ${key} is ${config[key]}, it needs to be a positive whole number`);
  }
  if (config.layerCount > MOST_LAYERS) throw brokenConfig(path, `it has ${config.layerCount} layers, at most ${MOST_LAYERS} are believed`);
  if (headDim > MOST_HEAD_DIM) throw brokenConfig(path, `its head dimension is ${headDim}, at most ${MOST_HEAD_DIM} is believed`);
  if (headCount % kvHeadCount !== 0) throw brokenConfig(path, `${headCount} attention heads cannot share ${kvHeadCount} key/value heads evenly`);
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) throw brokenConfig(path, `the head dimension is ${headDim}, it needs to be even`);
  return config;
}

function readModelType(path: string, json: Fields): DecoderType {
  const [architecture] = Array.isArray(json["architectures"]) ? (json["architectures"] as readonly unknown[]) : [];
  const found = String(json["model_type"] ?? architecture ?? "not named");
  const modelType = findDecoderType(found);
  if (modelType === undefined) throw unsupportedArchitecture(path, found, DECODER_TYPES);
  return modelType;
}

function refuseUnsupported(path: string, json: Fields): void {
  const quantization = json["quantization_config"];
  if (isFields(quantization)) throw unsupportedModel(path, `its weights are quantized by ${String(quantization["quant_method"] ?? "another tool")}, only unquantized safetensors or GGUF can be read`);
  if (json["attention_bias"] === true || json["mlp_bias"] === true) throw unsupportedModel(path, "its linear layers have biases");
  if (json["use_sliding_window"] === true) throw unsupportedModel(path, "some of its layers see only a window of the text");
  const activation = json["hidden_act"] ?? "silu";
  if (activation !== "silu") throw unsupportedModel(path, `its activation is ${String(activation)}, silu is needed`);
}

function readRope(path: string, json: Fields): { readonly ropeTheta: number; readonly ropeScaling?: RopeScaling } {
  const current = isFields(json["rope_parameters"]) ? json["rope_parameters"] : {};
  const scaling = isFields(json["rope_scaling"]) ? json["rope_scaling"] : current;
  const ropeTheta = positive(path, "rope_theta", current["rope_theta"] ?? json["rope_theta"] ?? 10_000);
  const partial = current["partial_rotary_factor"] ?? json["partial_rotary_factor"] ?? 1;
  if (partial !== 1) throw unsupportedModel(path, `it rotates only ${String(partial)} of each head`);
  const type = scaling["rope_type"] ?? scaling["type"] ?? "default";
  const number = (key: string): number => positive(path, key, scaling[key]);
  if (type === "default") return { ropeTheta };
  if (type === "linear") return { ropeTheta, ropeScaling: { type, factor: number("factor") } };
  if (type !== "llama3") throw unsupportedModel(path, `its rope scaling is ${String(type)}, llama3 and linear can be used`);
  return {
    ropeTheta,
    ropeScaling: {
      type,
      factor: number("factor"),
      lowFrequencyFactor: number("low_freq_factor"),
      highFrequencyFactor: number("high_freq_factor"),
      originalContextLength: number("original_max_position_embeddings"),
    },
  };
}

function positive(path: string, key: string, value: unknown): number {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw brokenConfig(path, `${key} is ${JSON.stringify(value) ?? "missing"}, it needs to be a positive number`);
}

function wholeNumber(path: string, key: string, value: unknown): number {
  const number = positive(path, key, value);
  if (!Number.isInteger(number)) throw brokenConfig(path, `${key} is ${number}, it needs to be a whole number`);
  return number;
}

function ids(value: unknown): readonly number[] {
  return (Array.isArray(value) ? value : [value]).filter((id): id is number => typeof id === "number");
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
