import type { QuantizationRecord } from "../records/index.ts";
import { formatBytes, formatNumber } from "./format.ts";
import type { Print } from "./print.ts";

/** One line a type: size, quality and speed, the source first. */
export function showQuantization({ source, types }: QuantizationRecord, print: Print): void {
  const ending = (finishReason: string | undefined) => (finishReason === undefined ? "–" : finishReason === "stop" ? "yes" : "no");
  print.table(
    ["type", "size", "bits/weight", "smaller", "perplexity", "change", "prompt tok/s", "answer tok/s", "ends itself"],
    [
      [`${source.type} (source)`, formatBytes(source.size_bytes), formatNumber((8 * source.size_bytes) / source.parameter_count, 2), "–", formatNumber(source.perplexity), "–", formatNumber(source.prompt_tokens_per_s, 0), formatNumber(source.generate_tokens_per_s, 0), "–"],
      ...types.map((one) => [
        one.type,
        formatBytes(one.size_bytes),
        formatNumber(one.bits_per_weight, 2),
        `${formatNumber(one.size_reduction_percent, 1)} %`,
        formatNumber(one.perplexity),
        one.perplexity_change === null ? "–" : `${one.perplexity_change > 0 ? "+" : ""}${formatNumber(one.perplexity_change)}`,
        formatNumber(one.prompt_tokens_per_s, 0),
        formatNumber(one.generate_tokens_per_s, 0),
        ending(one.test_generation?.finish_reason),
      ]),
    ],
  );
}
