import { InvalidArgumentError } from "commander";
import type { Series, SeriesFacts } from "../../../runs/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatCount } from "../../format.ts";
import { choice, list, required, text, wholeNumber } from "../../options.ts";
import type { Print } from "../../print.ts";
import { runOptions } from "./options.ts";
import { placesOf, showIndexing } from "./places.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs metrics` */
export const runsMetrics = defineCommand({
  name: "runs metrics",
  summary: "Show what a run logged: its series, their curves, any part of them",
  arguments: { run: required(text("run", "version, id, name (or how one begins) or path")) },
  options: {
    ...runOptions,
    series: list("name", "curves to draw (default: a table of all series)"),
    points: wholeNumber("n", "at most so many points a series, lows and highs kept", { default: 1000, min: 2 }),
    by: choice(["step", "time"] as const, "what --from and --to count", { default: "step" }),
    from: { ...text("x", "first step, or time such as 2026-01-05T12:00Z"), parse: bound },
    to: { ...text("x", "last step, or time"), parse: bound },
  },
  examples: ["runs metrics v1.0", "runs metrics v1.0 --series loss eval_loss --from 100 --points 200 --json"],
  async run({ options, arguments: { run: wanted }, print }) {
    const { findRun, listSeries, readSeries, rowName } = await import("../../../runs/index.ts");
    const row = await findRun(await fromLegacyPath(wanted, print), await placesOf(options), { onProgress: showIndexing(print) });
    const name = rowName(row);
    if (row.run === undefined) {
      print.line(`The directory of ${visibleText(name)} is not here, and with it what it logged.`);
      return { run: name, directory: null, broken_lines: 0, series: [] };
    }
    const { directory } = row.run;
    const logged = listSeries(directory);
    const part = { by: options.by, from: options.from === undefined ? undefined : Number(options.from), to: options.to === undefined ? undefined : Number(options.to), points: options.points };
    const names = options.series.length === 0 ? logged.series.map((series) => series.name) : options.series;
    const curves = names.map((series) => readSeries(directory, { name: series, ...part }));

    print.line(`${print.paint.bold(visibleText(name))}: ${formatCount(logged.series.length)} series`);
    if (options.series.length === 0) showFacts(logged.series, print, visibleText);
    else for (const series of names) await showCurve(readSeries(directory, { ...part, name: series, points: CURVE_WIDTH }), print, visibleText);
    if (logged.broken > 0) print.warn(`${formatAmount(logged.broken, "line")} of metrics.jsonl could not be used`);
    const facts = new Map(logged.series.map((series) => [series.name, series]));
    return { run: name, directory, broken_lines: logged.broken, series: curves.map((curve) => describe(curve, facts.get(curve.name)!)) };
  },
});

/** A step, or a time as ms since 1970. */
function bound(word: string): string {
  const value = /^\d+$/.test(word) ? Number(word) : Date.parse(word);
  if (Number.isNaN(value)) throw new InvalidArgumentError("It must be a step or a time such as 2026-01-05T12:00Z.");
  return String(value);
}

function describe(curve: Series, facts: SeriesFacts) {
  return {
    name: curve.name,
    total: curve.total,
    last: facts.last,
    min: facts.min,
    max: facts.max,
    points: curve.points.map(({ step, time, value }) => ({ step, time: Number.isNaN(time) ? null : new Date(time).toISOString(), value: Number.isNaN(value) ? null : value })),
  };
}

function showFacts(series: readonly SeriesFacts[], print: Print, visible: (text: string) => string): void {
  if (series.length === 0) return print.line("Nothing was logged yet.");
  print.line();
  print.table(
    ["series", "points", "first step", "last step", "last", "lowest", "highest"],
    series.map(({ name, points, firstStep, lastStep, last, min, max }) => [visible(name), formatCount(points), String(firstStep), String(lastStep), shortNumber(last), shortNumber(min), shortNumber(max)]),
  );
  print.line("\nDraw one with --series <name>.");
}

const CURVE_WIDTH = 72;

/** Lows and highs of what was read, one character a point. */
async function showCurve({ name, total, points }: Series, print: Print, visible: (text: string) => string): Promise<void> {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const steps = finite.length === 0 ? "" : `, steps ${finite[0]!.step} to ${finite.at(-1)!.step}`;
  print.line(`\n${visible(name)}: ${formatAmount(total, "point")}${steps}`);
  if (finite.length < 2) return print.line(finite.length === 0 ? "  no numbers to draw" : `  ${shortNumber(finite[0]!.value)}`);
  const { plot } = await import("asciichart");
  print.line(plot(finite.map(({ value }) => value), { height: 10, format: (value) => shortNumber(value).padStart(10) }));
}

function shortNumber(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(4)));
}
