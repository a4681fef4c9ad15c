// One side of bench/serving.ts: the library, a server, a bare route, or the load. The first message says which; every later one is answered once.
import { Agent, get, request } from "node:http";
import fastify from "fastify";
import { encodePromptText, loadLlama } from "../src/engine/llama/index.ts";
import { listen } from "../src/http/index.ts";
import { createCounters, openModelPool, openShelf, rawPrompt, servingRoutes, singleQuestion } from "../src/serving/index.ts";

export type ServingWork =
  | { readonly kind: "direct"; readonly model: string; readonly threads: number }
  | { readonly kind: "server"; readonly model: string; readonly threads: number; readonly parallel: number }
  | { readonly kind: "bare" }
  | { readonly kind: "load" };

export interface ServingAnswer {
  readonly perSecond?: number;
  readonly url?: string;
}

type Question =
  | { readonly kind: "address" }
  | { readonly kind: "generate"; readonly tokens: number; readonly url: string; readonly streams: number }
  | { readonly kind: "get"; readonly url: string; readonly seconds: number };

type Answer = (question: Question) => Promise<ServingAnswer>;

const PROMPT = "Once upon a time";
const CONTEXT = 512;
const CONNECTIONS = 32;

let answer: Answer | undefined;
process.on("message", (message: ServingWork | Question) => {
  void (async () => {
    if (answer !== undefined) return process.send?.(await answer(message as Question));
    answer = await begin(message as ServingWork);
    process.send?.({});
  })();
});

async function begin(work: ServingWork): Promise<Answer> {
  if (work.kind === "direct") return openDirect(work);
  if (work.kind === "load") return measureLoad;
  const url = work.kind === "bare" ? await openBare() : await openServer(work);
  return async () => ({ url });
}

async function openDirect({ model: path, threads }: Extract<ServingWork, { kind: "direct" }>): Promise<Answer> {
  const model = await loadLlama(path, { threads });
  const session = model.createSession({ contextLength: CONTEXT });
  return async (question) => {
    const promptIds = encodePromptText(model, PROMPT);
    const from = performance.now();
    const { ids } = await session.generate({ promptIds, maxTokens: question.kind === "generate" ? question.tokens : 1 });
    return { perSecond: (1000 * ids.length) / (performance.now() - from) };
  };
}

async function openServer({ model, threads, parallel }: Extract<ServingWork, { kind: "server" }>): Promise<string> {
  const pool = await openModelPool({ modelPath: model, threads, parallel, contextLength: CONTEXT });
  const identity = { name: "bench", version: null, digest: "0".repeat(64), runId: null, checkpoint: null, datasetDigest: null, baseModel: null };
  const servable = { identity, pool, promptFormat: "raw", renderPrompt: rawPrompt, renderChat: (turns: Parameters<typeof singleQuestion>[0]) => rawPrompt(singleQuestion(turns), "") };
  const shelf = await openShelf([{ source: model, find: async () => ({ identity, open: async () => servable }) }]);
  const counters = createCounters(0);
  const { url } = await listen({ routes: servingRoutes(shelf, { version: "0", counters }), port: 0, title: "bench", version: "0", headers: shelf.headers, onAnswer: counters.count, allowedHosts: ["127.0.0.1"] });
  return url;
}

async function openBare(): Promise<string> {
  const app = fastify();
  app.get("/health", async () => ({ status: "ok", model_loaded: true, model_name: "bench", version: "0" }));
  return app.listen({ port: 0, host: "127.0.0.1" });
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

async function measureLoad(question: Question): Promise<ServingAnswer> {
  const from = performance.now();
  if (question.kind === "generate") {
    const counts = await Promise.all(Array.from({ length: question.streams }, () => generateOnce(question.url, question.tokens)));
    return { perSecond: (1000 * counts.reduce((sum, count) => sum + count, 0)) / (performance.now() - from) };
  }
  if (question.kind !== "get") return {};
  let done = 0;
  const until = from + 1000 * question.seconds;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (performance.now() < until) {
      await getOnce(question.url);
      done += 1;
    }
  }));
  return { perSecond: (1000 * done) / (performance.now() - from) };
}

function getOnce(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
  });
}

function generateOnce(url: string, tokens: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/generate`, { method: "POST", agent, headers: { "content-type": "application/json" } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece)).on("end", () => {
        const { tokens_generated: count } = JSON.parse(text) as { tokens_generated?: number };
        return count === undefined ? reject(new Error(text)) : resolve(count);
      });
    });
    asked.on("error", reject).end(JSON.stringify({ prompt: PROMPT, max_tokens: tokens, temperature: 0 }));
  });
}
