import { TunesmithError } from "../../errors.ts";

export function tokenizerMissing(directory: string, found: readonly string[]): TunesmithError {
  const other = ["tokenizer.model", "vocab.json", "tekken.json"].find((name) => found.includes(name));
  return new TunesmithError({
    code: "tokenizer.missing",
    message: `Cannot read the tokenizer of ${directory}: it has no tokenizer.json${other === undefined ? "" : `, only ${other}`}`,
    hint: other === undefined ? "Copy tokenizer.json and tokenizer_config.json of the base model into the directory." : "Download tokenizer.json of the same model beside it, or use a GGUF file of the model.",
  });
}

export function brokenTokenizer(where: string, reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "tokenizer.broken", message: `Cannot read the tokenizer of ${where}: ${reason}`, hint: "Download the tokenizer files again from the base model.", cause });
}

export function unsupportedTokenizer(where: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "tokenizer.unsupported", message: `Cannot use the tokenizer of ${where}: ${reason}`, hint: "Choose a Llama, Mistral, Qwen or BERT model: byte-level BPE, SentencePiece BPE and WordPiece tokenizers work." });
}

export function eosMissing(where: string): TunesmithError {
  return new TunesmithError({
    code: "tokenizer.eos_missing",
    message: `Cannot use the tokenizer of ${where}: it names no end-of-text token`,
    hint: 'Add "eos_token" to tokenizer_config.json.',
  });
}

/** @param hash of a probe text; absent when the rule was found by name */
export function preTokenizerUnknown(where: string, found: string, hash: string | undefined, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "tokenizer.pre_unknown",
    message: `Cannot translate the pre-tokenizer of ${where}: ${found} is none of those known (${known.join(", ")})${hash === undefined ? "" : `, nor is the hash ${hash}`}`,
    hint: "Report the model's name; its splitting rule has to be added to the table.",
  });
}
