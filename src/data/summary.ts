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
    ...record.sources.flatMap((source) => [
      `source      ${source.path} (${countOf(source.rows, "row")}, columns ${nameColumns(source.columns)})`,
      ...(Object.keys(source.splits ?? {}).length < 2 ? [] : [`note        its own splits (${Object.entries(source.splits!).map(([name, rows]) => `${name} ${rows}`).join(", ")}) ${split.method === "declared" ? "are kept" : "were put together and dealt anew; --keep-splits keeps them"}`]),
      ...(source.hub === undefined ? [] : [`hub         commit ${source.hub.commit.slice(0, 8)}, config ${source.hub.config}, ${source.hub.splits.length === 1 ? "split" : "splits"} ${source.hub.splits.join(", ")}`]),
      ...((source.hub?.card_rows ?? source.rows) === source.rows ? [] : [`warning     the card says that there are ${countOf(source.hub!.card_rows!, "row")}, ${source.rows.toLocaleString("en-US")} were read`]),
      ...(source.unread === undefined ? [] : [`not read    ${source.unread.length === 1 ? "column" : "columns"} ${someOf(source.unread)}`]),
      ...(source.passed_over === undefined ? [] : [`not read    ${countOf(source.passed_over.length, "file")} of another kind: ${someOf(source.passed_over)}`]),
    ]),
    `cleaned     ${steps.length === 0 ? "nothing to clean" : steps.map((step) => `${step.name} ${step.rows_changed}`).join(", ")}`,
    `dropped     ${dropped.length === 0 ? "nothing" : dropped.map(([reason, count]) => `${reason} ${count}`).join(", ")}`,
    ...record.findings.map((finding) => `${finding.severity.padEnd(11)} ${finding.count} ${finding.message}${finding.rows.length === 0 ? "" : ` (row ${finding.rows.slice(0, 5).join(", ")}${finding.count > 5 ? ", …" : ""})`}`),
    ...record.sampling.map((step) => `sampled     ${step.rows_after} of ${countOf(step.rows_before, "row")}, ${step.method.replaceAll("_", " ")}, seed ${step.seed}`),
    `split       ${SPLIT_NAMES.map((name) => `${name} ${record.splits[name].rows}`).join(", ")} (${describeSplit(split, leaks.length > 0)})`,
    ...leaks.map(({ kind, count }) => `leak        ${countOf(count, "set")} of rows linked by ${kind} in two splits, as allowed`),
    `words       ${statistics.words.mean.toFixed(1)} on average, ${statistics.words.shortest} to ${statistics.words.longest}`,
    `unique      ${percent(statistics.unique_share ?? 1)} of rows, ${percent(statistics.distinct_answer_share)} of answers`,
    `digest      ${record.digest.slice(0, 16)}`,
    ...(previousPath === undefined ? [] : [`previous    kept as ${previousPath}`]),
    `${status.padEnd(11)} ${path}`,
  ];
}

/** What was dealt how. `hf` does not know of groups. */
function describeSplit({ method, seed, groups, stratify_by }: PlacedDataset["record"]["split"], isLeaking: boolean): string {
  if (method === "declared") return `as in the source, ${countOf(groups ?? 0, "group")}${isLeaking ? "" : ", none in two splits"}`;
  const by = stratify_by === null ? "" : `${method === "hf" ? "" : `${method} `}by ${stratify_by}, `;
  if (method === "hf") return `as Python's datasets, ${by}seed ${seed}; rows that belong together were not kept together`;
  return `${by}seed ${seed}, ${countOf(groups ?? 0, "group")}${isLeaking ? "" : ", none in two splits"}`;
}

/** The first few of a list of names. */
function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown}, … and ${names.length - 8} more` : shown;
}

/** The columns that each set needs. */
function nameColumns(sets: readonly string[]): string {
  return sets.map((name) => COLUMN_SETS.find((set) => set.name === name)?.needs.join(" + ") ?? name).join(", ");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
}
