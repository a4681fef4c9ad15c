// Asks the model every row and scores its gold answer, several rows at a time in one context.
import type { Generation, JsonSchema, LlamaSession, Score } from "../engine/llama/index.ts";
import type { Prediction } from "../records/index.ts";
import { evaluationStopped } from "./errors.ts";
import { isExactMatch, REPORTED_EXACT_MATCH } from "./metrics/exact-match.ts";
import { REPORTED_ROUGE, scoreRouge, type RougeType } from "./metrics/rouge.ts";
import { scoreSquad } from "./metrics/squad.ts";
import type { EvaluationRow } from "./rows.ts";
import { scoreTask, type EntitySettings } from "./task.ts";

export interface PredictOptions {
  /** With room for the longest row in each of its sequences. */
  readonly session: Pick<LlamaSession, "generateBatch" | "scoreBatch">;
  readonly rows: readonly EvaluationRow[];
  /** Most tokens of a generated answer. 0 generates nothing and only scores. */
  readonly maxNewTokens: number;
  /** How answers are drawn. Default: greedy, up to the end of turn. */
  readonly sampling?: Sampling;
  /** What makes two listed entities the same. */
  readonly entities?: EntitySettings;
  /** Rows at a time. */
  readonly batchSize: number;
  readonly signal?: AbortSignal;
  /** Called before the first batch, and after each. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Answers that are there already, by the place of the row. A batch is asked again unless it has all of them: what a row scores can depend on its batch. */
  readonly known?: ReadonlyMap<number, Prediction>;
  /** Called with each answer as it comes. */
  readonly onPrediction?: (row: number, prediction: Prediction) => void;
  /** Milliseconds of a clock that only moves forward. Default `performance.now`. */
  readonly now?: () => number;
}

export interface Sampling {
  /** 0 takes the most probable token. Default 0. */
  readonly temperature?: number;
  /** Seed of the first row; each further row has the next. Default 0. */
  readonly seed?: number;
  /** Texts that end an answer. */
  readonly stop?: readonly string[];
  /** Holds answers to a JSON schema. */
  readonly jsonSchema?: JsonSchema;
  /** Hold only those rows to it. Default all. */
  readonly isHeld?: (row: EvaluationRow) => boolean;
}

export interface EvaluationProgress {
  readonly done: number;
  /** Rows that were there already: they say nothing of the pace. */
  readonly known: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** Expected time until the last row is done; null before the first batch is. */
  readonly remainingMs: number | null;
}

/**
 * Answers (up to the end of turn or `maxNewTokens`) and teacher-forced scores of the gold answers, in the order of the rows.
 * @throws `evaluation.stopped` when the signal is aborted, `llama.not_finite` when the model gives no number
 */
export async function predictRows(options: PredictOptions): Promise<readonly Prediction[]> {
  const { rows, signal, onProgress, onPrediction, known = new Map<number, Prediction>() } = options;
  const now = options.now ?? (() => performance.now());
  const started = now();
  const batches = planBatches(rows, options.batchSize);
  const left = batches.filter((batch) => !batch.every((index) => known.has(index)));
  const work = sumLengths(rows, left.flat());
  const predictions = rows.map((_row, index) => known.get(index));
  const knownRows = rows.length - left.flat().length;
  let workDone = 0;
  let done = knownRows;
  onProgress?.({ done, known: knownRows, total: rows.length, elapsedMs: 0, remainingMs: null });
  for (const batch of left) {
    const answered = await predictBatch(batch, options).catch((thrown: unknown) => {
      throw signal?.aborted === true ? evaluationStopped(done, rows.length, onPrediction !== undefined) : thrown;
    });
    for (const [place, index] of batch.entries()) {
      predictions[index] = answered[place]!;
      onPrediction?.(index, answered[place]!);
    }
    done += batch.length;
    workDone += sumLengths(rows, batch);
    const elapsedMs = now() - started;
    onProgress?.({ done, known: knownRows, total: rows.length, elapsedMs, remainingMs: (elapsedMs / workDone) * (work - workDone) });
  }
  return predictions.map((prediction) => prediction!);
}

function sumLengths(rows: readonly EvaluationRow[], places: readonly number[]): number {
  return places.reduce((sum, index) => sum + rows[index]!.ids.length, 0);
}

/** Rows with answers of like length go together, longest first: a batch takes as long as its longest answer. */
function planBatches(rows: readonly EvaluationRow[], batchSize: number): readonly (readonly number[])[] {
  const answerLength = (index: number) => rows[index]!.ids.length - rows[index]!.firstScored;
  const order = rows.map((_row, index) => index).sort((a, b) => answerLength(b) - answerLength(a) || a - b);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, batch) => order.slice(batch * batchSize, (batch + 1) * batchSize));
}

async function predictBatch(places: readonly number[], { session, signal, maxNewTokens, sampling = {}, ...options }: PredictOptions): Promise<readonly Prediction[]> {
  signal?.throwIfAborted();
  const rows = places.map((index) => options.rows[index]!);
  const { temperature = 0, seed = 0, stop, jsonSchema, isHeld = () => true } = sampling;
  const requests = rows.map((row, place) => ({
    promptIds: row.ids.slice(0, row.firstScored),
    maxTokens: maxNewTokens,
    temperature,
    ...(temperature === 0 ? {} : { seed: (seed + places[place]!) >>> 0 }),
    stop,
    jsonSchema: isHeld(row) ? jsonSchema : undefined,
    signal,
  }));
  const generations = maxNewTokens === 0 ? [] : await session.generateBatch(requests);
  signal?.throwIfAborted();
  const scores = await session.scoreBatch(rows.map(({ ids, firstScored }) => ({ ids, firstScored })), { signal });
  return rows.map((row, index) => toPrediction(row, generations[index], scores[index]!, options.entities));
}

function toPrediction(row: EvaluationRow, generation: Generation | undefined, score: Score, entities: EntitySettings | undefined): Prediction {
  return {
    id: row.id,
    task: row.task ?? null,
    input: row.input,
    prediction: generation?.text ?? null,
    reference: row.reference,
    finish_reason: generation?.finishReason ?? null,
    nll: score.logprobs.reduce((sum, logprob) => sum - logprob, 0),
    scored_tokens: score.logprobs.length,
    correct_tokens: score.correct.reduce((sum, hit) => sum + hit, 0),
    reference_bytes: Buffer.byteLength(row.reference, "utf8"),
    cut_tokens: row.cutTokens,
    ...scoreAnswer(generation?.text, row.reference),
    ...scoreTask(generation?.text, row.gold, entities),
  };
}

function scoreAnswer(answer: string | undefined, reference: string): Pick<Prediction, "exact_match" | "f1" | "rouge1" | "rouge2" | "rougeL" | "rougeLsum"> {
  if (answer === undefined) return { exact_match: null, f1: null, rougeL: null };
  const rouge = (type: RougeType) => scoreRouge(type, reference, answer, REPORTED_ROUGE).f;
  return {
    exact_match: isExactMatch(answer, reference, REPORTED_EXACT_MATCH) ? 1 : 0,
    f1: scoreSquad(answer, [reference]).f1,
    rougeL: rouge("rougeL"),
    rouge1: rouge("rouge1"),
    rouge2: rouge("rouge2"),
    rougeLsum: rouge("rougeLsum"),
  };
}
