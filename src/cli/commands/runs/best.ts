import type { RunRow } from "../../../runs/index.ts";
import { defineCommand } from "../../command.ts";
import { metricUnknown } from "../../errors.ts";
import { formatNumber } from "../../format.ts";
import { text, wholeNumber } from "../../options.ts";
import { FILTER_REMARK, queryOptions, runOptions } from "./options.ts";
import { placesOf, showIndexing } from "./places.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs best` */
export const runsBest = defineCommand({
  name: "runs best",
  summary: "Rank the runs by one metric, the best first",
  options: {
    ...runOptions,
    metric: text("name", "default: what `runs compare` would take"),
    limit: wholeNumber("n", "how many", { default: 5, min: 1 }),
    filter: queryOptions.filter,
  },
  remark: FILTER_REMARK,
  examples: ["runs best", "runs best --metric perplexity --limit 3 --filter 'tag = tickets'"],
  async run({ options, print, world }) {
    const { compareVersions, queryRuns, rowEntry, rowName } = await import("../../../runs/index.ts");
    const { metricDirection } = await import("../../../records/index.ts");
    const places = await placesOf(options);
    const search = { now: world.now, onProgress: showIndexing(print) };
    const newest = await queryRuns(places, [{ filter: options.filter, limit: 20 }], search);
    const known = newest.fieldNames.flatMap((name) => (/^metrics\.[^.]+$/.test(name) ? [name.slice("metrics.".length)] : []));
    const metric = options.metric ?? defaultMetric(newest.selections[0]!.rows, (row) => compareVersions(rowEntry(row), rowEntry(row)).metric);
    if (metric === undefined || !known.includes(metric)) throw metricUnknown(metric, known);

    const direction = metricDirection(metric);
    const field = `metrics.${metric}`;
    const has = `\`${field}\` is not null`;
    const filter = options.filter === undefined || options.filter.trim() === "" ? has : `(${options.filter}) and ${has}`;
    const { selections } = await queryRuns(places, [{ filter, sort: direction === "falls" ? field : `-${field}`, limit: options.limit }], search);
    const ranked = selections[0]!.rows;
    const [best] = ranked;
    if (best === undefined) throw metricUnknown(metric, []);
    const value = ({ fields }: RunRow): number => Number(fields.get(field));
    const warnings = [...new Set(ranked.slice(1).flatMap((row) => compareVersions(rowEntry(best), rowEntry(row), { metric }).warnings))];

    print.line(`Best by ${metric}, which ${direction} as a model gets better`);
    print.line();
    print.table(
      ["version", metric, "base model", "recorded"],
      ranked.map((row) => [visibleText(rowName(row)), formatNumber(value(row)), visibleText(String(rowEntry(row).config["base_model"] ?? "–")), rowEntry(row).timestamp.slice(0, 19)]),
    );
    for (const warning of warnings) print.warn(visibleText(warning));
    return { metric, direction, ranking: ranked.map((row) => ({ version: rowEntry(row).version, value: value(row), timestamp: rowEntry(row).timestamp, run: row.run?.record.name ?? row.entry?.metadata["run"] ?? null })), warnings };
  },
});

/** The metric that the newest run that has any would be compared by. */
function defaultMetric(rows: readonly RunRow[], usual: (row: RunRow) => string): string | undefined {
  const newest = rows.find(({ fields }) => [...fields.keys()].some((name) => /^metrics\.[^.]+$/.test(name)));
  return newest === undefined ? undefined : usual(newest);
}
