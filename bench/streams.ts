// What answering side by side gains: tokens per second of one answer, of several in one context, and of answers held to a JSON schema.
//
//   npx tsx bench/streams.ts [--model 100m|tiny|FILE.gguf] [--type q8_0] [--streams 8] [--tokens 64] [--rounds 5] [--threads N]
//                        [--clock cpu] [--json FILE]
//
// The random models are made once; random weights compute as fast as trained ones. Settings run in turn, round after round. Threads wait
// busily for each other, so that wall time says nothing while other work runs: then take one thread and --clock cpu, which counts CPU time.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodePromptText, loadLlama, type GenerateRequest, type JsonSchema } from "../src/engine/llama/index.ts";
import { convertToGguf, openModel, type ConversionType } from "../src/engine/models/index.ts";
import { exists, writeJson } from "../src/files/index.ts";
import { formatSpread, formatTable, median } from "./print.ts";
import { makeRandomModel } from "./random-model.ts";

const ROOT = join(import.meta.dirname, "..");
const TOKENIZER = join(ROOT, "assets", "base-model");
const PROMPT = "Name every device of this report, and the room where it stands: the old scanner in room 77 makes a loud noise, and so does the printer.";
/** Long enough that no answer ends by itself. */
const ENTITIES: JsonSchema = {
  type: "array",
  minItems: 500,
  items: { type: "object", properties: { type: { enum: ["device", "room", "fault"] }, text: { type: "string", minLength: 8, maxLength: 40 } }, required: ["type", "text"], additionalProperties: false },
};

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: "100m" },
    type: { type: "string", default: "q8_0" },
    streams: { type: "string", default: "8" },
    tokens: { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
    clock: { type: "string", default: "wall" },
    json: { type: "string" },
  },
});
const [streams, tokens, rounds, threads] = [flags.streams, flags.tokens, flags.rounds, flags.threads].map(Number) as [number, number, number, number];

function modelFile(): string {
  if (flags.model.endsWith(".gguf")) return flags.model;
  const directory = join(ROOT, ".tunesmith", "bench", `llama-${flags.model}`);
  makeRandomModel(join(import.meta.dirname, "torch", `llama-${flags.model}.json`), TOKENIZER, directory);
  const file = join(directory, `${flags.type}.gguf`);
  if (exists(file)) return file;
  const source = openModel(directory);
  convertToGguf(source, file, { type: flags.type as ConversionType });
  source.close();
  return file;
}

const model = await loadLlama(modelFile(), { threads });
const session = model.createSession({ sequences: streams, contextLength: 1024 });
const promptIds = encodePromptText(model, PROMPT);

const nowMs = () => (flags.clock === "cpu" ? (process.cpuUsage().user + process.cpuUsage().system) / 1000 : performance.now());

/** Tokens per second from the first token of the first answer to the last of the last, drawn so that no two are alike. */
async function speedOf(count: number, held: Partial<GenerateRequest> = {}): Promise<number> {
  let firstMs: number | undefined;
  const answers = await Promise.all(
    Array.from({ length: count }, (_, seed) => session.generate({ promptIds, maxTokens: tokens, temperature: 1, topK: 40, seed, ...held, onText: () => (firstMs ??= nowMs()) })),
  );
  const written = answers.reduce((sum, { ids }) => sum + ids.length, 0);
  return (1000 * written) / (nowMs() - (firstMs ?? 0));
}

const settings: readonly (readonly [label: string, run: () => Promise<number>])[] = [
  ["1 answer", () => speedOf(1)],
  [`${streams} answers`, () => speedOf(streams)],
  ["1 answer held to a schema", () => speedOf(1, { jsonSchema: ENTITIES })],
  [`${streams} answers held to a schema`, () => speedOf(streams, { jsonSchema: ENTITIES })],
];
const speeds = settings.map(() => [] as number[]);
for (const [, run] of settings) await run();
for (let round = 0; round < rounds; round += 1) for (const [index, [, run]] of settings.entries()) speeds[index]!.push(await run());
const ratios = speeds.map((list) => list.map((speed, round) => speed / speeds[0]![round]!));
const rows = settings.map(([label], index) => [label, formatSpread(speeds[index]!), index === 0 ? "" : formatSpread(ratios[index]!, 2)]);
console.log(`${model.info.name}, ${(model.info.sizeBytes / 1e6).toFixed(0)} MB, ${threads} threads, ${tokens} tokens an answer\n`);
console.log(formatTable(["median (least–most)", flags.clock === "cpu" ? "tokens per CPU-second" : "tokens/s", "of 1 answer"], rows));
if (flags.json !== undefined) {
  const measured = settings.map(([label], index) => ({ label, tokens_per_s: speeds[index], ratio: median(ratios[index]!) }));
  writeJson(flags.json, { model: flags.model, type: flags.type, streams, tokens, threads, clock: flags.clock, measured });
}
model.dispose();
