// Asking 100,000 runs: the first time, which builds the index, and every time after, against Python reading all of it as the seeds did.
//
//   npx tsx bench/runs.ts [--runs 100000] [--trials 5] [--python python3] [--cli FILE] [--keep DIR] [--json FILE]
//
// The command line is measured as built (`npm run build`), as a whole process; `--cli` names another build's.
import { execFile, execFileSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { createFile, ensureDirectory, exists, remove, sha256, writeJson } from "../src/files/index.ts";
import type { RunRecord } from "../src/records/index.ts";
import { createRun, queryRuns, type RunQuery } from "../src/runs/index.ts";
import { formatSpread, formatTable, median } from "./print.ts";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "100000" }, trials: { type: "string", default: "5" }, python: { type: "string", default: "python3" }, keep: { type: "string" }, cli: { type: "string", default: join(import.meta.dirname, "..", "bin", "tunesmith.js") }, json: { type: "string" } },
});
const count = Number(flags.runs);
const trials = Number(flags.trials);
const workspace = flags.keep ?? join(tmpdir(), `tunesmith-runs-${process.pid}`);
const places = { outputDir: join(workspace, "outputs"), historyPath: join(workspace, "experiment_history.jsonl") };
const FILTER = "tag = t07 and metrics.f1_micro > 0.8";

/** Run directories with a run.json each, and the history of those that finished: every twentieth failed. */
function generate(): void {
  const scratch = join(workspace, "scratch");
  const { record: template } = createRun({ outputDir: scratch, tag: "t", model: "m", config: {}, now: () => new Date(0) });
  remove(scratch);
  const history = createFile(places.historyPath);
  for (let number = 0; number < count; number += 1) {
    const record = recordOf(template, number);
    ensureDirectory(join(places.outputDir, record.name));
    writePlain(join(places.outputDir, record.name, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    const { version, ended_at, config, metrics, id, name, status, tag, phase } = record;
    history.write(`${JSON.stringify({ version, timestamp: ended_at, config: { base_model: "base", train_size: 1000, ...config }, metrics: { overall: metrics }, metadata: { run_id: id, run: name, status, tag, phase } })}\n`);
  }
  history.commit();
}

function recordOf(template: RunRecord, number: number): RunRecord {
  const at = new Date(Date.UTC(2020, 0, 1) + 60_000 * number);
  const stamp = at.toISOString().replaceAll(/[-:]/g, "").replace("T", "_").slice(0, 15);
  const two = (value: number) => String(value).padStart(2, "0");
  const failed = number % 20 === 0;
  const uniform = (prime: number) => ((number * prime) % 10_000) / 10_000;
  return {
    ...template,
    id: `run-${number.toString(16).padStart(16, "0")}`,
    name: `t${two(number % 50)}-m${number % 7}_training_${stamp}`,
    tag: `t${two(number % 50)}`,
    model: `m${number % 7}`,
    status: failed ? "failed" : "finished",
    version: failed ? null : `v1.${number}`,
    config: { learning_rate: 1e-5 * (1 + (number % 9)), epochs: 1 + (number % 5), batch_size: 8 << (number % 3), lora: { r: 8 << (number % 4), alpha: 16, dropout: 0.05 }, seed: number, optimizer: "adamw", prompt_format: "alpaca" },
    config_digest: sha256(String(number)),
    dataset: { path: "data/processed/d", digest: sha256(`d${number % 3}`), name: `d${number % 3}`, counts: { train: 1000, test: 100 } },
    started_at: at.toISOString(),
    ended_at: at.toISOString(),
    last_step: 100,
    metrics: failed ? {} : { f1_micro: uniform(7919), accuracy: uniform(104_729), loss: 1 + uniform(31), perplexity: Math.exp(1 + uniform(31)) },
  };
}

/** Without the flush to disk that a real record gets: 100,000 of them would be most of the bench. */
function writePlain(path: string, text: string): void {
  const descriptor = openSync(path, "w");
  writeSync(descriptor, text);
  closeSync(descriptor);
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

async function repeat(act: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let trial = 0; trial < trials; trial += 1) times.push(await timed(act));
  return times;
}

const ask = (query: RunQuery, verify?: boolean) => queryRuns(places, [query], { verify });
const command = (...words: readonly string[]) => promisify(execFile)(process.execPath, [flags.cli, ...words], { cwd: workspace, maxBuffer: 1 << 28 });

if (!exists(places.historyPath)) generate();
remove(join(workspace, ".tunesmith"));
const first = await timed(() => ask({ limit: 5 }));
// The kernel keeps times of change in steps of a few milliseconds: what is younger than two seconds is listed again.
await new Promise((resolve) => setTimeout(resolve, 2500));
await ask({ limit: 5 });
const ours: readonly (readonly [name: string, times: readonly number[]])[] = [
  ["first, builds the index", [first]],
  [`filter: ${FILTER}`, await repeat(() => ask({ filter: FILTER, limit: 5 }))],
  ["sort: 20 best by f1_micro", await repeat(() => ask({ sort: "-metrics.f1_micro", limit: 20 }))],
  ["filter by version, sort by version", await repeat(() => ask({ filter: "version > v1.50", sort: "-version", limit: 20 }))],
  ["newest 5", await repeat(() => ask({ limit: 5 }))],
  ["filter, every run.json checked", await repeat(() => ask({ filter: FILTER, limit: 5 }, true))],
  ["whole command: runs list --filter", await repeat(() => command("runs", "list", "--filter", FILTER))],
  ["whole command: --help, for comparison", await repeat(() => command("--help"))],
];
const { selections } = await ask({ filter: FILTER });
const matched = selections[0]!.matched;
const memoryBytes = process.resourceUsage().maxRSS * 1024;
const peer = hasPython(flags.python) ? (JSON.parse(execFileSync(flags.python, [join(import.meta.dirname, "ledger", "runs.py"), places.historyPath, places.outputDir], { encoding: "utf8" })) as Readonly<Record<string, number | string>>) : undefined;
if (flags.keep === undefined) remove(workspace);

console.log(`${count.toLocaleString("en-US")} runs, ${matched} match the filter, ${trials} trials, peak memory ${(memoryBytes / 1e6).toFixed(0)} MB\n`);
console.log(formatTable(["tunesmith", "ms"], ours.map(([name, times]) => [name, formatSpread(times)])));
if (peer === undefined) console.log(`\n${flags.python} is not here: no peer was measured.`);
else {
  const filter = median(ours[1]![1]);
  console.log(`\n${formatTable([`Python ${peer["python"]}, standard library`, "ms", "tunesmith is faster"], [
    ["filter over the lines of the history", fixed(peer["history_filter_ms"]), ratio(peer["history_filter_ms"], filter)],
    ["sort over the lines of the history", fixed(peer["history_sort_ms"]), ratio(peer["history_sort_ms"], median(ours[2]![1]))],
    ["filter over every run.json", fixed(peer["records_filter_ms"]), ratio(peer["records_filter_ms"], filter)],
    ["the same against the first time", fixed(peer["records_filter_ms"]), ratio(peer["records_filter_ms"], first)],
  ])}`);
}
if (flags.json !== undefined) writeJson(flags.json, { runs: count, matched, memory_bytes: memoryBytes, ms: Object.fromEntries(ours), peer: peer ?? null });

function fixed(value: number | string | undefined): string {
  return Number(value).toFixed(0);
}

function ratio(peer: number | string | undefined, own: number): string {
  return `${(Number(peer) / own).toFixed(1)} ×`;
}

function hasPython(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import json"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
