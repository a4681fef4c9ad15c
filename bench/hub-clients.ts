// The test-suites of the hub's own clients against `tunesmith hub serve`: how many tests of fixed lists pass, test by test.
//
//   npm run build && npx tsx bench/hub-clients.ts [--hub DIR] [--datasets DIR] [--js DIR] [--python python3] [--only WORD] [--workers 2] [--write-lists] [--json FILE]
//
// DIR are copies of huggingface_hub (`tests`, `pyproject.toml`), of datasets (`tests`) and of huggingface.js' `packages/hub`. The Python has
// datasets, pytest, pytest-mock, pytest-vcr, pytest-asyncio, pytest-timeout, pytest-xdist, and the huggingface_hub that the tests are of
// (PYTHONPATH may name another one); the JavaScript folder has vitest and its dependencies installed.
// The suites are copied and told where the hub is; nothing else in them is changed. What counts stands in `bench/hub/*.txt`, one test a line,
// written once by `--write-lists`: every test that asks a hub and is not marked for the public one. What this hub could never pass stands
// there behind a `#` with the reason: it is left out by its name, never by its result. `--only` runs tests with a word in their names.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readList, writeList } from "./hub/list.ts";
import { startHub } from "./hub/server.ts";
import { SUITES, type Result, type Suite } from "./hub/suites.ts";
import { formatTable } from "./print.ts";

const { values: flags } = parseArgs({
  options: {
    hub: { type: "string" },
    datasets: { type: "string" },
    js: { type: "string" },
    python: { type: "string", default: "python3" },
    only: { type: "string" },
    workers: { type: "string", default: "2" },
    "write-lists": { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const SOURCES: Readonly<Record<Suite["name"], string | undefined>> = { huggingface_hub: flags.hub, datasets: flags.datasets, "huggingface.js": flags.js };

async function runSuite(suite: Suite, source: string): Promise<readonly Result[]> {
  const scratch = mkdtempSync(join(tmpdir(), "tunesmith-clients-"));
  const hub = await startHub(join(scratch, "data"));
  try {
    const directory = join(scratch, "suite");
    cpSync(source, directory, { recursive: true, verbatimSymlinks: true });
    const accounts = suite.prepare(directory, hub.endpoint);
    for (const account of accounts) await hub.add(account);
    const environment = { ...process.env, HF_ENDPOINT: hub.endpoint, HF_HOME: join(scratch, "home"), HF_HUB_DISABLE_TELEMETRY: "1", HF_HUB_DISABLE_PROGRESS_BARS: "1" };
    const list = flags["write-lists"] ? undefined : readList(suite);
    return await suite.run({ directory, python: flags.python, environment, list, only: flags.only, workers: Number(flags.workers) });
  } finally {
    await hub.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const rows: string[][] = [];
const report: Record<string, unknown> = {};
for (const suite of SUITES) {
  const source = SOURCES[suite.name];
  if (source === undefined) continue;
  const results = await runSuite(suite, source);
  if (flags["write-lists"]) writeList(suite, results);
  const byName = new Map(results.map((result) => [result.test, result]));
  const list = (readList(suite)?.counted ?? results.filter(({ asked }) => asked).map(({ test }) => test)).filter((test) => flags.only === undefined || (byName.get(test)?.outcome ?? "skipped") !== "skipped");
  const outcomes = list.map((test) => byName.get(test) ?? { test, outcome: "not run", asked: false, reason: "" });
  const passed = outcomes.filter(({ outcome }) => outcome === "passed").length;
  for (const { test, outcome, reason } of outcomes) if (outcome !== "passed") console.log(`${outcome}  ${test}\n    ${reason.trim().split("\n").at(-1)?.slice(0, 200) ?? ""}`);
  rows.push([suite.name, String(passed), String(list.length), `${((100 * passed) / list.length).toFixed(1)} %`]);
  report[suite.name] = { passed, counted: list.length, tests: outcomes };
}
console.log(`\n${formatTable(["suite", "passed", "of", "score"], rows)}`);
if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(report, null, 1));
