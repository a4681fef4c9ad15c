// A catalog of 10,000 checkpoints in 1,000 runs: the first time, again, and its memory, against Python reading them as the seeds did
// (`torch.load` for each file without a sound sidecar).
//
//   npx tsx bench/catalog.ts --python /path/to/python [--runs 1000] [--trials 5] [--sample 500] [--cli FILE] [--keep DIR] [--json FILE]
//
// Python needs torch and pyyaml; it also writes the ten checkpoints that are copied, each a real torch zip of some 30 kB. Half of the copies
// have a sidecar, by turns JSON and YAML; every second run is of the dated layout, every run has a Hydra configuration. The command line is
// measured as built, as a whole process; `--cli` names another build's.
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { parseArgs, promisify } from "node:util";
import { copy, ensureDirectory, exists, remove, writeJson } from "../src/files/index.ts";
import { closeSync, openSync, writeSync } from "node:fs";
import { formatMegabytes, formatSpread, formatTable, median } from "./print.ts";

const { values: flags } = parseArgs({
  options: {
    python: { type: "string", default: "python3" }, runs: { type: "string", default: "1000" }, trials: { type: "string", default: "5" }, sample: { type: "string", default: "500" },
    cli: { type: "string", default: join(import.meta.dirname, "..", "bin", "tunesmith.js") }, keep: { type: "string" }, json: { type: "string" },
  },
});
const PER_RUN = 10;
const runs = Number(flags.runs);
const trials = Number(flags.trials);
const workspace = flags.keep ?? join(tmpdir(), `tunesmith-catalog-${process.pid}`);
const outputs = join(workspace, "outputs");
const script = join(import.meta.dirname, "ledger", "catalog.py");
const run = promisify(execFile);

interface Measured {
  readonly ms: number;
  /** Of all threads: what a machine busy with something else would have taken alone, at most. */
  readonly cpu_ms: number;
  readonly entries: number;
  readonly described: number;
  readonly with_architecture: number;
  readonly problems: number;
  readonly peak_rss_bytes: number;
  readonly idle_rss_bytes: number;
}

function generate(): void {
  const seeds = join(workspace, "written");
  ensureDirectory(seeds);
  execFileSync(flags.python, [script, "write", seeds, String(PER_RUN)], { stdio: "inherit" });
  for (let number = 0; number < runs; number += 1) {
    const directory = join(outputs, runName(number));
    ensureDirectory(join(directory, "checkpoints"));
    ensureDirectory(join(directory, ".hydra"));
    writePlain(join(directory, ".hydra", "config.yaml"), configOf(number));
    for (let at = 0; at < PER_RUN; at += 1) {
      const stem = join(directory, "checkpoints", stemOf(at));
      copy(join(seeds, `${at}.ckpt`), `${stem}.ckpt`);
      if (at % 2 === 0) writePlain(...sidecarOf(stem, number, at));
    }
  }
  remove(seeds);
}

function runName(number: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [day, hour, minute] = [1 + (Math.floor(number / 1440) % 28), Math.floor(number / 60) % 24, number % 60];
  return number % 2 === 0 ? `exp_${number % 50}-dbnet-resnet18_training_202510${two(day)}_${two(hour)}${two(minute)}00` : `2025-10-${two(day)}/${two(hour)}-${two(minute)}-00`;
}

/** Eight steps, a best and the last. */
function stemOf(at: number): string {
  if (at === PER_RUN - 1) return "last";
  return at === PER_RUN - 2 ? "best-hmean-0.5800" : `epoch-${String(at).padStart(2, "0")}_step-${String(273 * (at + 1)).padStart(6, "0")}`;
}

function configOf(number: number): string {
  const rest = Array.from({ length: 60 }, (_value, at) => `section_${at}:\n  name: part ${at}\n  value: ${at * 1.5}\n`).join("");
  return `exp_name: exp_${number % 50}\nseed: ${number}\nmodel:\n  _target_: ocr.models.OCRModel\n  architecture_name: dbnet\n${rest}trainer:\n  max_epochs: 10\n`;
}

function sidecarOf(stem: string, number: number, at: number): [string, string] {
  const hmean = 0.5 + at / 100;
  const record = {
    schema_version: "1.0", checkpoint_path: `${stem}.ckpt`, exp_name: `exp_${number % 50}`, created_at: "2025-10-19T13:36:00",
    training: { epoch: at, global_step: 273 * (at + 1), training_phase: "training", max_epochs: 10 },
    model: {
      architecture: "dbnet", encoder: { model_name: "resnet18", pretrained: true, frozen: false }, decoder: { name: "unet", in_channels: [64, 128, 256, 512], inner_channels: 256, output_channels: 64, params: {} },
      head: { name: "db_head", in_channels: 256, params: {} }, loss: { name: "db_loss", params: { negative_ratio: 3 } },
    },
    metrics: { precision: hmean, recall: hmean, hmean, validation_loss: 1 - hmean, additional_metrics: { "val/cleval": hmean } },
    checkpointing: { monitor: "val/hmean", mode: "max", save_top_k: 3, save_last: true },
  };
  return at % 4 === 0 ? [`${stem}.metadata.json`, JSON.stringify(record, null, 2)] : [`${stem}.metadata.yaml`, toYaml(record)];
}

/** As Python's yaml.dump writes it: blocks, lists one item a line. */
function toYaml(value: object, indent = ""): string {
  return Object.entries(value)
    .map(([key, member]: [string, unknown]) => {
      if (Array.isArray(member)) return `${indent}${key}:\n${member.map((one) => `${indent}- ${String(one)}\n`).join("")}`;
      if (member !== null && typeof member === "object") return Object.keys(member).length === 0 ? `${indent}${key}: {}\n` : `${indent}${key}:\n${toYaml(member, `${indent}  `)}`;
      return `${indent}${key}: ${key === "schema_version" || key === "created_at" ? `'${String(member)}'` : String(member)}\n`;
    })
    .join("");
}

/** Without flushing each of fifteen thousand files to disk. */
function writePlain(path: string, text: string): void {
  const descriptor = openSync(path, "w");
  writeSync(descriptor, text);
  closeSync(descriptor);
}

async function measure(index: "use" | "rebuild"): Promise<Measured> {
  const { stdout } = await run(process.execPath, [...process.execArgv, join(import.meta.dirname, "catalog-worker.ts"), outputs, index]);
  return JSON.parse(stdout) as Measured;
}

async function measureCommand(): Promise<number> {
  const started = performance.now();
  await run(process.execPath, [flags.cli, "checkpoints", "list", outputs, "--sort", "hmean", "--limit", "5"]);
  return performance.now() - started;
}

async function repeat<T>(act: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let trial = 0; trial < trials; trial += 1) results.push(await act());
  return results;
}

try {
  if (!exists(outputs)) generate();
  const first = await repeat(() => measure("rebuild"));
  const again = await repeat(() => measure("use"));
  const command = exists(flags.cli) ? await repeat(measureCommand) : [];
  const peer = JSON.parse((await run(flags.python, [script, "read", outputs, flags.sample])).stdout) as { files: number; find_s: number; sampled: number; sample_s: number };
  const peerMs = 1000 * (peer.find_s + (peer.sample_s * peer.files) / peer.sampled);
  const firstMs = median(first.map(({ ms }) => ms));
  const againMs = median(again.map(({ ms }) => ms));
  const wrong = first.some(({ entries, with_architecture, problems }) => entries !== runs * PER_RUN || with_architecture !== entries || problems > 0) || again.some(({ described }) => described > 0);
  const memory = (measured: readonly Measured[]) => formatMegabytes(Math.max(...measured.map(({ peak_rss_bytes }) => peak_rss_bytes)));
  console.log(
    formatTable(
      [`${runs * PER_RUN} checkpoints in ${runs} runs`, "ms", "CPU ms", "peak memory", "times as fast"],
      [
        ["first catalog", formatSpread(first.map(({ ms }) => ms)), formatSpread(first.map(({ cpu_ms }) => cpu_ms)), memory(first), (peerMs / firstMs).toFixed(1)],
        ["again", formatSpread(again.map(({ ms }) => ms)), formatSpread(again.map(({ cpu_ms }) => cpu_ms)), memory(again), (peerMs / againMs).toFixed(0)],
        ...(command.length === 0 ? [] : [["again, the whole command", formatSpread(command), "", "", (peerMs / median(command)).toFixed(0)]]),
        [`Python, torch.load (${peer.sampled} of ${peer.files}, scaled)`, peerMs.toFixed(0), "", "", "1"],
      ],
    ),
  );
  console.log(`\nMemory is the most the process ever had, ${formatMegabytes(first[0]!.idle_rss_bytes)} of it before the first file was looked at. Python reads from nothing every time, without counting the import of torch.`);
  if (flags.json !== undefined) writeJson(flags.json, { runs, checkpoints: runs * PER_RUN, first, again, command_ms: command, peer, peer_ms_scaled: peerMs, ratio_first: peerMs / firstMs, ratio_again: peerMs / againMs });
  if (wrong) throw new Error(`The catalog is not what was written: ${JSON.stringify([first[0], again[0]])}`);
} finally {
  if (flags.keep === undefined) remove(workspace);
}
