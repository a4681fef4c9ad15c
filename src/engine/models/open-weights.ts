import type { EncoderConfig } from "./encoder-config.ts";
import { isEncoder, openEncoderSource } from "./encoder-source.ts";
import { openModel } from "./open.ts";
import type { LlamaConfig, WeightSource } from "./types.ts";

/** Opens a model of any architecture, decoder or BERT, for its weights. Close it. @throws everything `openModel` or `openEncoderSource` throws */
export function openWeights(path: string): WeightSource<LlamaConfig | EncoderConfig> {
  return isEncoder(path) ? openEncoderSource(path) : openModel(path);
}

/** How many numbers the weights of a model are. */
export function weightCount({ names, info }: Pick<WeightSource, "names" | "info">): number {
  return names.reduce((sum, name) => sum + info(name).shape.reduce((product, size) => product * size, 1), 0);
}

/** The type most of a model is stored in: that of its embedding. */
export function storedType({ names, info }: Pick<WeightSource, "names" | "info">): "f32" | "f16" | "bf16" {
  const { type } = info(names[0] ?? "");
  return type === "f32" || type === "bf16" ? type : "f16";
}
