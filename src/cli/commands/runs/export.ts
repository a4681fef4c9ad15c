import { defineCommand } from "../../command.ts";
import { metricUnknown } from "../../errors.ts";
import { formatAmount } from "../../format.ts";
import { choice, list, text, wholeNumber } from "../../options.ts";
import { FILTER_REMARK, queryOptions, runOptions } from "./options.ts";
import { placesOf, showIndexing, warnOfEmptyColumns, warnOfUnreadable } from "./places.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs export` */
export const runsExport = defineCommand({
  name: "runs export",
  summary: "Write runs as a table: CSV, Markdown, LaTeX or JSON",
  options: {
    ...runOptions,
    ...queryOptions,
    format: choice(["csv", "md", "latex", "json"] as const, "the form", { default: "csv" }),
    output: text("file", "default: to the screen"),
    columns: list("field", "default: all that are filled; `evals` for the columns of an eval table"),
    limit: wholeNumber("n", "only the first", { min: 1 }),
    baseline: text("run", "adds a column: improvement on this run, in percent"),
    metric: text("name", "of which --baseline is told"),
  },
  remark: FILTER_REMARK,
  examples: [
    "runs export --format csv --output runs.csv --filter 'started >= 30d'",
    "runs export --format md --filter 'tag = lr_ablation' --columns config.learning_rate metrics.f1_micro --sort -metrics.f1_micro --baseline v1.0 --metric f1_micro",
  ],
  async run({ options, print, world }) {
    const { defaultColumns, EVALS_COLUMNS, exportTable, findRun, formatExport, queryRuns, RUN_FIELDS, rowEntry, withImprovement } = await import("../../../runs/index.ts");
    const places = await placesOf(options);
    const search = { verify: options.verify || undefined, now: world.now, onProgress: showIndexing(print) };
    const { filter, sort, limit, archived, metric } = options;
    const { selections, unreadable, fieldNames } = await queryRuns(places, [{ filter, sort, limit, archived }], search);
    const { rows } = selections[0]!;
    const names = options.columns.length > 0 ? options.columns : defaultColumns(rows);
    warnOfEmptyColumns(options.columns, ["evals", ...RUN_FIELDS, ...fieldNames], print);
    const table = exportTable(rows, names.flatMap((name) => (name === "evals" ? EVALS_COLUMNS : [[name, [name]] as const])));
    const baseline = options.baseline === undefined ? undefined : await findRun(options.baseline, places, search);
    if (baseline !== undefined && (metric === undefined || !baseline.fields.has(`metrics.${metric}`))) {
      throw metricUnknown(metric, [...baseline.fields.keys()].flatMap((name) => (name.startsWith("metrics.") ? [name.slice("metrics.".length)] : [])));
    }
    const finished = baseline === undefined ? table : withImprovement(table, rows, metric!, baseline);
    const documents = rows.map((row, at) => ({
      ...rowEntry(row),
      run: row.run === undefined ? null : { directory: row.run.directory, ...row.run.record },
      columns: Object.fromEntries(finished.titles.map((title, column) => [title, finished.rows[at]![column] ?? null])),
    }));
    const text = options.format === "json" ? `${JSON.stringify(documents, null, 2)}\n` : formatExport(finished, options.format);
    if (options.output === undefined) print.piece(text);
    else {
      const { writeFileAtomic } = await import("../../../files/index.ts");
      writeFileAtomic(options.output, text);
      print.line(`${formatAmount(rows.length, "run")} written to ${options.output}`);
    }
    warnOfUnreadable(unreadable, print, visibleText);
    return { format: options.format, output: options.output ?? null, columns: finished.titles, runs: documents };
  },
});
