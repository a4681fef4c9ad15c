import { countOf } from "../plural.ts";
import { COLUMN_SETS } from "./read/fields.ts";
import type { PlacedDataset } from "./write/place.ts";
import { SPLIT_NAMES } from "./row.ts";

/** A prepared dataset in lines of text. */
export function summarisePreparation({ path, status, previousPath, record }: PlacedDataset): readonly string[] {
  const { statistics, split } = record;
  const steps = record.transformations.filter((step) => step.rows_changed > 0);
  const dropped = Object.entries(record.dropped);
  const leaks = record.leakage?.found ?? [];
  return [
    ...record.sources.map((source) => `source      ${source.path} (${countOf(source.rows, "row")}, columns ${nameColumns(source.columns)})`),
    `cleaned     ${steps.length === 0 ? "nothing to clean" : steps.map((step) => `${step.name} ${step.rows_changed}`).join(", ")}`,
    `dropped     ${dropped.length === 0 ? "nothing" : dropped.map(([reason, count]) => `${reason} ${count}`).join(", ")}`,
    ...record.findings.map((finding) => `${finding.severity.padEnd(11)} ${finding.count} ${finding.message}${finding.rows.length === 0 ? "" : ` (row ${finding.rows.slice(0, 5).join(", ")}${finding.count > 5 ? ", …" : ""})`}`),
    `split       ${SPLIT_NAMES.map((name) => `${name} ${record.splits[name].rows}`).join(", ")} (seed ${split.seed}, ${countOf(split.groups ?? 0, "group")}${leaks.length === 0 ? ", none in two splits" : ""})`,
    ...leaks.map(({ kind, count }) => `leak        ${countOf(count, "set")} of rows linked by ${kind} in two splits, as allowed`),
    `words       ${statistics.words.mean.toFixed(1)} on average, ${statistics.words.shortest} to ${statistics.words.longest}`,
    `unique      ${percent(statistics.unique_share ?? 1)} of rows, ${percent(statistics.distinct_answer_share)} of answers`,
    `digest      ${record.digest.slice(0, 16)}`,
    ...(previousPath === undefined ? [] : [`previous    kept as ${previousPath}`]),
    `${status.padEnd(11)} ${path}`,
  ];
}

/** The columns that each set needs. */
function nameColumns(sets: readonly string[]): string {
  return sets.map((name) => COLUMN_SETS.find((set) => set.name === name)?.needs.join(" + ") ?? name).join(", ");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
}
