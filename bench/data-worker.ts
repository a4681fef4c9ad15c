// One preparation as a process of its own, by the built library: prints JSON with its time and memory, stage by stage.
//
//   npx tsx bench/data-worker.ts ROWS.jsonl OUT [THREADS]
import { join } from "node:path";

const { prepareDataset } = (await import(join(import.meta.dirname, "..", "dist", "data", "index.js"))) as typeof import("../src/data/index.ts");
const [inputFile, outputDir, threads] = process.argv.slice(2);
const started = performance.now();
const stages: { readonly stage: string; readonly ms: number; readonly rss_bytes: number }[] = [];
const { record } = await prepareDataset({
  domain: "bench",
  inputFile: inputFile!,
  outputDir: outputDir!,
  now: new Date(0),
  ...(threads === undefined ? {} : { threads: Number(threads) }),
  onProgress: ({ stage }) => stages.push({ stage, ms: performance.now() - started, rss_bytes: process.memoryUsage.rss() }),
});
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(
  JSON.stringify({
    ms: performance.now() - started,
    cpu_ms: (userCPUTime + systemCPUTime) / 1000,
    peak_rss_bytes: maxRSS * 1024,
    rows: record.statistics.rows,
    groups: record.split.groups,
    near: record.findings.find(({ code }) => code === "near_duplicate")?.count ?? 0,
    splits: Object.fromEntries(Object.entries(record.splits).map(([name, { rows }]) => [name, rows])),
    digest: record.digest,
    stages,
  }),
);
