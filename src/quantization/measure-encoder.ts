// What is measured on a BERT: it predicts no next token, so there is no perplexity. Its vectors are compared by their cosine with those of the
// unquantized model, the scores of a cross-encoder by their difference and by which document they put first.
import { openEncoder, openWeights, weightCount, type Encoder } from "../engine/models/index.ts";
import type { ScoreAgreement, VectorAgreement } from "../records/index.ts";
import type { Compared, Measured, TextSource, Yardstick, YardstickParts } from "./work.ts";

/** What an encoder makes of the texts: a vector for each, or the logits of what competes for the first place. */
interface Reading {
  readonly vectors: readonly Float32Array[];
  readonly contests: readonly (readonly number[])[];
  readonly tokens: number;
}

/** A question is asked of its own answer and of so many others. */
const DOCUMENTS = 4;
/** Questions or texts that are read between two looks at the signal. */
const AT_ONCE = 16;
const SPEED_ROUNDS = 3;
const SPEED_ROWS = 16;
const SPEED_SAMPLE: TextSource = {
  rows: Array.from({ length: 8 }, () => ({ question: "What helps against a high temperature and a dry cough?", answer: "Rest, and plenty to drink; a doctor should be asked when the temperature stays for three days." })),
  datasetDigest: null,
};

/** @throws `models.*`, `engine.out_of_memory` */
export async function openEncoderYardstick(path: string, { work, emit, signal }: YardstickParts): Promise<Yardstick> {
  const { threads, texts, benchmark } = work;
  const rows = texts?.rows ?? [];
  const read = (encoder: Encoder, type: string) => readAll(encoder, rows, signal, (done) => emit({ stage: "measuring", type, done, total: rows.length }));
  const speedOf = async (encoder: Encoder) => (benchmark ? measureReading(encoder, rows.length === 0 ? SPEED_SAMPLE.rows : rows, signal) : null);
  const fields = async (encoder: Encoder, { tokens }: Reading): Promise<Measured> => ({
    perplexity: null,
    measured_on: rows.length === 0 ? null : { dataset_digest: texts?.datasetDigest ?? null, rows: rows.length, tokens },
    prompt_tokens_per_s: await speedOf(encoder),
    generate_tokens_per_s: null,
  });
  const weights = openWeights(path);
  weights.close();
  const reference = openEncoder(path, { threads });
  let expected: Reading | undefined;
  return {
    parameterCount: weightCount(weights),
    async measure(type) {
      expected = await read(reference, type);
      return fields(reference, expected);
    },
    async compare(candidatePath, type): Promise<Compared> {
      const encoder = openEncoder(candidatePath, { threads });
      try {
        const wanted = (expected ??= await read(reference, type));
        const found = await read(encoder, type);
        return { ...(await fields(encoder, found)), kl_divergence: null, top1_agreement: null, vectors: compareVectors(wanted.vectors, found.vectors), scores: compareScores(wanted.contests, found.contests), test_generation: null };
      } finally {
        encoder.dispose();
      }
    },
    dispose: () => reference.dispose(),
  };
}

async function readAll(encoder: Encoder, rows: TextSource["rows"], signal: AbortSignal, onProgress: (done: number) => void): Promise<Reading> {
  const vectors: Float32Array[] = [];
  const contests: number[][] = [];
  const { labels } = encoder.config;
  let tokens = 0;
  for (let first = 0; first < rows.length; first += AT_ONCE) {
    signal.throwIfAborted();
    const some = rows.slice(first, first + AT_ONCE);
    if (labels.length === 0) {
      for (const { values, tokens: read } of await encoder.embed(some.flatMap(({ question, answer }) => [question, answer].filter((text) => text.trim() !== "")), { truncate: true })) {
        vectors.push(values);
        tokens += read;
      }
    } else {
      for (const [index, { question }] of some.entries()) {
        const documents = Array.from({ length: labels.length === 1 ? Math.min(DOCUMENTS, rows.length) : 1 }, (_, step) => rows[(first + index + step) % rows.length]!.answer);
        const scored = await encoder.score(question, documents, { truncate: true });
        contests.push(scored.flatMap(({ logits }) => [...logits]));
        tokens += scored.reduce((sum, one) => sum + one.tokens, 0);
      }
    }
    onProgress(first + some.length);
  }
  return { vectors, contests, tokens };
}

/** Tokens read per second; the fastest of three rounds over the same few rows, after a warm-up. */
async function measureReading(encoder: Encoder, rows: TextSource["rows"], signal: AbortSignal): Promise<number> {
  const some = rows.slice(0, SPEED_ROWS);
  await readAll(encoder, some, signal, () => {});
  let fastest = 0;
  for (let round = 0; round < SPEED_ROUNDS; round += 1) {
    const begun = performance.now();
    const { tokens } = await readAll(encoder, some, signal, () => {});
    fastest = Math.max(fastest, (1000 * tokens) / (performance.now() - begun));
  }
  return fastest;
}

/** Of vectors of length 1 in the same order. */
export function compareVectors(expected: readonly Float32Array[], found: readonly Float32Array[]): VectorAgreement | null {
  if (expected.length === 0) return null;
  const cosines = expected.map((vector, index) => vector.reduce((sum, value, d) => sum + value * found[index]![d]!, 0));
  return { mean_cosine: mean(cosines), min_cosine: Math.min(...cosines), texts: cosines.length };
}

/** Of logits that compete for the first place, contest by contest. */
export function compareScores(expected: readonly (readonly number[])[], found: readonly (readonly number[])[]): ScoreAgreement | null {
  const all = expected.flat();
  if (all.length === 0) return null;
  const differences = found.flat().map((value, index) => Math.abs(value - all[index]!));
  const middle = mean(all);
  const best = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));
  return {
    mean_difference: mean(differences),
    max_difference: Math.max(...differences),
    spread: Math.sqrt(mean(all.map((value) => (value - middle) ** 2))),
    same_best: expected.filter((logits, index) => best(logits) === best(found[index]!)).length / expected.length,
    outputs: all.length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
