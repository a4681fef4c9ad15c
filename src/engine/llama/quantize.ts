import { basename, dirname, join } from "node:path";
import { ensureDirectory, remove, rename, requireFreeBytes } from "../../files/index.ts";
import { quantizeFailed } from "./errors.ts";
import { requireGguf } from "./load.ts";
import type { ImportanceMatrix } from "./importance.ts";
import { withImportance } from "./importance-struct.ts";
import { callAsync, openLlama, type Llama } from "./native.ts";
import { defaultThreads } from "./threads.ts";

/** File types of llama.h (`enum llama_ftype`, v0.5.0) that this project writes. */
export const QUANTIZATION_TYPES = {
  f32: 0,
  f16: 1,
  q4_0: 2,
  q4_1: 3,
  q8_0: 7,
  q5_0: 8,
  q5_1: 9,
  q2_k: 10,
  q3_k_s: 11,
  q3_k_m: 12,
  q3_k_l: 13,
  q4_k_s: 14,
  q4_k_m: 15,
  q5_k_s: 16,
  q5_k_m: 17,
  q6_k: 18,
  bf16: 32,
} as const;

export type QuantizationType = keyof typeof QUANTIZATION_TYPES;

export interface QuantizeGgufOptions {
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  /** Quantizes a model that is quantized already, which loses quality twice. Default false. */
  readonly requantize?: boolean;
  /** What the columns of the matrices weigh. Types of whole or 8 bits do not use it. Default: every column weighs the same. */
  readonly importance?: ImportanceMatrix;
}

export interface QuantizedGguf {
  /** One line per tensor that got another type than the mix wants: its row length is no multiple of the block. */
  readonly fallbacks: readonly string[];
}

/**
 * Quantizes a GGUF model with llama's own quantizer, on a worker thread; the output appears whole or not at all.
 * @throws `files.missing`, `files.disk_too_small`, `llama.load_failed`, `llama.already_quantized`, `llama.quantize_failed`
 */
export async function quantizeGguf(input: string, output: string, type: QuantizationType, options: QuantizeGgufOptions = {}): Promise<QuantizedGguf> {
  requireGguf(input);
  const llama = openLlama();
  const params = quantizerParams(llama, type, options);
  ensureDirectory(dirname(output));
  const temporary = join(dirname(output), `.${basename(output)}.${process.pid}.tmp`);
  try {
    requireFreeBytes(output, plannedBytes(await runQuantizer(llama, input, temporary, type, { ...params, dry_run: true })));
    const log = await withImportance(llama, options.importance, (imatrix) => runQuantizer(llama, input, temporary, type, { ...params, imatrix }));
    rename(temporary, output);
    return { fallbacks: parseFallbacks(log) };
  } finally {
    remove(temporary);
  }
}

/** Bytes that {@link quantizeGguf} will need for its output, found by a dry run that writes nothing. @throws what {@link quantizeGguf} throws */
export async function planQuantizedBytes(input: string, type: QuantizationType, options: QuantizeGgufOptions = {}): Promise<number> {
  requireGguf(input);
  const llama = openLlama();
  return plannedBytes(await runQuantizer(llama, input, `${input}.planned`, type, { ...quantizerParams(llama, type, options), dry_run: true }));
}

function quantizerParams(llama: Llama, type: QuantizationType, options: QuantizeGgufOptions): object {
  return {
    ...llama.functions.model_quantize_default_params(),
    nthread: options.threads ?? defaultThreads(),
    ftype: QUANTIZATION_TYPES[type],
    allow_requantize: options.requantize ?? false,
  };
}

async function runQuantizer(llama: Llama, input: string, output: string, type: string, params: object): Promise<string> {
  const stopLog = llama.startLog();
  const status = await callAsync(llama.functions.model_quantize, input, output, params).finally(stopLog);
  const log = stopLog();
  if (status !== 0) throw quantizeFailed(input, type, log.reason);
  return log.text;
}

/** The size that a dry run announces, with room for the header. */
export function plannedBytes(log: string): number {
  const mib = Number(/quant size\s*=\s*([\d.]+) MiB/.exec(log)?.[1] ?? 0);
  return Math.ceil((mib + 16) * 2 ** 20);
}

/** Reads the warnings of llama-quant.cpp (`tensor_type_fallback`). */
export function parseFallbacks(log: string): string[] {
  const pattern = /warning: (\S+)\s+- ncols\s+(\d+) not divisible by\s+(\d+) \(required for type\s+(\S+)\s*\)\s+(?:\(WARNING[^)]*\) )?-> falling back to\s+(\S+)/g;
  return [...log.matchAll(pattern)].map(([, tensor, columns, block, wanted, used]) => `${tensor}: ${used} instead of ${wanted}, ${columns} columns are no multiple of ${block}`);
}
