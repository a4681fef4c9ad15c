// A model that says what a test tells it to, one byte a token: for tests of what is made of answers and scores.
import type { GenerateRequest, LlamaModel, ScoreRequest } from "../../src/engine/llama/index.ts";
import type { TextTokenizer } from "../../src/data/index.ts";

const END_ID = 256;

/** Bytes of UTF-8; 256 ends a text. */
export const byteTokenizer: TextTokenizer = {
  eosId: END_ID,
  addBos: false,
  encode: (text) => [...new TextEncoder().encode(text)],
  encodeWithSpecial: (text) => [...new TextEncoder().encode(text)],
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids.filter((id) => id < END_ID))),
  tokenText: (id) => String.fromCharCode(id),
};

export interface FakeLlamaOptions {
  /** The answer to a prompt. */
  readonly answer?: (prompt: string) => string;
  /** Natural logarithm of the probability of every scored token. Default ln 0.5. */
  readonly logprob?: (ids: readonly number[]) => number;
  /** Called at every batch, before it is answered. */
  readonly onBatch?: (requests: readonly GenerateRequest[]) => void;
}

/** What the fake was asked, beside the model. */
export interface FakeLlama {
  readonly model: Pick<LlamaModel, "info" | "createSession">;
  /** Lengths in rows of the batches, in order. */
  readonly batches: number[];
  /** Context lengths of the sessions opened. */
  readonly contextLengths: number[];
  /** Sessions not disposed. */
  open: number;
}

/** Half of the scored tokens, the even ones, are correct. An answer longer than `maxTokens` bytes is cut and ends with "length". */
export function fakeLlama(options: FakeLlamaOptions = {}): FakeLlama {
  const { answer = () => "", logprob = () => Math.log(0.5) } = options;
  const generate = (request: GenerateRequest) => {
    const ids = byteTokenizer.encode(answer(byteTokenizer.decode(request.promptIds)));
    const kept = ids.slice(0, request.maxTokens);
    const finishReason = request.signal?.aborted === true ? "cancelled" : ids.length > request.maxTokens ? "length" : "stop";
    return { ids: kept, text: byteTokenizer.decode(kept), finishReason, promptTokens: request.promptIds.length, promptMs: 1, generateMs: 2 * kept.length } as const;
  };
  const score = ({ ids, firstScored }: ScoreRequest) => {
    const count = ids.length - firstScored;
    return { logprobs: new Float32Array(count).fill(logprob(ids)), correct: Uint8Array.from({ length: count }, (_, index) => 1 - (index % 2)) };
  };
  const fake: FakeLlama = {
    batches: [],
    contextLengths: [],
    open: 0,
    model: {
      info: { architecture: "llama", name: "fake", parameterCount: 1, sizeBytes: 4, trainContextLength: 512, vocabSize: 257, addBos: false, metadata: new Map() },
      createSession: ({ contextLength = 512 } = {}) => {
        fake.contextLengths.push(contextLength);
        fake.open += 1;
        return {
          contextLength,
          load: { running: 0, waiting: 0 },
          generate: async (request) => generate(request),
          generateBatch: async (requests) => {
            fake.batches.push(requests.length);
            options.onBatch?.(requests);
            return requests.map(generate);
          },
          score: async (ids, firstScored) => score({ ids, firstScored }),
          scoreBatch: async (sequences) => sequences.map(score),
          dispose: () => {
            fake.open -= 1;
          },
        };
      },
    },
  };
  return fake;
}
