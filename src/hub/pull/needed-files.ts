// Which files of a repository are needed to open the model: the weights once, the tokenizer, the configuration; never a second copy of
// the weights in another format (Mistral's `consolidated.safetensors`, `.bin`, ONNX, an fp16 variant).
import { weightsMissing } from "../errors.ts";

const SIDE_FILES = [
  /^config\.json$/,
  /^generation_config\.json$/,
  /^tokenizer[^/]*\.(json|model)$/,
  /^(special_tokens_map|added_tokens|vocab)\.json$/,
  /^(vocab|merges)\.txt$/,
  /^chat_template\.jinja$/,
  /^adapter_config\.json$/,
];
const SHARD = /^model-\d+-of-\d+\.safetensors$/;
const WEIGHTS = /\.(safetensors|bin|gguf|pt|pth|h5|msgpack|onnx)$/;

export const INDEX_FILE = "model.safetensors.index.json";

/** All of a model, or what is needed to turn text into tokens. A GGUF file is always whole. */
export type ModelPart = "model" | "tokenizer";

/** The names to download out of all names of a repository, configuration first. @throws `hub.weights_missing` */
export function chooseFiles(id: string, names: readonly string[]): readonly string[] {
  return [...chooseSideFiles(names), ...chooseWeights(id, names)];
}

/** Configuration and tokenizer, without the weights. */
export function chooseSideFiles(names: readonly string[]): readonly string[] {
  return names.filter((name) => SIDE_FILES.some((pattern) => pattern.test(name)));
}

function chooseWeights(id: string, names: readonly string[]): readonly string[] {
  if (names.includes("model.safetensors")) return ["model.safetensors"];
  if (names.includes(INDEX_FILE)) return [INDEX_FILE, ...names.filter((name) => SHARD.test(name))];
  if (names.includes("adapter_model.safetensors")) return ["adapter_model.safetensors"];
  throw weightsMissing(id, names.filter((name) => WEIGHTS.test(name)));
}
