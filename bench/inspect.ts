// What a look into a large checkpoint costs: `inspectCheckpoint` against `torch.load(weights_only=True)`, whole and memory-mapped, on one file.
//
//   npx tsx bench/inspect.ts --python <python with torch> [--megabytes 1024] [--rounds 3] [--json FILE]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inspectCheckpoint } from "../src/checkpoints/index.ts";
import { writeJson } from "../src/files/index.ts";
import { formatSpread, formatTable, median } from "./print.ts";

const { values: flags } = parseArgs({
  options: { python: { type: "string", default: "python3" }, megabytes: { type: "string", default: "1024" }, rounds: { type: "string", default: "3" }, json: { type: "string" } },
});
const rounds = Number(flags.rounds);
const scratch = mkdtempSync(join(tmpdir(), "tunesmith-bench-"));
const path = join(scratch, "large.ckpt");

const WRITE = `
import sys, torch
n = int(sys.argv[2]) // 4
state = {f"model.layers.{i}.weight": torch.zeros(1024, 1024) for i in range(n)}
torch.save({"epoch": 3, "global_step": 1000, "hyper_parameters": {"lr": 0.1}, "state_dict": state}, sys.argv[1])
`;
const LOAD = `
import sys, time, json, torch
mapped = sys.argv[3] == "mapped"
times = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    held = torch.load(sys.argv[1], map_location="cpu", weights_only=True, mmap=mapped)
    count = sum(t.numel() for t in held["state_dict"].values())
    times.append(1000 * (time.perf_counter() - start))
    del held
print(json.dumps({"times": times, "count": count}))
`;

interface Measured {
  readonly times: readonly number[];
  readonly count: number;
}

function load(way: "whole" | "mapped"): Measured {
  return JSON.parse(execFileSync(flags.python, ["-c", LOAD, path, flags.rounds, way], { encoding: "utf8" })) as Measured;
}

function inspect(): Measured {
  let count = 0;
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now();
    count = inspectCheckpoint(path).parameterCount;
    return performance.now() - from;
  });
  return { times, count };
}

try {
  execFileSync(flags.python, ["-c", WRITE, path, flags.megabytes]);
  const results = { "torch.load": load("whole"), "torch.load, mmap": load("mapped"), "tunesmith inspect": inspect() };
  const ours = results["tunesmith inspect"];
  for (const [name, { count }] of Object.entries(results)) if (count !== ours.count) throw new Error(`${name} counts ${count} parameters, tunesmith ${ours.count}`);
  const rows = Object.entries(results).map(([name, { times }]) => [name, formatSpread(times, 1), (median(times) / median(ours.times)).toFixed(1)]);
  console.log(`${flags.megabytes} MiB, ${rounds} rounds each in one process, milliseconds: median (least–most); the import of torch is not counted\n`);
  console.log(formatTable(["reader", "ms", "times ours"], rows));
  if (flags.json !== undefined) writeJson(flags.json, { megabytes: Number(flags.megabytes), rounds, results });
} finally {
  rmSync(scratch, { recursive: true });
}
