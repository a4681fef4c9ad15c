import { TunesmithError } from "../errors.ts";

export function unknownQuantizationTypes(types: readonly string[], known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "quantization.unknown_type",
    message: `Cannot quantize to ${types.join(", ")}: known types are ${known.join(", ")}`,
    hint: "Choose among the known types.",
    exitCode: 2,
  });
}

export function noQuantizationTypes(): TunesmithError {
  return new TunesmithError({ code: "quantization.no_types", message: "Cannot quantize: no type is named, at least one is needed", hint: "Name a type, for example q4_k_m.", exitCode: 2 });
}

export function alreadyQuantized(path: string, type: string): TunesmithError {
  return new TunesmithError({
    code: "quantization.already_quantized",
    message: `Cannot quantize ${path}: it holds ${type} weights, f32, f16 or bf16 ones are needed`,
    hint: "Start from the merged model that this one was quantized from.",
  });
}

export function notAModel(path: string): TunesmithError {
  return new TunesmithError({
    code: "quantization.not_a_model",
    message: `Cannot quantize ${path}: it is neither a Hugging Face model directory nor a .gguf file`,
    hint: "Name the directory that holds config.json, or a .gguf file; merge a checkpoint or run first with `tunesmith merge`.",
  });
}

export function quantizationCancelled(finished: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "quantization.cancelled",
    message: `Stopped: quantization was cancelled, ${finished.length === 0 ? "no type was" : `${finished.join(", ")} were`} finished`,
    hint: "Run the same command again.",
  });
}

export function otherVocabulary(referenceSize: number, candidateSize: number): TunesmithError {
  return new TunesmithError({
    code: "quantization.other_vocabulary",
    message: `Cannot compare the models: the vocabulary of one has ${candidateSize} tokens, that of the reference ${referenceSize}`,
    hint: "Compare models that were made from the same base.",
  });
}

export function nothingToVerifyOn(): TunesmithError {
  return new TunesmithError({
    code: "quantization.nothing_to_verify_on",
    message: "Cannot verify: the rows hold no token that the model answers, at least one is needed",
    hint: "Name a split that has rows.",
  });
}

export function nothingToVerify(model: string): TunesmithError {
  return new TunesmithError({
    code: "quantization.nothing_to_verify",
    message: `Cannot verify ${model}: it is a whole model and no other is named to compare it with`,
    hint: "Name the models made from it with --against.",
    exitCode: 2,
  });
}

export function encoderAdapterAlone(adapterPath: string): TunesmithError {
  return new TunesmithError({
    code: "quantization.encoder_adapter",
    message: `Cannot write the adapter ${adapterPath} alone as GGUF: its base is a BERT, nothing applies such a file to one`,
    hint: "Merge it: `tunesmith merge`, or name it to `tunesmith quantize`.",
  });
}
