// What a dataset looks like, in one pass over its rows; a few numbers are held of each.
import type { DatasetRecord, TokenStatistics } from "../../records/index.ts";
import { createColumn } from "../column.ts";
import { countWords, createLabelCounter } from "../describe.ts";
import type { OpenDataset } from "../load.ts";
import type { Row, SplitName } from "../row.ts";
import { OPTIONAL_COLUMNS, type ColumnName } from "../write/arrow.ts";
import { histogramOf, type Bar } from "./charts.ts";

/** Name → rows of it in each split, in the order of the names. */
export type SplitCounts = Readonly<Record<string, Readonly<Record<SplitName, number>>>>;

export interface DatasetProfile {
  readonly record: DatasetRecord;
  /** Rows by words. */
  readonly words: readonly Bar[];
  /** Rows of each task; `(none)` for those without, here and below; empty when no row names a task. */
  readonly tasks: SplitCounts;
  /** Rows of each label; a row of two labels counts for both. Empty when rows have no labels. */
  readonly labels: SplitCounts;
  /** Rows that name an entity of each type. Empty when rows have no entities. */
  readonly entities: SplitCounts;
  /** The columns that any row fills, as they are written. */
  readonly columns: readonly ColumnName[];
}

const NONE = "(none)";

/** Reads all rows once, checked against dataset.json. @param onRow is called with every row and its digest @throws what `check` throws */
export function profileDataset(dataset: OpenDataset, onRow: (split: SplitName, row: Row, digest: string) => void = () => {}): DatasetProfile {
  const words = createColumn((length) => new Uint32Array(length));
  const [tasks, labels, entities] = [createLabelCounter(), createLabelCounter(), createLabelCounter()];
  const filled = new Set<ColumnName>();
  const record = dataset.check((split, row, digest) => {
    words.push(Uint32Array.of(countWords(row)));
    tasks.add(split, [row.task ?? NONE]);
    if (row.labels !== undefined) labels.add(split, orNone(row.labels));
    if (row.entities !== undefined) entities.add(split, orNone(row.entities.map(({ type }) => type)));
    for (const name of OPTIONAL_COLUMNS) if (row[name] !== undefined) filled.add(name);
    onRow(split, row, digest);
  });
  const counted = tasks.counts() ?? {};
  return {
    record,
    words: histogramOf(words.finish()),
    tasks: Object.keys(counted).every((name) => name === NONE) ? {} : counted,
    labels: labels.counts() ?? {},
    entities: entities.counts() ?? {},
    columns: ["id", "instruction", "input", "output", ...OPTIONAL_COLUMNS.filter((name) => filled.has(name))],
  };
}

function orNone(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [NONE] : names;
}

/** The recorded histogram as bars. */
export function tokenBars({ histogram, shortest }: TokenStatistics): readonly Bar[] {
  return histogram.map(({ most, rows }, index) => {
    const least = index === 0 ? shortest : histogram[index - 1]!.most + 1;
    return { name: least === most ? `${least}` : `${least} to ${most}`, value: rows };
  });
}

/** Counts of all splits together as bars, the commonest first. */
export function countBars(counts: SplitCounts): readonly Bar[] {
  return Object.entries(counts).map(([name, { train, validation, test }]) => ({ name, value: train + validation + test })).sort((a, b) => b.value - a.value);
}
