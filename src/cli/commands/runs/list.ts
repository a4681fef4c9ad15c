import type { HistoryEntry } from "../../../records/index.ts";
import type { RunRow } from "../../../runs/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatCommand, formatCount } from "../../format.ts";
import { flag, list, wholeNumber } from "../../options.ts";
import { FILTER_REMARK, queryOptions, runOptions } from "./options.ts";
import { placesOf, showIndexing, warnOfEmptyColumns, warnOfUnreadable } from "./places.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs list` */
export const runsList = defineCommand({
  name: "runs list",
  summary: "List the recorded versions, newest first, and runs that have none yet",
  options: {
    ...runOptions,
    limit: wholeNumber("n", "how many versions, and how many runs without", { default: 5, min: 1 }),
    all: flag("every one"),
    ...queryOptions,
    columns: list("field", "a table of these fields instead of the text"),
  },
  remark: FILTER_REMARK,
  examples: ["runs list --filter 'tag = lr_ablation and metrics.f1_micro >= 0.8' --sort -metrics.f1_micro", "runs list --all --columns version status metrics.loss config.learning_rate"],
  async run({ options, print, world }) {
    const { formatHistorySummary, queryRuns, rowEntry } = await import("../../../runs/index.ts");
    const places = await placesOf(options);
    const { filter, sort, archived, columns } = options;
    const limit = options.all ? undefined : options.limit;
    const asked = { filter, sort, archived, limit };
    const answer = await queryRuns(places, columns.length > 0 ? [asked] : [{ ...asked, recorded: true }, { ...asked, recorded: false }], {
      verify: options.verify || undefined,
      now: world.now,
      onProgress: showIndexing(print),
    });
    const { broken, unreadable, total } = answer;
    warnOfUnreadable(unreadable, print, visibleText);
    if (columns.length > 0) {
      const [selection] = answer.selections;
      const { exportTable, RUN_FIELDS } = await import("../../../runs/index.ts");
      warnOfEmptyColumns(columns, [...RUN_FIELDS, ...answer.fieldNames], print);
      const table = exportTable(selection!.rows, columns.map((name) => [name, [name]]));
      print.table(columns, table.rows.map((cells) => cells.map((cell) => (cell === undefined ? "–" : typeof cell === "string" ? visibleText(cell) : shortNumber(cell)))));
      if (selection!.matched > selection!.rows.length) print.line(`\n${formatCount(selection!.rows.length)} of ${formatAmount(selection!.matched, "run")}; all with --all.`);
      return { history_file: places.historyPath, total, matched: selection!.matched, rows: table.rows.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? null]))), unreadable };
    }
    const [versions, others] = answer.selections as [typeof answer.selections[number], typeof answer.selections[number]];
    const entries = versions.rows.map(rowEntry);
    print.line(formatHistorySummary(entries.toReversed(), { scope: describeScope(options, versions.matched, limit), broken }));
    if (total === 0) {
      const { exists } = await import("../../../files/index.ts");
      print.line("\nMake the first one with `tunesmith demo` or `tunesmith train`.");
      if (exists(places.outputDir)) print.line(`What other tools left in ${places.outputDir}: ${formatCommand("checkpoints", "list", places.outputDir)}`);
    }
    if (others.rows.length > 0) {
      print.line();
      print.table(["run without a version", "status", "step", "started"], others.rows.map(otherCells(visibleText)));
      if (others.matched > others.rows.length) print.line(`… and ${formatCount(others.matched - others.rows.length)} more; all with --all.`);
    }
    return {
      history_file: places.historyPath,
      total,
      matched: versions.matched + others.matched,
      experiments: entries satisfies readonly HistoryEntry[],
      broken,
      runs: others.rows.flatMap(({ run }) => (run === undefined ? [] : [{ directory: run.directory, ...run.record }])),
      unreadable,
    };
  },
});

/** The seed's words for the plain list; how many of how many where a filter or an order was asked for. */
function describeScope({ filter, sort }: { readonly filter: string | undefined; readonly sort: string | undefined }, matched: number, limit: number | undefined): string {
  if (filter === undefined && sort === undefined) return limit === undefined ? "all" : `last ${limit}`;
  const shown = limit === undefined || matched <= limit ? `${matched}` : `${limit} of ${matched}`;
  return `${shown}${filter === undefined ? "" : " matching"}${sort === undefined ? "" : `, by ${sort}`}`;
}

function otherCells(visible: (text: string) => string): (row: RunRow) => readonly (string | number)[] {
  return ({ run }) => [visible(run?.record.name ?? ""), run?.record.status ?? "", run?.record.last_step ?? 0, run?.record.started_at.slice(0, 19) ?? ""];
}

function shortNumber(value: number): string {
  return Number.isInteger(value) || Math.abs(value) < 0.001 ? String(value) : value.toFixed(4);
}
