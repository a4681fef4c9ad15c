// Directories of weights: an adapter of PEFT, a Hugging Face model whole or in shards, a Trainer checkpoint.
import { basename, join } from "node:path";
import { readSmallText, scanDirectory } from "../../files/index.ts";
import { inspectionBroken, notInspectable } from "./errors.ts";
import type { AdapterFacts, FileFacts, LanguageModelFacts } from "./facts.ts";
import { inspectGguf, inspectSafetensors } from "./other-formats.ts";
import { countTensors } from "./tensors.ts";
import { inspectTorchFile } from "./torch.ts";

const MOST_JSON_BYTES = 1 << 24;
const SINGLE_TORCH = ["pytorch_model.bin", "model.bin"];

/** @throws `checkpoints.not_inspectable`, `checkpoints.inspection_broken` */
export function inspectDirectory(directory: string): FileFacts {
  const entries = scanDirectory(directory);
  if ("refused" in entries) throw notInspectable(directory, `it cannot be listed (${entries.refused})`);
  const names = new Set(entries.filter(({ kind }) => kind !== "directory").map(({ name }) => name));
  if (names.has("adapter_model.safetensors") || names.has("adapter_model.bin")) return inspectAdapter(directory, names);
  const found = inspectModel(directory, names);
  if (found !== undefined) return withTrainerState(withConfig(found, directory, names), directory, names);
  const weights = [...names].filter((name) => /\.(?:ckpt|pt|pth|bin|safetensors|gguf)$/.test(name)).sort();
  if (weights.length === 1) return inspectFileOf(join(directory, weights[0]!));
  throw notInspectable(directory, weights.length === 0 ? "it is a directory without weights" : `it holds ${weights.length} files of weights, such as ${weights.slice(0, 3).join(", ")}, and nothing says which`);
}

function inspectFileOf(path: string): FileFacts {
  if (path.endsWith(".safetensors")) return inspectSafetensors(path);
  if (path.endsWith(".gguf")) return inspectGguf(path);
  return inspectTorchFile(path);
}

function inspectModel(directory: string, names: ReadonlySet<string>): FileFacts | undefined {
  if (names.has("model.safetensors") || names.has("model.safetensors.index.json")) return inspectSafetensors(directory, true);
  const single = SINGLE_TORCH.find((name) => names.has(name));
  if (single !== undefined) return { ...inspectTorchFile(join(directory, single)), path: directory, format: "model" };
  return names.has("pytorch_model.bin.index.json") ? inspectTorchShards(directory) : undefined;
}

/** All shards of `pytorch_model.bin.index.json` as if they were one file. */
function inspectTorchShards(directory: string): FileFacts {
  const index = join(directory, "pytorch_model.bin.index.json");
  const map = recordOf(readRecord(index)["weight_map"]);
  const shards = [...new Set(Object.values(map))].sort();
  if (shards.length === 0 || shards.length > 10_000 || shards.some((name) => typeof name !== "string" || name !== basename(name))) throw inspectionBroken(index, "its weight_map does not name files beside it");
  const pieces = (shards as readonly string[]).map((name) => inspectTorchFile(join(directory, name)));
  const held = new Set(pieces.flatMap(({ tensors }) => tensors.map(({ name }) => name)));
  const missing = Object.keys(map).filter((name) => !held.has(name));
  const first = pieces[0]!;
  return {
    ...first,
    path: directory,
    format: "model",
    files: pieces.flatMap(({ files }) => files),
    sizeBytes: pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...countTensors(pieces.flatMap(({ tensors }) => tensors)),
    tensorBytes: pieces.reduce((sum, { tensorBytes }) => sum + tensorBytes, 0),
    contents: {},
    refused: pieces.flatMap(({ refused }) => refused),
    problems: [...pieces.flatMap(({ problems }) => problems), ...(missing.length > 0 ? [`${missing.length} tensors of the index are in no shard, such as ${missing[0]}`] : [])],
  };
}

function inspectAdapter(directory: string, names: ReadonlySet<string>): FileFacts {
  const safe = names.has("adapter_model.safetensors");
  const found = safe ? inspectSafetensors(join(directory, "adapter_model.safetensors")) : inspectTorchFile(join(directory, "adapter_model.bin"));
  const config = names.has("adapter_config.json") ? readRecord(join(directory, "adapter_config.json")) : {};
  const targets = config["target_modules"];
  const adapter: AdapterFacts = {
    targets: Array.isArray(targets) && targets.every((target) => typeof target === "string") ? targets.toSorted() : typeof targets === "string" ? [targets] : (found.adapter?.targets ?? []),
    ...numberUnder("rank", config["r"] ?? found.adapter?.rank),
    ...numberUnder("alpha", config["lora_alpha"]),
    ...(typeof config["base_model_name_or_path"] === "string" && { baseModel: config["base_model_name_or_path"] }),
  };
  return withTrainerState({ ...found, path: directory, format: "adapter", adapter }, directory, names);
}

/** What config.json says counts before what shapes suggest. */
function withConfig(facts: FileFacts, directory: string, names: ReadonlySet<string>): FileFacts {
  if (!names.has("config.json")) return facts;
  const config = readRecord(join(directory, "config.json"));
  const said: LanguageModelFacts = {
    ...numberUnder("layers", config["num_hidden_layers"]),
    ...numberUnder("hiddenSize", config["hidden_size"]),
    ...numberUnder("intermediateSize", config["intermediate_size"]),
    ...numberUnder("vocabSize", config["vocab_size"]),
    ...numberUnder("heads", config["num_attention_heads"]),
    ...numberUnder("kvHeads", config["num_key_value_heads"]),
    ...numberUnder("headDim", config["head_dim"]),
    ...numberUnder("contextLength", config["max_position_embeddings"]),
    ...(typeof config["tie_word_embeddings"] === "boolean" && { tiedEmbeddings: config["tie_word_embeddings"] }),
  };
  const architecture = typeof config["model_type"] === "string" ? config["model_type"] : facts.architecture;
  const languageModel = { ...facts.languageModel, ...said };
  return { ...facts, ...(architecture !== undefined && { architecture }), ...(Object.keys(languageModel).length > 0 && { languageModel }) };
}

function withTrainerState(facts: FileFacts, directory: string, names: ReadonlySet<string>): FileFacts {
  if (!names.has("trainer_state.json")) return facts;
  const state = readRecord(join(directory, "trainer_state.json"));
  const training = { callbacks: [], optimizers: [], schedulers: [], metrics: {}, ...numberUnder("epoch", state["epoch"]), ...numberUnder("globalStep", state["global_step"]) };
  return { ...facts, training };
}

function numberUnder<Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: number } {
  return (typeof value === "number" && Number.isFinite(value) ? { [name]: value } : {}) as { readonly [Key in Name]?: number };
}

/** @throws `checkpoints.inspection_broken` */
function readRecord(path: string): Readonly<Record<string, unknown>> {
  const read = readSmallText(path, MOST_JSON_BYTES);
  if ("refused" in read) throw inspectionBroken(path, read.refused);
  try {
    return recordOf(JSON.parse(read.text));
  } catch (cause) {
    throw inspectionBroken(path, `it is not valid JSON: ${(cause as Error).message}`);
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
