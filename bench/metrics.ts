// Logging a million points, and reading a series of 100,000 for a chart of 1,000: as the writer left it, from its text alone, and while it grows.
//
//   npx tsx bench/metrics.ts [--appends 1000000] [--series 100000] [--points 1000] [--trials 5] [--python python3] [--json FILE]
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDirectory, remove, statFile, writeJson } from "../src/files/index.ts";
import { listSeries, openMetricsLog, readSeries } from "../src/runs/index.ts";
import { formatMegabytes, formatSpread, formatTable, median } from "./print.ts";

const { values: flags } = parseArgs({
  options: { appends: { type: "string", default: "1000000" }, series: { type: "string", default: "100000" }, points: { type: "string", default: "1000" }, trials: { type: "string", default: "5" }, python: { type: "string", default: "python3" }, json: { type: "string" } },
});
const [appends, length, points, trials] = [Number(flags.appends), Number(flags.series), Number(flags.points), Number(flags.trials)];
const workspace = join(tmpdir(), `tunesmith-metrics-${process.pid}`);
const [large, small] = [join(workspace, "outputs", "large"), join(workspace, "outputs", "small")];
const cache = join(workspace, ".tunesmith");

/** A falling curve with noise of full precision. */
const value = (step: number): number => 2 / (1 + step / 1000) + (Math.imul(step, 2_654_435_761) >>> 0) / 2 ** 32 / 10;

function write(run: string, count: number, first = 0): void {
  const log = openMetricsLog(run);
  for (let step = first; step < first + count; step += 1) log.append({ step, loss: value(step) });
  log.close();
}

function timed(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

const repeat = (act: () => unknown, before: () => void = () => {}): readonly number[] =>
  Array.from({ length: trials }, () => {
    before();
    return timed(act);
  });

const chart = (run: string) => readSeries(run, { name: "loss", points });
let grown = length;

ensureDirectory(workspace);
try {
  const append = repeat(() => write(large, appends), () => remove(large));
  const logBytes = statFile(join(large, "metrics.jsonl")).sizeBytes;
  write(small, length);
  const ours: readonly (readonly [name: string, times: readonly number[]])[] = [
    [`append ${appends.toLocaleString("en-US")} points, ${formatMegabytes(logBytes)}`, append],
    [`read ${length.toLocaleString("en-US")} → ${points}`, repeat(() => chart(small))],
    ["the same from a log whose columns nobody kept", repeat(() => chart(small), () => remove(cache))],
    ["the same after 100 more points", repeat(() => chart(small), () => { write(small, 100, grown); grown += 100; })],
    ["list its series", repeat(() => listSeries(small))],
    [`read ${appends.toLocaleString("en-US")} → ${points}`, repeat(() => chart(large))],
  ];
  const peer = hasPython(flags.python) ? (JSON.parse(execFileSync(flags.python, [join(import.meta.dirname, "ledger", "metrics.py"), workspace, String(appends), join(small, "metrics.jsonl"), String(points)], { encoding: "utf8" })) as Readonly<Record<string, number | string>>) : undefined;

  console.log(formatTable([`tunesmith, ${trials} trials`, "ms"], ours.map(([name, times]) => [name, formatSpread(times, 1)])));
  if (peer === undefined) console.log(`\n${flags.python} is not here: no peer was measured.`);
  else {
    console.log(`\n${formatTable([`Python ${peer["python"]}, standard library`, "ms", "tunesmith is faster"], [
      ["append as JSON lines, one buffered file", fixed(peer["lines_ms"]), ratio(peer["lines_ms"], median(append))],
      ["append, a file opened for each point (from a hundredth of them)", fixed(Number(peer["opening_ms_each"]) * appends), ratio(Number(peer["opening_ms_each"]) * appends, median(append))],
      ["read every line, lows and highs of buckets", fixed(peer["read_ms"]), ratio(peer["read_ms"], median(ours[1]![1]))],
      ["the same, with no columns kept", fixed(peer["read_ms"]), ratio(peer["read_ms"], median(ours[2]![1]))],
    ])}`);
  }
  if (flags.json !== undefined) writeJson(flags.json, { appends, series: length, points, log_bytes: logBytes, ms: ours.map(([name, times]) => ({ name, times })), peer: peer ?? null });
} finally {
  remove(workspace);
}

function fixed(time: number | string | undefined): string {
  return Number(time).toFixed(0);
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
