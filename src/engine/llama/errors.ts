import { TunesmithError } from "../../errors.ts";

export function llamaWrongLayout(field: string, found: string, needed: string, release: string): TunesmithError {
  return new TunesmithError({
    code: "llama.wrong_layout",
    message: `Cannot use the llama library: ${field} is ${found}, release ${release} has ${needed}`,
    hint: "Run `npm ci` to restore the pinned packages.",
  });
}

export function llamaLoadFailed(path: string, reason: string): TunesmithError {
  return new TunesmithError({
    code: "llama.load_failed",
    message: `Cannot load the model ${path}: ${reason === "" ? "llama gave no reason" : reason}`,
    hint: "Check that the file is a whole GGUF model; `tunesmith quantize` or `tunesmith merge` writes one.",
    details: { path, reason },
  });
}

export function llamaUnsupported(path: string, what: string): TunesmithError {
  return new TunesmithError({
    code: "llama.unsupported",
    message: `Cannot generate with ${path}: ${what}, a decoder with a vocabulary is needed`,
    hint: "Use a causal language model.",
  });
}

export function llamaAdapterFailed(path: string, reason: string): TunesmithError {
  return new TunesmithError({
    code: "llama.adapter_failed",
    message: `Cannot load the adapter ${path}: ${reason === "" ? "llama gave no reason" : reason}`,
    hint: "Check that the adapter is a GGUF file made for this base model.",
    details: { path, reason },
  });
}

export function llamaContextFailed(contextLength: number, sequences: number, reason: string): TunesmithError {
  return new TunesmithError({
    code: "llama.context_failed",
    message: `Cannot open a session of ${sequences} x ${contextLength} tokens: ${reason === "" ? "llama gave no reason (too little memory?)" : reason}`,
    hint: "Choose a shorter context or fewer sequences.",
  });
}

export function llamaContextExceeded(tokens: number, contextLength: number): TunesmithError {
  return new TunesmithError({
    code: "llama.context_exceeded",
    message: `Cannot run the sequence: it has ${tokens} tokens, the context holds ${contextLength}`,
    hint: "Shorten the text, or make room with --context-length.",
    details: { tokens, context_length: contextLength },
  });
}

export function llamaDecodeFailed(status: number, reason: string): TunesmithError {
  return new TunesmithError({
    code: "llama.decode_failed",
    message: `Cannot compute the next tokens: llama_decode gave ${status}${reason === "" ? "" : `, ${reason}`}`,
    hint: "Choose a shorter context or fewer sequences.",
  });
}

export function llamaGrammarInvalid(reason: string): TunesmithError {
  return new TunesmithError({
    code: "llama.grammar_invalid",
    message: `Cannot hold the answer to the grammar: ${reason === "" ? "llama cannot read it" : reason}`,
    hint: "Write it in GBNF with a rule named root, without left recursion.",
  });
}

export function llamaGrammarEnded(): TunesmithError {
  return new TunesmithError({
    code: "llama.grammar_ended",
    message: "Cannot go on with the answer: no token of the vocabulary writes what the grammar asks for next",
    hint: "Allow characters that the tokenizer of the model knows.",
  });
}

export function llamaNotFinite(position: number): TunesmithError {
  return new TunesmithError({
    code: "llama.not_finite",
    message: `Cannot score the sequence: the probabilities at position ${position} are not numbers`,
    hint: "Check the weights: the model is damaged or overflowed when it was converted.",
  });
}

export function llamaDisposed(what: "model" | "session"): TunesmithError {
  return new TunesmithError({ code: "llama.disposed", message: `Cannot use the ${what}: it was disposed`, hint: "Load it again." });
}

export function quantizeFailed(input: string, type: string, reason: string): TunesmithError {
  const requantize = /requantizing/.test(reason);
  return new TunesmithError({
    code: requantize ? "llama.already_quantized" : "llama.quantize_failed",
    message: `Cannot quantize ${input} to ${type}: ${reason === "" ? "llama gave no reason" : reason}`,
    hint: requantize ? "Start from the F32, F16 or BF16 model." : "Check that the input is a whole GGUF model of a known architecture.",
    details: { input, type, reason },
  });
}
