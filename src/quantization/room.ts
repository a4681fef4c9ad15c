// How much a quantization will write, known from the headers of its source before anything is written.
import type { QuantizationType } from "../engine/llama/index.ts";
import { openWeights, weightCount } from "../engine/models/index.ts";
import { openGguf } from "../engine/gguf/index.ts";
import { diskTooSmall, freeBytes } from "../files/index.ts";
import { chooseType, mustConvert, type ModelToQuantize, type WantedType } from "./source.ts";

/** Bits a weight of one type takes, scales of its blocks included; mixed types (`_m`, `_l`) somewhat more. */
function bitsPerWeight(type: QuantizationType): number {
  if (type === "f32") return 32;
  if (type === "f16" || type === "bf16") return 16;
  return Number(type[1]) + 0.5;
}

/**
 * Bytes that are on the disk at once at the end: the unquantized GGUF that is written first where it must be, and a file for each type. Types
 * that mix precisions may take a tenth more; once the first file stands, a dry run of the quantizer knows exactly.
 */
export function estimateBytes(model: ModelToQuantize, wanted: WantedType, types: readonly QuantizationType[]): number {
  const converts = mustConvert(model);
  const elements = converts ? countOfModel(model.modelPath) : countOfGguf(model.modelPath);
  const bits = [...(converts ? [chooseType(model, wanted)] : []), ...types].reduce((sum, type) => sum + bitsPerWeight(type), 0);
  return Math.ceil((elements * bits) / 8);
}

/** @throws `files.disk_too_small` before anything is written. `free` in bytes; default: what the file system has */
export function requireRoom(outputDir: string, neededBytes: number, free: number = freeBytes(outputDir)): void {
  if (free < neededBytes) throw diskTooSmall(outputDir, neededBytes, free);
}

function countOfModel(modelPath: string): number {
  const source = openWeights(modelPath);
  source.close();
  return weightCount(source);
}

function countOfGguf(modelPath: string): number {
  const file = openGguf(modelPath);
  file.close();
  return [...file.tensors.values()].reduce((sum, { shape }) => sum + product(shape), 0);
}

function product(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}
