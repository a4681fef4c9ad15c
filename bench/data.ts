// A million rows of JSON Lines prepared (clean, validate, exact and near-duplicates, groups, split, leakage gate, Arrow) against the same in
// Python with `datasets`, pandas and numpy, each as a process of its own with all cores.
//
//   npm run build && npx tsx bench/data.ts --python /path/to/python [--rows 1000000] [--trials 1] [--keep DIR] [--json FILE]
//
// Python needs datasets, pandas and numpy. The rows are made up from a seed (bench/data/rows.ts): 300 to 600 bytes each. Memory is the most that
// was resident; for Python that of its largest process.
import { execFile } from "node:child_process";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { createFile, ensureDirectory, remove, statFile, writeJson } from "../src/files/index.ts";
import { generateRows } from "./data/rows.ts";
import { formatMegabytes, formatTable, median } from "./print.ts";

const { values: flags } = parseArgs({
  options: { python: { type: "string", default: "python3" }, rows: { type: "string", default: "1000000" }, trials: { type: "string", default: "1" }, keep: { type: "string" }, json: { type: "string" } },
});
const ROWS_WRITTEN_AT_ONCE = 5000;
const rows = Number(flags.rows);
const workspace = flags.keep ?? join(tmpdir(), `tunesmith-data-${process.pid}`);
const input = join(workspace, "rows.jsonl");
const run = promisify(execFile);

interface Measured {
  readonly ms: number;
  readonly peak_rss_bytes: number;
  /** Kept rows. */
  readonly rows: number;
  readonly groups: number;
  /** Rows that nearly repeat another. */
  readonly near: number;
  readonly splits: Readonly<Record<string, number>>;
}

/** Streams the rows into a file. */
function writeRows(): void {
  const file = createFile(input);
  let lines: string[] = [];
  const flush = (): void => {
    file.write(lines.map((line) => `${line}\n`).join(""));
    lines = [];
  };
  for (const row of generateRows(rows, 1)) if (lines.push(JSON.stringify(row)) === ROWS_WRITTEN_AT_ONCE) flush();
  flush();
  file.commit();
}

async function measure(command: string, args: readonly string[], leftovers: readonly string[]): Promise<Measured> {
  for (const path of leftovers) remove(path);
  const { stdout } = await run(command, args, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Measured;
}

ensureDirectory(workspace);
try {
  writeRows();
  const bytes = statFile(input).sizeBytes;
  console.log(`${rows.toLocaleString("en")} rows, ${formatMegabytes(bytes)}, ${(bytes / rows).toFixed(0)} bytes a row, ${availableParallelism()} cores`);
  const [ours, theirs]: [Measured[], Measured[]] = [[], []];
  for (let trial = 0; trial < Number(flags.trials); trial += 1) {
    const [output, pythonOutput] = [join(workspace, "ours"), join(workspace, "python")];
    ours.push(await measure(process.execPath, ["--import", "tsx", join(import.meta.dirname, "data-worker.ts"), input, output], [output]));
    theirs.push(await measure(flags.python, [join(import.meta.dirname, "data", "prepare.py"), input, pythonOutput], [pythonOutput, `${pythonOutput}.cache`]));
  }
  const line = (name: string, measured: readonly Measured[]): string[] => {
    const { rows: kept, groups, near } = measured[0]!;
    const ms = median(measured.map((one) => one.ms));
    return [name, (ms / 1000).toFixed(1), ((rows / ms) * 1000).toFixed(0), formatMegabytes(Math.max(...measured.map((one) => one.peak_rss_bytes))), String(kept), String(groups), String(near)];
  };
  const ratio = median(theirs.map(({ ms }) => ms)) / median(ours.map(({ ms }) => ms));
  console.log(formatTable(["", "seconds", "rows/s", "memory", "kept", "groups", "near-duplicates"], [line("tunesmith", ours), line("python", theirs)]));
  console.log(`\n${ratio.toFixed(1)} times as fast`);
  if (flags.json !== undefined) writeJson(flags.json, { rows, bytes, cores: availableParallelism(), ours, theirs, ratio });
} finally {
  if (flags.keep === undefined) remove(workspace);
}
