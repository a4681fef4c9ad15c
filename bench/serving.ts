// What serving costs: tokens per second through HTTP against the llama library driven directly on the same file, eight answers at once against
// one, and `/health` under load against a bare fastify route. Ratios are taken within a round; servers and load are processes of their own.
//
//   npm run build && npx tsx bench/serving.ts [--model FILE.gguf] [--threads 2] [--tokens 64] [--rounds 5] [--json FILE]
//
// Without --model a random Llama of 103 M parameters in q8_0 is made in the temporary folder, once.
import { fork, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { convertToGguf, openModel } from "../src/engine/models/index.ts";
import { exists, writeJson } from "../src/files/index.ts";
import { formatSpread, formatTable, median } from "./print.ts";
import { makeRandomModel } from "./random-model.ts";
import type { ServingAnswer, ServingWork } from "./serving-worker.ts";

const { values: flags } = parseArgs({
  options: { model: { type: "string" }, threads: { type: "string", default: "2" }, tokens: { type: "string", default: "64" }, rounds: { type: "string", default: "5" }, json: { type: "string" } },
});
const threads = Number(flags.threads);
const tokens = Number(flags.tokens);
const rounds = Number(flags.rounds);
const STREAMS = 8;
const HEALTH_SECONDS = 3;

function randomGguf(): string {
  const directory = join(tmpdir(), "tunesmith-bench-103m");
  const path = join(directory, "q8_0.gguf");
  if (exists(path)) return path;
  makeRandomModel(join(import.meta.dirname, "torch", "llama-100m.json"), join(import.meta.dirname, "..", "assets", "base-model"), directory);
  const source = openModel(directory);
  convertToGguf(source, path, { type: "q8_0" });
  source.close();
  return path;
}

/** A process that does one kind of work and answers once for each message. */
function startWorker(work: ServingWork): Promise<{ ask(question: object): Promise<ServingAnswer>; readonly child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, "serving-worker.ts"), [], { execArgv: ["--import", "tsx"] });
  const next = () => new Promise<ServingAnswer>((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`the worker ended with ${code}`));
    child.once("exit", died);
    child.once("message", (answer) => {
      child.off("exit", died);
      resolve(answer as ServingAnswer);
    });
  });
  const ask = (question: object) => {
    const answer = next();
    child.send(question);
    return answer;
  };
  return ask(work).then(() => ({ ask, child }));
}

const model = flags.model ?? randomGguf();
const direct = await startWorker({ kind: "direct", model, threads });
const server = await startWorker({ kind: "server", model, threads, parallel: STREAMS });
const bare = await startWorker({ kind: "bare" });
const load = await startWorker({ kind: "load" });
const results = { direct: [] as number[], http: [] as number[], streams: [] as number[], health: [] as number[], bare: [] as number[] };
try {
  const { url } = await server.ask({ kind: "address" });
  const { url: bareUrl } = await bare.ask({ kind: "address" });
  const rate = async (asked: Promise<ServingAnswer>) => (await asked).perSecond ?? NaN;
  await direct.ask({ kind: "generate", tokens: 8 });
  await load.ask({ kind: "generate", url, tokens: 8, streams: STREAMS });
  for (let round = 0; round < rounds; round += 1) {
    results.direct.push(await rate(direct.ask({ kind: "generate", tokens })));
    results.http.push(await rate(load.ask({ kind: "generate", url, tokens, streams: 1 })));
    results.streams.push(await rate(load.ask({ kind: "generate", url, tokens, streams: STREAMS })));
    results.bare.push(await rate(load.ask({ kind: "get", url: `${bareUrl}/health`, seconds: HEALTH_SECONDS })));
    results.health.push(await rate(load.ask({ kind: "get", url: `${url}/health`, seconds: HEALTH_SECONDS })));
  }
} finally {
  for (const { child } of [direct, server, bare, load]) child.kill();
}
const ratios = (over: readonly number[], under: readonly number[]) => over.map((value, index) => value / under[index]!);
const compared = {
  "HTTP over direct": ratios(results.http, results.direct),
  [`${STREAMS} streams over 1`]: ratios(results.streams, results.http),
  "/health over bare fastify": ratios(results.health, results.bare),
};
console.log(`${threads} threads, ${tokens} tokens an answer, ${rounds} rounds: median (least–most)\n`);
console.log(formatTable(["", "per second"], [
  ["llama library, directly", formatSpread(results.direct, 1)],
  ["through HTTP, one answer at a time", formatSpread(results.http, 1)],
  [`through HTTP, ${STREAMS} at once`, formatSpread(results.streams, 1)],
  ["/health, 32 connections", formatSpread(results.health)],
  ["a bare fastify route", formatSpread(results.bare)],
]));
console.log(`\n${formatTable(["ratio", "median (least–most)"], Object.entries(compared).map(([name, values]) => [name, formatSpread(values, 2)]))}`);
if (flags.json !== undefined) writeJson(flags.json, { model, threads, tokens, rounds, results, ratios: Object.fromEntries(Object.entries(compared).map(([name, values]) => [name, median(values)])) });
