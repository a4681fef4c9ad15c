import type { HistoryEntry } from "../../../records/index.ts";
import { defineCommand } from "../../command.ts";
import { metricUnknown } from "../../errors.ts";
import { formatNumber } from "../../format.ts";
import { text, wholeNumber } from "../../options.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs best` */
export const runsBest = defineCommand({
  name: "runs best",
  summary: "Rank the versions by one metric, the best first",
  options: { ...runOptions, metric: text("name", "default: what `runs compare` would take"), limit: wholeNumber("n", "how many", { default: 5, min: 1 }) },
  examples: ["runs best", "runs best --metric perplexity --limit 3"],
  async run({ options, print }) {
    const { compareVersions, historyPathFor, metricNames, metricValue, readHistory } = await import("../../../runs/index.ts");
    const { isBetter, metricDirection } = await import("../../../records/index.ts");
    const scored = readHistory(options.historyFile ?? historyPathFor(options.outputDir)).entries.filter((entry) => metricNames(entry).length > 0);
    const metric = options.metric ?? defaultMetric(scored, compareVersions);
    const known = [...new Set(scored.flatMap(metricNames))].sort();
    if (metric === undefined || !known.includes(metric)) throw metricUnknown(metric, known);

    const value = (entry: HistoryEntry) => metricValue(entry, metric)!;
    const ranked = scored
      .filter((entry) => metricValue(entry, metric) !== undefined)
      .sort((a, b) => (isBetter(metric, value(a), value(b)) ? -1 : isBetter(metric, value(b), value(a)) ? 1 : 0))
      .slice(0, options.limit);
    const best = ranked[0]!;
    const warnings = [...new Set(ranked.slice(1).flatMap((entry) => compareVersions(best, entry, { metric }).warnings))];

    print.line(`Best by ${metric}, which ${metricDirection(metric)} as a model gets better`);
    print.line();
    print.table(
      ["version", metric, "base model", "recorded"],
      ranked.map((entry) => [nameOf(entry), formatNumber(value(entry)), String(entry.config["base_model"] ?? "–"), entry.timestamp.slice(0, 19)]),
    );
    for (const warning of warnings) print.warn(warning);
    return { metric, direction: metricDirection(metric), ranking: ranked.map((entry) => ({ version: entry.version, value: value(entry), timestamp: entry.timestamp, run: entry.metadata["run"] ?? null })), warnings };
  },
});

/** The metric that the two newest versions would be compared by. */
function defaultMetric(entries: readonly HistoryEntry[], compare: (first: HistoryEntry, second: HistoryEntry) => { readonly metric: string }): string | undefined {
  const newest = entries.at(-1);
  return newest === undefined ? undefined : compare(entries.at(-2) ?? newest, newest).metric;
}

function nameOf(entry: HistoryEntry): string {
  return entry.version ?? String(entry.metadata["run"] ?? "(no version)");
}
