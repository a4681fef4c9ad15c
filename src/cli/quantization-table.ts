import type { QuantizationRecord } from "../records/index.ts";
import { formatBytes, formatNumber } from "./format.ts";
import type { Print } from "./print.ts";

/** One line a type: size, quality and speed, the source first. What was not measured has no column. */
export function showQuantization({ source, types }: QuantizationRecord, print: Print): void {
  const columns: readonly (readonly [title: string, ofSource: string, ofTypes: readonly string[]])[] = [
    ["type", `${source.type} (source)`, types.map((one) => one.type)],
    ["size", formatBytes(source.size_bytes), types.map((one) => formatBytes(one.size_bytes))],
    ["bits/weight", formatNumber((8 * source.size_bytes) / source.parameter_count, 2), types.map((one) => formatNumber(one.bits_per_weight, 2))],
    ["smaller", NONE, types.map((one) => `${formatNumber(one.size_reduction_percent, 1)} %`)],
    ["perplexity", formatNumber(source.perplexity), types.map((one) => formatNumber(one.perplexity))],
    ["change", NONE, types.map((one) => describeChange(one.perplexity_change))],
    ["KL divergence", NONE, types.map((one) => formatNumber(one.kl_divergence?.mean, 5))],
    ["same top token", NONE, types.map((one) => (one.top1_agreement === null ? NONE : `${formatNumber(100 * one.top1_agreement, 1)} %`))],
    ["cosine", NONE, types.map((one) => formatNumber(one.vectors?.mean_cosine, 5))],
    ["lowest cosine", NONE, types.map((one) => formatNumber(one.vectors?.min_cosine, 5))],
    ["score moved by", NONE, types.map((one) => formatNumber(one.scores?.mean_difference, 5))],
    ["at most", NONE, types.map((one) => formatNumber(one.scores?.max_difference, 5))],
    ["same best", NONE, types.map((one) => (one.scores === null ? NONE : `${formatNumber(100 * one.scores.same_best, 1)} %`))],
    [source.task_metric?.name ?? "task", formatNumber(source.task_metric?.value), types.map((one) => formatNumber(one.task_metric?.value))],
    ["prompt tok/s", formatNumber(source.prompt_tokens_per_s, 0), types.map((one) => formatNumber(one.prompt_tokens_per_s, 0))],
    ["answer tok/s", formatNumber(source.generate_tokens_per_s, 0), types.map((one) => formatNumber(one.generate_tokens_per_s, 0))],
    ["ends itself", NONE, types.map((one) => describeEnding(one.test_generation?.finish_reason))],
  ];
  const measured = columns.filter(([, , cells]) => cells.some((cell) => cell !== NONE));
  print.table(
    measured.map(([title]) => title),
    [measured.map(([, ofSource]) => ofSource), ...types.map((_, row) => measured.map(([, , cells]) => cells[row] ?? NONE))],
  );
}

const NONE = "–";

function describeChange(change: number | null): string {
  return change === null ? NONE : `${change > 0 ? "+" : ""}${formatNumber(change)}`;
}

function describeEnding(finishReason: string | undefined): string {
  return finishReason === undefined ? NONE : finishReason === "stop" ? "yes" : "no";
}
