// Asks the model every row and scores its gold answer, several rows at a time in one context.
import type { Generation, LlamaSession, Score } from "../engine/llama/index.ts";
import type { Prediction } from "../records/index.ts";
import { evaluationStopped } from "./errors.ts";
import { isExactMatch, REPORTED_EXACT_MATCH } from "./metrics/exact-match.ts";
import { scoreRouge } from "./metrics/rouge.ts";
import { scoreSquad } from "./metrics/squad.ts";
import type { EvaluationRow } from "./rows.ts";

export interface PredictOptions {
  /** With room for the longest row in each of its sequences. */
  readonly session: Pick<LlamaSession, "generateBatch" | "scoreBatch">;
  readonly rows: readonly EvaluationRow[];
  /** Most tokens of a generated answer. 0 generates nothing and only scores. */
  readonly maxNewTokens: number;
  /** Rows at a time. */
  readonly batchSize: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Milliseconds of a clock that only moves forward. Default `performance.now`. */
  readonly now?: () => number;
}

export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** Expected time until the last row is done. */
  readonly remainingMs: number;
}

/**
 * Greedy answers (up to the end of turn or `maxNewTokens`) and teacher-forced scores of the gold answers, in the order of the rows.
 * @throws `evaluation.stopped` when the signal is aborted, `llama.not_finite` when the model gives no number
 */
export async function predictRows(options: PredictOptions): Promise<readonly Prediction[]> {
  const { rows, signal, onProgress } = options;
  const now = options.now ?? (() => performance.now());
  const started = now();
  const work = rows.reduce((sum, row) => sum + row.ids.length, 0);
  const predictions: Prediction[] = [];
  let workDone = 0;
  let done = 0;
  for (const batch of planBatches(rows, options.batchSize)) {
    const answered = await predictBatch(batch.map((index) => rows[index]!), options).catch((thrown: unknown) => {
      throw signal?.aborted === true ? evaluationStopped(done, rows.length) : thrown;
    });
    for (const [place, index] of batch.entries()) predictions[index] = answered[place]!;
    done += batch.length;
    workDone += batch.reduce((sum, index) => sum + rows[index]!.ids.length, 0);
    const elapsedMs = now() - started;
    onProgress?.({ done, total: rows.length, elapsedMs, remainingMs: (elapsedMs / workDone) * (work - workDone) });
  }
  return predictions;
}

/** Rows with answers of like length go together, longest first: a batch takes as long as its longest answer. */
function planBatches(rows: readonly EvaluationRow[], batchSize: number): readonly (readonly number[])[] {
  const answerLength = (index: number) => rows[index]!.ids.length - rows[index]!.firstScored;
  const order = rows.map((_row, index) => index).sort((a, b) => answerLength(b) - answerLength(a) || a - b);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, batch) => order.slice(batch * batchSize, (batch + 1) * batchSize));
}

async function predictBatch(rows: readonly EvaluationRow[], { session, signal, maxNewTokens }: PredictOptions): Promise<readonly Prediction[]> {
  signal?.throwIfAborted();
  const requests = rows.map(({ ids, firstScored }) => ({ promptIds: ids.slice(0, firstScored), maxTokens: maxNewTokens, temperature: 0, signal }));
  const generations = maxNewTokens === 0 ? [] : await session.generateBatch(requests);
  signal?.throwIfAborted();
  const scores = await session.scoreBatch(rows.map(({ ids, firstScored }) => ({ ids, firstScored })), { signal });
  return rows.map((row, index) => toPrediction(row, generations[index], scores[index]!));
}

function toPrediction(row: EvaluationRow, generation: Generation | undefined, score: Score): Prediction {
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
  };
}

function scoreAnswer(answer: string | undefined, reference: string): Pick<Prediction, "exact_match" | "f1" | "rougeL"> {
  if (answer === undefined) return { exact_match: null, f1: null, rougeL: null };
  return {
    exact_match: isExactMatch(answer, reference, REPORTED_EXACT_MATCH) ? 1 : 0,
    f1: scoreSquad(answer, [reference]).f1,
    rougeL: scoreRouge("rougeL", reference, answer).f,
  };
}
