// What `data stats` prints: where a dataset comes from, what it holds, and what is known to be wrong with it.
import { countBars, countDecisions, SPLIT_NAMES, tokenBars, type DatasetProfile, type OpenDataset, type SplitCounts } from "../data/index.ts";
import type { DatasetRecord, DatasetUse } from "../records/index.ts";
import { drawBar, printBars } from "./bars.ts";
import { formatAmount, formatCount } from "./format.ts";
import type { Print } from "./print.ts";
import { sayDecisions } from "./split-use.ts";
import { sayCut } from "./token-lengths.ts";

/** Names of one distribution that are shown. */
const SHOWN_NAMES = 30;

/** Reads datasets under a line that tells how far it came; a terminal is left without it. */
export function withRowProgress<T>(datasets: readonly OpenDataset[], print: Print, read: (onRow: () => void) => T): T {
  const totals = datasets.map((dataset) => dataset.declared()?.statistics.rows);
  const total = totals.includes(undefined) ? undefined : totals.reduce<number>((sum, rows = 0) => sum + rows, 0);
  const progress = print.progress({ label: "reading", unit: "rows", ...(total !== undefined && { total }) });
  let rows = 0;
  const result = read(() => {
    rows += 1;
    if (rows % 1000 === 0) progress.update(rows);
  });
  progress.clear();
  return result;
}

export function showDataset({ record, words, tasks, labels, entities }: DatasetProfile, uses: readonly DatasetUse[], print: Print): void {
  showOrigin(record, print);
  print.line();
  print.table(
    ["split", "rows", "words", "mean", "shortest", "median", "longest"],
    SPLIT_NAMES.map((name) => [name, formatCount(record.splits[name].rows), formatCount(record.splits[name].words.total), record.splits[name].words.mean.toFixed(1), record.splits[name].words.shortest, record.splits[name].words.median, record.splits[name].words.longest]),
  );
  const { tokens } = record.statistics;
  showHistogram("rows by words", words, print);
  if (tokens !== null) {
    showHistogram(`rows by tokens of ${print.visible(tokens.tokenizer)}`, tokenBars(tokens), print);
    print.line([`${tokens.mean.toFixed(1)} tokens on average, ${tokens.shortest} to ${tokens.longest}`, sayCut(tokens)].filter((part) => part !== "").join("; "));
  }
  if (Object.keys(tasks).length > 1) showCounts("task", tasks, record, print);
  showCounts("label", labels, record, print);
  showCounts("entity", entities, record, print);
  print.line();
  showFound(record, uses, print);
}

function showOrigin({ name, version, digest, created_at, sources, transformations, dropped, sampling, split, parent }: DatasetRecord, print: Print): void {
  const about = (title: string, text: string) => print.line(`${print.paint.dim(title.padEnd(9))} ${print.visible(text)}`);
  print.line(`${print.paint.bold(print.visible(name))}${version === null ? "" : ` ${version}`}  digest ${digest.slice(0, 16)}${created_at === null ? "" : `, made ${created_at}`}`);
  if (parent !== null) about("parent", `${parent.name}${parent.version === null ? "" : ` ${parent.version}`}, digest ${parent.digest.slice(0, 16)}`);
  for (const { path, rows, hub, unread = [], passed_over: passed = [] } of sources) {
    about("from", `${path} (${formatAmount(rows, "row")}${hub === undefined ? "" : `; commit ${hub.commit.slice(0, 8)}, config ${hub.config}, ${hub.splits.join(", ")}`})`);
    if (unread.length + passed.length > 0) about("not read", [...unread.map((column) => `column ${column}`), ...passed].join(", "));
  }
  const cleaned = transformations.filter(({ rows_changed }) => rows_changed > 0).map(({ name: step, rows_changed }) => `${step} in ${formatAmount(rows_changed, "row")}`);
  if (cleaned.length > 0) about("cleaned", cleaned.join(", "));
  for (const [reason, count] of Object.entries(dropped)) about("left out", `${formatAmount(count, "row")}: ${reason.replaceAll("_", " ")}`);
  for (const { method, rows_before, rows_after } of sampling) about("sampled", `${method}: ${formatCount(rows_after)} of ${formatAmount(rows_before, "row")}`);
  about("split", [split.method, ...(split.seed === null ? [] : [`seed ${split.seed}`]), ...(split.group_by === null ? [] : [`by ${split.group_by}`]), ...(split.stratify_by === null ? [] : [`shares of ${split.stratify_by} kept`]), ...(split.groups === null ? [] : [formatAmount(split.groups, "group")]), ...(split.largest_group === null ? [] : [`the largest of ${formatAmount(split.largest_group.rows, "row")}`])].join(", "));
}

function showHistogram(title: string, bars: Parameters<typeof printBars>[0], print: Print): void {
  if (bars.length === 0) return;
  print.line();
  print.line(title);
  printBars(bars, print);
}

/** The commonest first, each with its share of all rows; a row can be of several. */
function showCounts(noun: string, counts: SplitCounts, { statistics }: DatasetRecord, print: Print): void {
  const bars = countBars(counts);
  if (bars.length === 0) return;
  const shown = bars.slice(0, SHOWN_NAMES);
  print.line();
  print.table(
    [noun, "rows", "share", ...SPLIT_NAMES, ""],
    shown.map(({ name, value }) => [print.visible(name), formatCount(value), `${((100 * value) / statistics.rows).toFixed(1)} %`, ...SPLIT_NAMES.map((split) => formatCount(counts[name]![split])), drawBar(value / bars[0]!.value, print)]),
  );
  if (shown.length < bars.length) print.line(`… and ${formatCount(bars.length - shown.length)} more; --json has all of them`);
}

function showFound(record: DatasetRecord, uses: readonly DatasetUse[], print: Print): void {
  const { findings, leakage, statistics } = record;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  print.line(`${statistics.unique_share === null ? "" : `${percent(statistics.unique_share)} of the rows that were read were different from each other; `}${percent(statistics.distinct_answer_share)} of the answers are.`);
  for (const { severity, count, message, rows, sample } of findings) {
    const paint = severity === "error" ? print.paint.red : severity === "warning" ? print.paint.yellow : print.paint.dim;
    print.line(`${paint(severity)}: ${formatCount(count)} ${print.visible(message)}${rows.length === 0 ? "" : ` (row ${rows.slice(0, 5).join(", ")}${count > 5 ? ", …" : ""})`}`);
    if (sample !== "") print.line(print.paint.dim(`  ${JSON.stringify(sample)}`));
  }
  if (leakage === null) print.line("Nobody looked for rows that are linked across splits.");
  else if (leakage.found.length === 0) print.line(`Linked across splits: nothing${leakage.allowed.length === 0 ? "" : ` (${leakage.allowed.join(", ")} would have been allowed)`}.`);
  for (const { kind, count, rows } of leakage?.found ?? []) {
    print.line(`${print.paint.yellow("leak")}: ${formatAmount(count, "set")} of rows linked by ${kind} across splits, as allowed${rows[0] === undefined ? "" : `: ${rows[0].slice(0, 4).map(({ split, id }) => `${print.visible(id)} in ${split}`).join(", ")}`}`);
  }
  print.line(sayDecisions(countDecisions(uses, record, "test")));
}
