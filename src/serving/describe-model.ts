import { identityFields } from "./identity.ts";
import type { ModelInfoReply } from "./schemas.ts";
import type { ServableModel } from "./servable.ts";

/** `general.file_type` of GGUF headers as names (llama.h, `enum llama_ftype`); unquantized types are left out. */
const QUANTIZATION_NAMES: Readonly<Record<string, string>> = {
  2: "q4_0", 3: "q4_1", 7: "q8_0", 8: "q5_0", 9: "q5_1", 10: "q2_k", 11: "q3_k_s", 12: "q3_k_m", 13: "q3_k_l", 14: "q4_k_s", 15: "q4_k_m", 16: "q5_k_s", 17: "q5_k_m", 18: "q6_k",
};

const DOMAIN_KEY = "tunesmith.domain";

/** What `/api/v1/model/info` says. */
export function describeModel({ identity, promptFormat, pool: { info } }: ServableModel): ModelInfoReply {
  return {
    model_name: identity.name,
    model_type: info.tasks.includes("generate") ? "causal-lm" : "encoder",
    ...identityFields(identity),
    architecture: info.architecture,
    quantization: QUANTIZATION_NAMES[info.metadata.get("general.file_type") ?? ""] ?? null,
    max_context_length: info.contextLength,
    parallel: info.parallel,
    parameters: roundCount(info.parameterCount),
    parameter_count: info.parameterCount,
    size_bytes: info.sizeBytes,
    vocab_size: info.vocabSize,
    prompt_format: promptFormat,
    domain: info.metadata.get(DOMAIN_KEY) ?? null,
  };
}

/** 7_241_732_096 → "7.2B". */
export function roundCount(count: number): string {
  for (const [unit, size] of [["B", 1e9], ["M", 1e6], ["K", 1e3]] as const) {
    if (count >= size) return `${(count / size).toFixed(1).replace(/\.0$/, "")}${unit}`;
  }
  return String(count);
}
