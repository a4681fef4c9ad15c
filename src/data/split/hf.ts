import { classTooSmall } from "../errors.ts";
import { approximateMode } from "./approximate-mode.ts";
import type { Shares } from "./fill.ts";
import type { LabelColumn } from "./labels.ts";
import { createNumpyRandom } from "./pcg64.ts";

/**
 * Rows of train, validation and test as two calls of Python's `train_test_split` give them: first test from all rows, then validation from what is
 * left, both with the seed. With `classes`, one label a row, both calls as with `stratify_by_column`, where a `ClassLabel` numbers its names in
 * alphabetical order. Source: datasets 5, `Dataset.train_test_split` (a share of n rows is rounded up) and `utils/stratify.py`.
 * @throws `data.class_too_small`
 */
export function splitAsDatasets(count: number, [train, validation, test]: Shares, seed: number, classes?: LabelColumn): readonly [Uint32Array, Uint32Array, Uint32Array] {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  const [rest, tested] = splitOff(all, test, seed, classes);
  const [trained, validated] = splitOff(rest, validation === 0 ? 0 : validation / (train + validation), seed, classes);
  return [trained, validated, tested];
}

/** What stays and what is split off. */
function splitOff(rows: Uint32Array, share: number, seed: number, classes: LabelColumn | undefined): readonly [Uint32Array, Uint32Array] {
  if (share === 0) return [rows, new Uint32Array(0)];
  const cut = Math.ceil(share * rows.length);
  if (classes !== undefined) return splitOffByClass(rows, cut, seed, classes);
  const order = createNumpyRandom(seed).permutation(rows.length).map((index) => rows[index]!);
  return [order.subarray(cut), order.subarray(0, cut)];
}

function splitOffByClass(rows: Uint32Array, cut: number, seed: number, { names, values }: LabelColumn): readonly [Uint32Array, Uint32Array] {
  const members = names.map((): number[] => []);
  for (const row of rows) members[values[row]!]!.push(row);
  const present = members.filter(({ length }) => length > 0);
  const single = members.findIndex(({ length }) => length === 1);
  if (single !== -1) throw classTooSmall(names[single]!, 1, 2);
  if (Math.min(cut, rows.length - cut) < present.length) throw classTooSmall(undefined, Math.min(cut, rows.length - cut), present.length);
  const random = createNumpyRandom(seed);
  const counts = present.map(({ length }) => length);
  const staying = approximateMode(counts, rows.length - cut, random);
  const leaving = approximateMode(counts.map((count, index) => count - staying[index]!), cut, random);
  const [stay, leave]: [number[], number[]] = [[], []];
  for (const [index, own] of present.entries()) {
    const order = Array.from(random.permutation(own.length), (place) => own[place]!);
    stay.push(...order.slice(0, staying[index]));
    leave.push(...order.slice(staying[index], staying[index]! + leaving[index]!));
  }
  return [random.shuffle(Uint32Array.from(stay)), random.shuffle(Uint32Array.from(leave))];
}
