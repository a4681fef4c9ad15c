// A language model or an adapter for one, from the names and shapes of its parameters. Sources: transformers model files, PEFT LoraLayer.
import type { AdapterFacts, LanguageModelFacts, TensorFact } from "./facts.ts";

export interface DetectedLanguageModel {
  readonly architecture?: string;
  readonly languageModel?: LanguageModelFacts;
  readonly adapter?: AdapterFacts;
}

/** Family by a name only it has; the first that is found counts. `llama` stands for its whole family: names do not tell Mistral from it. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/\bself_attn\.q_norm\.weight$/, "qwen3"],
  [/\bpre_feedforward_layernorm\.weight$/, "gemma2"],
  [/\bself_attn\.q_proj\.bias$/, "qwen2"],
  [/\bself_attn\.qkv_proj\.weight$/, "phi3"],
  [/\bmlp\.gate_proj\.weight$/, "llama"],
  [/\battention\.self\.query\.weight$/, "bert"],
  [/\bh\.\d+\.attn\.c_attn\.weight$/, "gpt2"],
  [/\bgpt_neox\.layers\.\d+\./, "gpt_neox"],
  [/\bSelfAttention\.q\.weight$/, "t5"],
];

export function detectLanguageModel(tensors: readonly TensorFact[]): DetectedLanguageModel {
  const adapter = findAdapter(tensors);
  const base = tensors.filter(({ name }) => !/\blora_(?:A|B|embedding_A|embedding_B)\b|lora_magnitude_vector/.test(name));
  const plainNames = base.map(({ name, shape }) => [name.replace(".base_layer.", "."), shape] as const);
  const architecture = FAMILIES.find(([pattern]) => plainNames.some(([name]) => pattern.test(name)))?.[1];
  if (architecture === undefined) return adapter === undefined ? {} : { adapter };
  const shapeOf = (pattern: RegExp): readonly number[] | undefined => plainNames.find(([name]) => pattern.test(name))?.[1];
  const layers = new Set(plainNames.flatMap(([name]) => /\b(?:layers?|h|block)\.(\d+)\./.exec(name)?.[1] ?? [])).size;
  const embedding = shapeOf(/\b(?:embed_tokens|word_embeddings|wte|embed_in|shared)\.weight$/);
  const headDim = shapeOf(/\bself_attn\.q_norm\.weight$/)?.[0] ?? double(shapeOf(/\brotary_emb\.inv_freq$/)?.[0]);
  const heads = divide(shapeOf(/\bself_attn\.q_proj\.weight$/)?.[0], headDim);
  const kvHeads = divide(shapeOf(/\bself_attn\.k_proj\.weight$/)?.[0], headDim);
  const headTensor = tensors.find(({ name }) => /\blm_head\.weight$/.test(name));
  const facts = {
    layers: layers === 0 ? undefined : layers,
    vocabSize: embedding?.[0],
    hiddenSize: embedding?.[1],
    intermediateSize: shapeOf(/\bmlp\.gate_proj\.weight$/)?.[0] ?? shapeOf(/\bintermediate\.dense\.weight$/)?.[0],
    headDim,
    heads,
    kvHeads,
    tiedEmbeddings: architecture === "llama" || architecture.startsWith("qwen") ? headTensor === undefined || headTensor.sharedWith !== undefined : undefined,
  };
  return { architecture, languageModel: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)), ...(adapter && { adapter }) };
}

/** Rank and targets of low-rank matrices. */
function findAdapter(tensors: readonly TensorFact[]): AdapterFacts | undefined {
  const matrices = tensors.filter(({ name }) => /\.lora_A\b/.test(name));
  if (matrices.length === 0) return undefined;
  const targets = new Set(matrices.flatMap(({ name }) => /([^.]+)\.lora_A\b/.exec(name)?.[1] ?? []));
  const rank = matrices[0]!.shape[0];
  return { ...(rank !== undefined && { rank }), targets: [...targets].sort() };
}

function double(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 2 * value;
}

function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || value % by !== 0 ? undefined : value / by;
}
