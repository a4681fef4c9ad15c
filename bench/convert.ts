// Conversion of a Hugging Face directory to GGUF against the Python converter of llama.cpp: the same directory of 1.24 billion random weights
// (the shape of Llama 3.2 1B, BF16), each conversion a process of its own, both sides in turn.
//
//   npx tsx bench/convert.ts --llama-cpp DIR [--python python3] [--types bf16,f16,q8_0] [--rounds 3] [--adapter] [--json FILE]
//
// DIR is a checkout of llama.cpp: its converter is the peer, its vocabulary of Llama 3 the tokenizer. The peer needs torch, transformers, gguf
// and sentencepiece. --adapter also measures ours with a LoRA adapter (r=16, all linear layers) merged on the way; the peer cannot.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { runIsolated, siblingModule } from "../src/engine/ffi/index.ts";
import { openGguf } from "../src/engine/gguf/index.ts";
import type { ConversionType } from "../src/engine/models/index.ts";
import { tokenizerFromGguf, writeTokenizerFiles } from "../src/engine/tokenizer/index.ts";
import { ensureDirectory, isFile, remove, statFile, writeJson } from "../src/files/index.ts";
import type { ConvertMeasurement, ConvertWork } from "./convert-worker.ts";
import { formatMegabytes, formatSpread, formatTable, median } from "./print.ts";
import { makeRandomAdapter, makeRandomModel } from "./random-model.ts";

const CACHE = join(import.meta.dirname, "..", ".tunesmith", "bench");
const { values: flags } = parseArgs({
  options: {
    "llama-cpp": { type: "string" },
    python: { type: "string", default: "python3" },
    types: { type: "string", default: "bf16,f16,q8_0" },
    rounds: { type: "string", default: "3" },
    adapter: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
if (flags["llama-cpp"] === undefined) throw new RangeError("Name a checkout of llama.cpp with --llama-cpp: its Python converter is the peer");
const llamaCpp = flags["llama-cpp"];

type Measured = ConvertMeasurement & { readonly wall_s: number; readonly output_bytes: number };

const run = promisify(execFile);
/** Runs the converter as its child, so that the memory counted is the converter's alone. */
const PEER = `import json,resource,subprocess,sys
subprocess.run([sys.executable,*sys.argv[1:]],check=True,stdout=subprocess.DEVNULL,stderr=subprocess.PIPE)
u=resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"cpu_s":u.ru_utime+u.ru_stime,"peak_rss_bytes":u.ru_maxrss*1024}))`;

async function ours(work: Omit<ConvertWork, "outputPath">): Promise<Measured> {
  return timed("ours.gguf", (outputPath) => runIsolated<ConvertWork, never, ConvertMeasurement>(siblingModule(import.meta.url, "./convert-worker"), { ...work, outputPath }, { what: "the conversion" }));
}

async function theirs(model: string, type: ConversionType): Promise<Measured> {
  return timed("theirs.gguf", async (outputPath) => {
    const { stdout } = await run(flags.python, ["-c", PEER, join(llamaCpp, "convert_hf_to_gguf.py"), model, "--outtype", type, "--outfile", outputPath]);
    return JSON.parse(stdout) as ConvertMeasurement;
  });
}

async function timed(name: string, convert: (outputPath: string) => Promise<ConvertMeasurement>): Promise<Measured> {
  const outputPath = join(CACHE, name);
  remove(outputPath);
  const from = performance.now();
  const measured = await convert(outputPath);
  return { ...measured, wall_s: (performance.now() - from) / 1000, output_bytes: statFile(outputPath).sizeBytes };
}

/** The random model with the vocabulary of Llama 3, which the peer knows by its hash. */
function makeModel(): string {
  const vocabulary = join(CACHE, "llama-3-vocabulary");
  if (!isFile(join(vocabulary, "tokenizer.json"))) {
    const file = openGguf(join(llamaCpp, "models", "ggml-vocab-llama-bpe.gguf"));
    ensureDirectory(vocabulary);
    writeTokenizerFiles(vocabulary, tokenizerFromGguf(file.metadata, file.path));
    file.close();
  }
  const model = join(CACHE, "llama-1b");
  makeRandomModel(join(import.meta.dirname, "torch", "llama-1b.json"), vocabulary, model, "BF16");
  return model;
}

const model = makeModel();
const results = [];
const rows = [];
const rowOf = (label: string, measured: readonly Measured[], ratio: string) => [
  label,
  formatSpread(measured.map(({ wall_s: seconds }) => seconds), 1),
  median(measured.map(({ cpu_s: seconds }) => seconds)).toFixed(1),
  formatMegabytes(Math.max(...measured.map(({ peak_rss_bytes: bytes }) => bytes))),
  formatMegabytes(measured[0]?.output_bytes ?? 0),
  ratio,
];
for (const type of flags.types.split(",") as readonly ConversionType[]) {
  const pairs: { readonly ours: Measured; readonly theirs: Measured }[] = [];
  for (let round = 0; round < Number(flags.rounds); round += 1) pairs.push({ ours: await ours({ model, type }), theirs: await theirs(model, type) });
  const ratios = pairs.map((pair) => pair.theirs.wall_s / pair.ours.wall_s);
  rows.push(rowOf(`tunesmith, ${type}`, pairs.map((pair) => pair.ours), `${formatSpread(ratios, 2)} times as fast`));
  rows.push(rowOf(`convert_hf_to_gguf.py, ${type}`, pairs.map((pair) => pair.theirs), ""));
  results.push({ type, pairs, ratios });
  console.log(`  ${type}: ${formatSpread(ratios, 2)}`);
}
if (flags.adapter) {
  const adapter = join(model, "adapter");
  makeRandomAdapter(model, adapter);
  const merged = [await ours({ model, type: "f16", adapter })];
  rows.push(rowOf("tunesmith, f16, adapter merged", merged, ""));
  results.push({ type: "f16", merged });
}
console.log(`\n${formatTable(["seconds: median (least–most)", "wall", "CPU", "peak memory", "file", "ratio"], rows)}`);
for (const name of ["ours.gguf", "theirs.gguf"]) remove(join(CACHE, name));
if (flags.json !== undefined) writeJson(flags.json, results);
