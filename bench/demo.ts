// How long each step of the demo takes: `tunesmith demo` twice in a fresh workspace, as somebody runs it who tries it.
//
//   npm run build && npx tsx bench/demo.ts [--threads N] [--json FILE]
//
// Peak memory is that of the whole process tree, sampled five times a second from /proc; it is left out where there is none.
import { spawn } from "node:child_process";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDirectory, exists, readText, remove, writeJson } from "../src/files/index.ts";
import { formatMegabytes, formatTable } from "./print.ts";

const COMMAND = join(import.meta.dirname, "..", "bin", "tunesmith.js");
const SAMPLE_MS = 200;
const { values: flags } = parseArgs({ options: { threads: { type: "string", default: String(availableParallelism()) }, json: { type: "string" } } });

interface DemoRun {
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  /** From the start of the process to its end. */
  readonly totalSeconds: number;
  readonly peakBytes: number | undefined;
}

function runDemo(workspace: string): Promise<DemoRun> {
  const from = performance.now();
  const child = spawn(process.execPath, [COMMAND, "demo", "--json", "--threads", flags.threads], { cwd: workspace, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  let peakBytes: number | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const sampler = setInterval(() => {
    const bytes = treeBytes(child.pid!);
    if (bytes > 0) peakBytes = Math.max(peakBytes ?? 0, bytes);
  }, SAMPLE_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      clearInterval(sampler);
      if (code !== 0) return reject(new Error(`tunesmith demo ended with ${code}`));
      const { steps } = JSON.parse(output) as Pick<DemoRun, "steps">;
      resolve({ steps, totalSeconds: (performance.now() - from) / 1000, peakBytes });
    });
  });
}

/** Resident memory of a process and all below it; 0 when it is gone or the system does not say. */
function treeBytes(pid: number): number {
  try {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readText(`/proc/${pid}/status`));
    const children = readText(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
    return 1024 * Number(resident?.[1] ?? 0) + children.reduce((sum, child) => sum + treeBytes(child), 0);
  } catch {
    return 0;
  }
}

if (!exists(join(COMMAND, "..", "..", "dist"))) throw new Error("There is no dist/: run `npm run build` first");
const workspace = join(tmpdir(), `tunesmith-demo-${process.pid}`);
ensureDirectory(workspace);
try {
  const runs = [await runDemo(workspace), await runDemo(workspace)];
  const [first, second] = runs as [DemoRun, DemoRun];
  const seconds = (value: number | undefined) => (value === undefined ? "" : value.toFixed(1));
  console.log(`tunesmith demo, ${flags.threads} threads, seconds\n`);
  console.log(formatTable(["step", "first", "second"], [
    ...first.steps.map(({ name, seconds: taken }, index) => [name, seconds(taken), seconds(second.steps[index]?.seconds)]),
    ["whole process", seconds(first.totalSeconds), seconds(second.totalSeconds)],
    ["peak memory", ...runs.map(({ peakBytes }) => (peakBytes === undefined ? "" : formatMegabytes(peakBytes)))],
  ]));
  if (flags.json !== undefined) writeJson(flags.json, runs);
} finally {
  remove(workspace);
}
