// Runs in a child process: the reference against one model after another.
import { join } from "node:path";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import { loadLlama, type LlamaModel } from "../engine/llama/index.ts";
import { sha256File } from "../files/index.ts";
import type { VerificationRecord, VerifiedModel } from "../records/index.ts";
import { compareModels } from "./divergence.ts";
import { nothingToVerifyOn } from "./errors.ts";
import { measurePerplexity, type ScoredSequence } from "./measure.ts";
import { ggufType, prepareSource, type ModelToQuantize } from "./source.ts";

export interface VerificationWork {
  readonly reference: { readonly name: string; readonly modelPath: string; readonly adapterPath?: string };
  readonly candidates: readonly VerificationCandidate[];
  readonly sequences: readonly ScoredSequence[];
  readonly datasetDigest: string | null;
  readonly maxNewTokens: number;
  readonly threads: number;
  /** Where candidates that are no GGUF file are written as one. */
  readonly scratchDir: string;
}

/** A GGUF file is compared as it is; a directory, or a base with an adapter, is written as an unquantized GGUF first. */
export interface VerificationCandidate extends ModelToQuantize {
  readonly name: string;
}

/** `done` of `total` sequences of a candidate are compared. */
export interface VerificationProgress {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

export type Compared = Omit<VerifiedModel, "passed" | "reasons">;
export type VerificationWorkDone = Pick<VerificationRecord, "reference" | "measured_on"> & { readonly models: readonly Compared[] };

/** The entry that `runIsolated` calls. */
export async function run(work: VerificationWork, { emit, signal }: IsolatedContext<VerificationProgress>): Promise<VerificationWorkDone> {
  const { name, modelPath, adapterPath } = work.reference;
  const reference = await loadLlama(modelPath, { threads: work.threads, adapters: adapterPath === undefined ? [] : [{ path: adapterPath }] });
  try {
    const measured = await measurePerplexity(reference, work.sequences, { signal });
    if (measured === undefined) throw nothingToVerifyOn();
    const expected = await answerAll(reference, work, signal);
    const models: Compared[] = [];
    for (const candidate of work.candidates) models.push(await compare(candidate, reference, expected, work, emit, signal));
    return {
      reference: {
        name,
        model: { path: modelPath, sha256: sha256File(modelPath) },
        adapter: adapterPath === undefined ? null : { path: adapterPath, sha256: sha256File(adapterPath) },
        perplexity: measured.perplexity,
      },
      measured_on: { dataset_digest: work.datasetDigest, rows: measured.rows, tokens: measured.tokens },
      models,
    };
  } finally {
    reference.dispose();
  }
}

async function compare(candidate: VerificationCandidate, reference: LlamaModel, expected: Answers, work: VerificationWork, emit: (progress: VerificationProgress) => void, signal: AbortSignal): Promise<Compared> {
  const { name, modelPath, adapter } = candidate;
  const isFile = adapter === undefined && modelPath.toLowerCase().endsWith(".gguf");
  const path = isFile ? modelPath : prepareSource(candidate, join(work.scratchDir, "candidate.gguf"), "auto", undefined).path;
  const model = await loadLlama(path, { threads: work.threads });
  try {
    const total = work.sequences.length;
    const divergence = await compareModels(reference, model, work.sequences, { signal, onProgress: (done) => emit({ name, done, total }) });
    if (divergence === undefined) throw nothingToVerifyOn();
    return {
      path: name,
      sha256: sha256File(path),
      type: ggufType(path),
      kl_divergence: { mean: divergence.mean, p99: divergence.p99, max: divergence.max },
      top1_agreement: divergence.top1Agreement,
      perplexity: divergence.perplexity.perplexity,
      answers: compareAnswers(expected, await answerAll(model, work, signal)),
    };
  } finally {
    model.dispose();
  }
}

type Answers = readonly (readonly number[])[];

/** The greedy answer to what stands before the first scored token. One at a time: in a batch, sums are rounded otherwise. */
async function answerAll(model: LlamaModel, { sequences, maxNewTokens }: VerificationWork, signal: AbortSignal): Promise<Answers> {
  const prompts = sequences.map(({ ids, firstScored }) => ids.slice(0, firstScored));
  const session = model.createSession({ contextLength: Math.max(...prompts.map(({ length }) => length)) + maxNewTokens });
  const answers: (readonly number[])[] = [];
  try {
    for (const promptIds of prompts) {
      const { ids } = await session.generate({ promptIds, maxTokens: maxNewTokens, signal });
      signal.throwIfAborted();
      answers.push(ids);
    }
  } finally {
    session.dispose();
  }
  return answers;
}

/** How many answers are the same, and how many tokens stand before the first difference. */
export function compareAnswers(expected: Answers, given: Answers): VerifiedModel["answers"] {
  const same = expected.map((ids, row) => {
    const other = given[row] ?? [];
    const different = ids.findIndex((id, place) => other[place] !== id);
    return different === -1 ? ids.length : different;
  });
  return {
    count: expected.length,
    identical: expected.filter((ids, row) => same[row] === ids.length && given[row]?.length === ids.length).length,
    tokens: expected.reduce((sum, { length }) => sum + length, 0),
    same_tokens: same.reduce((sum, count) => sum + count, 0),
  };
}
