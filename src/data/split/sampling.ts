// Fewer rows than there are, on purpose: what a set is thinned out to before training. Every function says how many rows it drew, which may be
// fewer than were asked for. Rules: water-conflict classifier, data preparation, with its edge cases put right.
import { createRandom, type Random } from "../../random.ts";
import { labelsOf, type LabelColumn } from "./labels.ts";

export interface Sampled {
  /** Rows that stay, ascending. */
  readonly rows: Uint32Array;
  /** Rows that were asked for; null where no number was. */
  readonly requested: number | null;
  /** Rows that stay, by label; a row of several labels counts for each, one of none as `(none)`. */
  readonly counts: Readonly<Record<string, number>>;
}

interface SampleOptions {
  /** Labels of all rows; those without one are negatives. */
  readonly labels: LabelColumn;
  /** Rows to draw from, in an order that does not depend on the file. */
  readonly from: Uint32Array;
  readonly seed: number;
}

/**
 * Draws `size` rows: half of them by label, each label in proportion to its rows but at least `minPerLabel` (all where there are fewer); the
 * rest are rows without a label, and where those run out any others. All rows stay when there are not more than `size`.
 */
export function sampleStratified({ labels, from, seed, size, minPerLabel }: SampleOptions & { readonly size: number; readonly minPerLabel: number }): Sampled {
  if (from.length <= size) return summarise(labels, from, size);
  const random = createRandom(seed);
  const chosen = new Set<number>();
  const ofLabel = rowsByLabel(labels, from);
  const total = ofLabel.reduce((sum, rows) => sum + rows.length, 0);
  for (const rows of ofLabel) {
    const target = Math.max(Math.floor((size * 0.5 * rows.length) / Math.max(1, total)), minPerLabel);
    for (const row of random.shuffle(rows).slice(0, target)) if (chosen.size < size) chosen.add(row);
  }
  const left = Array.from(from).filter((row) => !chosen.has(row));
  const isNegative = (row: number): boolean => labels.starts[row] === labels.starts[row + 1];
  for (const rows of [left.filter(isNegative), left.filter((row) => !isNegative(row))]) {
    for (const row of random.shuffle(rows)) {
      if (chosen.size >= size) break;
      chosen.add(row);
    }
  }
  return summarise(labels, chosen, size);
}

/** Draws `size` rows, each as likely as any other; all rows stay when there are not more. */
export function sampleRandom({ labels, from, seed, size }: SampleOptions & { readonly size: number }): Sampled {
  return summarise(labels, from.length <= size ? from : createRandom(seed).shuffle(Array.from(from)).slice(0, size), size);
}

/** Thins every label out to the rows of the rarest one. A row of several labels counts for its rarest; rows without a label are a label of their own. */
export function undersample({ labels, from, seed }: SampleOptions): Sampled {
  const random = createRandom(seed);
  const byLabel = rowsByLabel(labels, from);
  const classes = new Map<number, number[]>();
  for (const row of from) {
    const own = Array.from(labels.values.subarray(labels.starts[row], labels.starts[row + 1]));
    const rarest = own.reduce((best, label) => (best === -1 || byLabel[label]!.length < byLabel[best]!.length ? label : best), -1);
    const members = classes.get(rarest);
    if (members === undefined) classes.set(rarest, [row]);
    else members.push(row);
  }
  const least = Math.min(...[...classes.values()].map((rows) => rows.length));
  const ordered = [...classes].sort(([a], [b]) => a - b);
  return summarise(labels, ordered.flatMap(([, rows]) => random.shuffle(rows).slice(0, least)), null);
}

/**
 * Makes negatives (rows without a label) as many as positives: hard ones all stay, others are drawn to fill up. Where the hard ones are already
 * as many, no other stays.
 */
export function balanceNegatives({ labels, from, seed, isHard }: SampleOptions & { readonly isHard: (row: number) => boolean }): Sampled {
  const random: Random = createRandom(seed);
  const rows = Array.from(from);
  const negatives = rows.filter((row) => labels.starts[row] === labels.starts[row + 1]);
  const positives = rows.filter((row) => labels.starts[row] !== labels.starts[row + 1]);
  const hard = negatives.filter(isHard);
  const others = random.shuffle(negatives.filter((row) => !isHard(row))).slice(0, Math.max(0, positives.length - hard.length));
  return summarise(labels, [...positives, ...hard, ...others], null);
}

/** The rows of each label. */
function rowsByLabel({ names, starts, values }: LabelColumn, from: Uint32Array): readonly (readonly number[])[] {
  const rows: number[][] = names.map(() => []);
  for (const row of from) for (let at = starts[row]!; at < starts[row + 1]!; at++) rows[values[at]!]!.push(row);
  return rows;
}

function summarise(labels: LabelColumn, chosen: Iterable<number>, requested: number | null): Sampled {
  const rows = Uint32Array.from(chosen).sort();
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const names = labelsOf(labels, row);
    for (const name of names.length === 0 ? ["(none)"] : names) counts[name] = (counts[name] ?? 0) + 1;
  }
  return { rows, requested, counts };
}
