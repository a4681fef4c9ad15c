// Models that answer at once with what a test tells them, behind the shelf that routes ask.
import type { HostAnswer, HostInfo, HostRequest, GenerateContext, ModelPool, ServableModel, ModelShelf, ShelfPlace } from "../../src/serving/index.ts";
import { openShelf, rawPrompt, singleQuestion } from "../../src/serving/index.ts";

export const FAKE_INFO: HostInfo = {
  architecture: "llama",
  name: "tiny",
  parameterCount: 3_281_234,
  sizeBytes: 1_000_000,
  trainContextLength: 512,
  contextLength: 256,
  parallel: 2,
  tasks: ["generate"],
  vocabSize: 257,
  addBos: false,
  metadata: new Map([["general.file_type", "15"]]),
};

export type FakeGenerate = (request: HostRequest, context: GenerateContext) => Promise<HostAnswer>;

/** An answer of three tokens to a prompt of two. */
export function answered(text: string, finishReason: HostAnswer["finishReason"] = "stop"): HostAnswer {
  return { text, tokens: 3, promptTokens: 2, finishReason, promptMs: 1, generateMs: 1 };
}

export interface FakePool extends ModelPool {
  readonly asked: HostRequest[];
  readonly closed: { count: number };
}

export function fakePool(generate: FakeGenerate, parts: Partial<ModelPool> = {}): FakePool {
  const asked: HostRequest[] = [];
  const closed = { count: 0 };
  return {
    asked,
    closed,
    name: "tiny",
    info: FAKE_INFO,
    loaded: true,
    load: { running: 0, waiting: 0 },
    counts: { promptTokens: 7, generatedTokens: 9, answers: 2, restarts: 1 },
    generate(request, context = {}) {
      asked.push(request);
      return generate(request, context);
    },
    check: async () => {},
    embed: async (texts) => ({ vectors: texts.map((text) => Float32Array.of(text.length, 0.5)), tokens: 4 }),
    rank: async (_query, documents) => ({ scores: documents.map((document) => document.length), tokens: 4 }),
    close: async () => void (closed.count += 1),
    ...parts,
  };
}

export function fakeModel(pool: ModelPool, parts: Partial<ServableModel["identity"]> = {}): ServableModel {
  const identity = { name: "tiny", version: "v1.2", digest: "ab".repeat(32), runId: "run-1", checkpoint: "c-1", datasetDigest: "cd", baseModel: "base", ...parts };
  return {
    identity,
    pool,
    promptFormat: "instruction",
    renderPrompt: (prompt, input) => ({ text: `### ${rawPrompt(prompt, input).text}\n`, parseSpecial: true }),
    renderChat: (turns) => ({ text: turns.length === 1 ? singleQuestion(turns) : turns.map(({ role, content }) => `<${role}>${content}`).join(""), parseSpecial: true }),
  };
}

/** The shelf of models that stand ready. */
export function fakeShelf(first: ServableModel, ...others: readonly ServableModel[]): Promise<ModelShelf> {
  const placeOf = (model: ServableModel): ShelfPlace => ({ source: "", find: async () => ({ identity: model.identity, open: async () => model }) });
  return openShelf([placeOf(first), ...others.map(placeOf)]);
}

/** All events of a reply; none of one that is no stream. */
export async function readEvents(reply: object): Promise<readonly unknown[]> {
  const events: unknown[] = [];
  if ("events" in reply) for await (const event of reply.events as AsyncIterable<unknown>) events.push(event);
  return events;
}
