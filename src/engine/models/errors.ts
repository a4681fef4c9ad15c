import { TunesmithError } from "../../errors.ts";

export function notAModel(path: string, reason: string, hint: string): TunesmithError {
  return new TunesmithError({ code: "models.not_a_model", message: `Cannot open ${path}: ${reason}`, hint });
}

export function unsupportedArchitecture(path: string, found: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "models.unsupported_architecture",
    message: `Cannot open ${path}: its architecture is ${found}, ${known.join(", ")} can be used`,
    hint: "Choose a model such as Llama 3, Mistral 7B, Qwen 3 or SmolLM2.",
  });
}

export function unsupportedModel(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "models.unsupported", message: `Cannot open ${path}: ${reason}`, hint: "Choose a plain Llama, Mistral or Qwen model without this feature." });
}

export function brokenConfig(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "models.broken_config", message: `Cannot open ${path}: ${reason}`, hint: "Download the model's configuration again." });
}

export function tensorsMissing(path: string, names: readonly string[]): TunesmithError {
  const shown = names.slice(0, 3).join(", ");
  return new TunesmithError({
    code: "models.tensor_missing",
    message: `Cannot use ${path}: ${names.length === 1 ? `the tensor ${shown} is missing` : `${names.length} tensors are missing (${shown}${names.length > 3 ? ", …" : ""})`}`,
    hint: "Download the model again: a weight file is missing or of another model.",
    details: { names },
  });
}

export function wrongShape(path: string, name: string, found: readonly number[], needed: readonly number[]): TunesmithError {
  return new TunesmithError({
    code: "models.wrong_shape",
    message: `Cannot use ${path}: ${name} has the shape [${found.join(", ")}], the configuration needs [${needed.join(", ")}]`,
    hint: "Check that the configuration and the weights are of the same model.",
  });
}

export function unsupportedTensorType(path: string, name: string, type: string): TunesmithError {
  return new TunesmithError({ code: "models.unsupported_type", message: `Cannot use ${path}: ${name} is stored as ${type}`, hint: "Use the model in F32, F16 or BF16, or a GGUF in F32, F16, BF16 or a ggml quantization." });
}

export function tokenizerTooLarge(path: string, tokens: number, rows: number): TunesmithError {
  return new TunesmithError({
    code: "models.tokenizer_too_large",
    message: `Cannot use ${path}: its tokenizer has ${tokens} tokens, its embedding ${rows} rows`,
    hint: "Use the tokenizer of the base model: tokens were added without growing the embedding.",
  });
}

export function adapterUnusable(path: string, reason: string, hint: string): TunesmithError {
  return new TunesmithError({ code: "models.adapter_unusable", message: `Cannot read the adapter ${path}: ${reason}`, hint });
}

export function adapterMismatch(reason: string): TunesmithError {
  return new TunesmithError({ code: "models.adapter_mismatch", message: `Cannot apply the adapter to this model: ${reason}`, hint: "Name the base model the adapter was trained on." });
}

export function cannotExport(path: string, reason: string, hint: string): TunesmithError {
  return new TunesmithError({ code: "models.cannot_export", message: `Cannot write ${path}: ${reason}`, hint });
}

export function textTooLong(path: string, tokens: number, contextLength: number): TunesmithError {
  return new TunesmithError({
    code: "models.too_long",
    message: `Cannot read the text with ${path}: it has ${tokens} tokens, the model reads ${contextLength}`,
    hint: "Shorten the text, or ask for it to be cut.",
    details: { tokens, context_length: contextLength },
  });
}

export function poolerMissing(path: string): TunesmithError {
  return new TunesmithError({
    code: "models.pooler_missing",
    message: `Cannot score with ${path}: it has a classifier, but not the pooler below it, which llama.cpp's converter leaves out`,
    hint: "Convert the Hugging Face directory again with `tunesmith quantize`.",
  });
}
