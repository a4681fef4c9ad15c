// Scores per row of two runs: of each run's evaluations, the pair that was made on the same split of the same dataset, row by row.
import { join } from "node:path";
import type { Evaluation } from "../evaluation/index.ts";
import type { EvaluationComparison, EvaluationRecord } from "../records/index.ts";
import type { PairedInterval } from "../runs/index.ts";
import { evaluationsDiffer, neverEvaluated } from "./errors.ts";
import type { Print } from "./print.ts";

/** What the scores per row of two runs say. */
export interface PairedEvaluations {
  /** By metric: the interval of second − first. */
  readonly intervals: ReadonlyMap<string, PairedInterval>;
  /** The scores of all rows of each evaluation, by metric. */
  readonly first: Readonly<Record<string, number>>;
  readonly second: Readonly<Record<string, number>>;
  readonly split: string;
  readonly rows: number;
  readonly notes: readonly string[];
}

/** Why there are none. */
export interface NoPair {
  readonly reason: string | undefined;
}

/** An evaluation as it lies on disk. */
export interface StoredEvaluation {
  readonly folder: string;
  readonly record: EvaluationRecord;
}

/** Finds the pair with the most rows, the test split first, and pairs its rows by id. */
export async function pairEvaluations(firstRun: string, secondRun: string): Promise<PairedEvaluations | NoPair> {
  const [first, second] = [await findEvaluations(firstRun), await findEvaluations(secondRun)];
  if (first.length === 0 || second.length === 0) return { reason: undefined };
  const pair = choosePair(first, second);
  return Array.isArray(pair) ? { reason: `no scores per row to compare: ${pair.join("; ")}` } : pairRows(pair.a, pair.b);
}

/** Of all pairs that can be compared the one with the most rows, the test split first; or why there is none. */
function choosePair(first: readonly StoredEvaluation[], second: readonly StoredEvaluation[]): { readonly a: StoredEvaluation; readonly b: StoredEvaluation } | string[] {
  const pairs = first.flatMap((a) => second.filter((b) => differences(a.record, b.record).length === 0).map((b) => ({ a, b })));
  pairs.sort((x, y) => splitRank(y.a.record) - splitRank(x.a.record) || sharedAtMost(y.a, y.b) - sharedAtMost(x.a, x.b));
  return pairs[0] ?? [...differences(first[0]!.record, second[0]!.record)];
}

/**
 * Compares the best pair of two lists that are not empty, row by row, over the rows that both have.
 * @throws `cli.not_comparable`, `evaluation.not_comparable`, `evaluation.torn`
 */
export async function compareStored(first: readonly StoredEvaluation[], second: readonly StoredEvaluation[]): Promise<{ readonly comparison: EvaluationComparison; readonly first: StoredEvaluation; readonly second: StoredEvaluation }> {
  const { compareEvaluations, readEvaluation } = await import("../evaluation/index.ts");
  const pair = choosePair(first, second);
  if (Array.isArray(pair)) throw evaluationsDiffer(pair);
  const [a, b] = sharedRows(readEvaluation(pair.a.folder), readEvaluation(pair.b.folder));
  if (a.predictions.length === 0) throw evaluationsDiffer(["they share no row"]);
  return { comparison: compareEvaluations(a, b), first: pair.a, second: pair.b };
}

/**
 * The evaluations of a folder that holds one, or of a run: a directory, a version, an id or a name below `outputDir`.
 * @throws `cli.never_evaluated`, `runs.unknown`, `runs.ambiguous`, `cli.run_not_here`
 */
export async function findStoredEvaluations(wanted: string, outputDir: string, print: Print): Promise<readonly StoredEvaluation[]> {
  const [{ EVALUATION_FILES }, { findTree }] = await Promise.all([import("../evaluation/index.ts"), import("./ledger.ts")]);
  const place = await findTree(wanted, outputDir, print);
  const record = await readRecord(join(place, EVALUATION_FILES.metrics));
  const found = record === undefined ? await findEvaluations(place) : [{ folder: place, record }];
  if (found.length === 0) throw neverEvaluated(wanted);
  return found;
}

const splitRank = ({ dataset }: EvaluationRecord): number => (dataset.split === "test" ? 1 : 0);
const sharedAtMost = (a: StoredEvaluation, b: StoredEvaluation): number => Math.min(a.record.dataset.rows, b.record.dataset.rows);

/** What forbids to pair rows. */
function differences(a: EvaluationRecord, b: EvaluationRecord): readonly string[] {
  return [
    a.dataset.digest === b.dataset.digest ? [] : ["the evaluations are of different datasets"],
    a.dataset.split === b.dataset.split ? [] : [`the evaluations are of the splits ${a.dataset.split} and ${b.dataset.split}`],
    a.prompt_format === b.prompt_format ? [] : [`the prompts were of the formats ${a.prompt_format} and ${b.prompt_format}`],
  ].flat();
}

/** The evaluations of a run: its `evaluation` folder and the folders in it, except those of the base model. Unusable ones are passed over. */
async function findEvaluations(runDirectory: string): Promise<readonly StoredEvaluation[]> {
  const [{ scanDirectory }, { EVALUATION_FILES }] = await Promise.all([import("../files/index.ts"), import("../evaluation/index.ts")]);
  const top = join(runDirectory, "evaluation");
  const entries = scanDirectory(top);
  if ("refused" in entries) return [];
  const folders = [top, ...entries.flatMap(({ name, kind }) => (kind === "directory" && name !== "base" ? [join(top, name)] : []))];
  const found: StoredEvaluation[] = [];
  for (const folder of folders) {
    const record = await readRecord(join(folder, EVALUATION_FILES.metrics));
    if (record !== undefined) found.push({ folder, record });
  }
  return found;
}

async function readRecord(path: string): Promise<EvaluationRecord | undefined> {
  const [{ exists, readJson }, { evaluationRecordSchema }] = await Promise.all([import("../files/index.ts"), import("../records/index.ts")]);
  if (!exists(path)) return undefined;
  try {
    const parsed = evaluationRecordSchema.safeParse(readJson(path));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // A damaged report is no evaluation: the comparison goes on without an interval.
    return undefined;
  }
}

async function pairRows(a: StoredEvaluation, b: StoredEvaluation): Promise<PairedEvaluations | NoPair> {
  const { compareEvaluations, readEvaluation } = await import("../evaluation/index.ts");
  try {
    const [first, second] = sharedRows(readEvaluation(a.folder), readEvaluation(b.folder));
    if (first.predictions.length === 0) return { reason: "no scores per row to compare: the evaluations share no row" };
    const { rows, notes } = compareEvaluations(first, second);
    const { confidence, resamples } = first.record.bootstrap;
    return {
      intervals: new Map(rows.map(({ metric, difference }) => [metric, { difference: difference.value, low: difference.low, high: difference.high, confidence, resamples, rows: first.predictions.length }])),
      first: values(a.record),
      second: values(b.record),
      split: a.record.dataset.split,
      rows: first.predictions.length,
      notes,
    };
  } catch (cause) {
    return { reason: `no scores per row to compare: ${(cause as Error).message}` };
  }
}

function values({ metrics }: EvaluationRecord): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
}

/** The rows both have, matched by id, with the same prompt and reference; in the order of the first. */
function sharedRows(first: Evaluation, second: Evaluation): readonly [Evaluation, Evaluation] {
  if (first.record.dataset.rows_digest === second.record.dataset.rows_digest) return [first, second];
  const byId = new Map(second.predictions.map((row) => [row.id, row]));
  const pairs = first.predictions.flatMap((row) => {
    const other = byId.get(row.id);
    return other !== undefined && other.input === row.input && other.reference === row.reference ? [[row, other] as const] : [];
  });
  const narrowed = ({ record }: Evaluation, side: 0 | 1): Evaluation => ({
    record: { ...record, dataset: { ...record.dataset, rows: Math.max(1, pairs.length), rows_digest: "shared" } },
    predictions: pairs.map((pair) => pair[side]),
  });
  return [narrowed(first, 0), narrowed(second, 1)];
}
