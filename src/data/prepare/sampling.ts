// Thinning out what was kept, before anything is linked or split: what stays out is in dropped.jsonl like every row that is in no split.
import type { Spool } from "../../files/index.ts";
import type { DatasetRecord } from "../../records/index.ts";
import { balanceNegatives, sampleRandom, sampleStratified, undersample, type Sampled } from "../split/sampling.ts";
import { createLabelColumn } from "../split/labels.ts";
import { orderByKey } from "../split/units.ts";
import type { DroppedRows } from "./dropped.ts";
import { labelsNeeded } from "./errors.ts";
import { keysOfDigests } from "./keys.ts";
import { readKept, selectRows, type KeptRows } from "./store.ts";

/** How rows are chosen: at random, or by their labels. */
export interface SamplingOptions {
  /**
   * `random`: so many rows; `stratified`: so many rows, by label; `undersample`: as many of each label as of the rarest; `balance_negatives`: as many
   * without a label as with.
   */
  readonly method: "random" | "stratified" | "undersample" | "balance_negatives";
  /** Rows to draw, for `random` and `stratified`. Default 1,200. */
  readonly size?: number;
  /** Rows of each label at least, for `stratified`. Default 100. */
  readonly minPerLabel?: number;
  /** Rows without a label of this task always stay, for `balance_negatives`. Default `hard_negative`. */
  readonly hardTask?: string;
}

export interface SampledRows {
  readonly kept: KeptRows;
  /** For the record; empty when nothing was sampled. */
  readonly steps: DatasetRecord["sampling"];
}

/** What a preparation asks for: `numSamples` rows of a file are drawn at random. */
export function samplingOf({ sample = false, numSamples, sampling }: { readonly sample?: boolean; readonly numSamples?: number; readonly sampling?: SamplingOptions }): SamplingOptions | undefined {
  return sampling ?? (sample || numSamples === undefined ? undefined : { method: "random", size: numSamples });
}

/**
 * Chooses among the kept rows, and counts the others as dropped. The choice depends on the rows and the seed, not on the order of the file.
 * @throws `data.labels_needed` where rows are to be chosen by labels and none has any
 */
export function sampleKept(kept: KeptRows, dropped: DroppedRows, spool: Spool, options: SamplingOptions | undefined, seed: number): SampledRows {
  if (options === undefined) return { kept, steps: [] };
  const { method, size = 1200, minPerLabel = 100, hardTask = "hard_negative" } = options;
  const column = createLabelColumn();
  const hard = new Uint8Array(kept.rows);
  for (let place = 0; place < kept.rows; place++) {
    const row = readKept(kept, spool, place);
    column.add(row.labels ?? []);
    if (row.task === hardTask) hard[place] = 1;
  }
  const labels = column.finish();
  if (method !== "random" && labels.names.length === 0) throw labelsNeeded(`sample rows by ${method.replaceAll("_", " ")}`, "labels");
  const drawn = { labels, from: orderByKey(keysOfDigests(kept.digests)), seed };
  const chooseBy: Readonly<Record<SamplingOptions["method"], () => Sampled>> = {
    random: () => sampleRandom({ ...drawn, size }),
    stratified: () => sampleStratified({ ...drawn, size, minPerLabel }),
    undersample: () => undersample(drawn),
    balance_negatives: () => balanceNegatives({ ...drawn, isHard: (row) => hard[row] === 1 }),
  };
  const { rows, counts } = chooseBy[method]();
  const settings = { ...(method === "stratified" ? { size, min_per_label: minPerLabel } : method === "random" ? { size } : method === "balance_negatives" ? { hard_task: hardTask } : {}), labels: { ...counts } };
  const step = { method, seed, rows_before: kept.rows, rows_after: rows.length, settings };
  const chosen = new Uint8Array(kept.rows);
  for (const row of rows) chosen[row] = 1;
  for (let row = 0; row < kept.rows; row++) {
    if (chosen[row] === 0) dropped.add({ number: kept.numbers[row]!, offset: kept.offsets[row]!, size: kept.sizes[row]!, reason: "not_sampled", keptNumber: -1 });
  }
  return { kept: selectRows(kept, rows), steps: [step] };
}
