// What must hold when many processes do the same at the same time.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runProcesses } from "../../test/helpers/run-processes.ts";
import { readHistory } from "./history.ts";
import { listRuns } from "./read.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-processes-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const from = (file: string) => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));
const outputs = () => JSON.stringify(join(folder, "outputs"));

describe("at the same moment", () => {
  it.each([["hierarchical", 64], ["dated", 8]] as const)("processes that start in one second get a %s directory each, %i of them", { timeout: 60_000 }, async (scheme, count) => {
    const script = `import { mintRunName } from ${from("mint.ts")};
      const name = { tag: "demo", model: "tiny", phase: "training", startedAt: new Date("2026-03-01T12:00:00Z") };
      process.stdout.write(mintRunName(${outputs()}, name, { scheme: "${scheme}" }));`;
    const names = await runProcesses(folder, script, count);
    expect(new Set(names).size).toBe(count);
    const first = scheme === "dated" ? "2026-03-01/12-00-00" : "demo-tiny_training_20260301_120000";
    expect([...names].sort()[0]).toBe(first);
  });

  it("12 processes that train at once get a run, an id and a version each", { timeout: 60_000 }, async () => {
    const script = `import { createRun } from ${from("run.ts")};
      const run = createRun({ outputDir: ${outputs()}, model: "tiny", config: {}, now: () => new Date("2026-03-01T12:00:00Z") });
      await run.finish({ metrics: { loss: 1 } });`;
    await runProcesses(folder, script, 12);
    const { runs, unreadable } = listRuns(join(folder, "outputs"));
    expect(unreadable).toEqual([]);
    expect(new Set(runs.map(({ record }) => record.id)).size).toBe(12);
    expect(readHistory(join(folder, "experiment_history.jsonl")).entries.map(({ version }) => version)).toEqual(Array.from({ length: 12 }, (_, minor) => `v1.${minor}`));
  });

  it("32 processes that finish at once among many runs get a version each, although some delete the index", { timeout: 120_000 }, async () => {
    for (let at = 0; at < 520; at += 1) {
      const directory = join(folder, "outputs", `old-${at}`);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, "run.json"), `${JSON.stringify({ version: `v1.${at}` }, null, 2)}\n`);
    }
    const script = `import { rmSync } from "node:fs";
      import { createRun } from ${from("run.ts")};
      const run = createRun({ outputDir: ${outputs()}, model: "tiny", config: {}, now: () => new Date("2026-03-01T12:00:00Z") });
      if (Number(process.argv[2]) % 4 === 0) rmSync(${JSON.stringify(join(folder, ".tunesmith", "index"))}, { recursive: true, force: true, maxRetries: 20 });
      process.stdout.write((await run.finish()).version);`;
    const versions = await runProcesses(folder, script, 32);
    expect(new Set(versions)).toEqual(new Set(Array.from({ length: 32 }, (_, more) => `v1.${520 + more}`)));
  });

  it("16 processes that log lose nothing", { timeout: 60_000 }, async () => {
    const path = join(folder, "experiment_history.jsonl");
    const script = `import { openExperimentTracker } from ${from("tracker.ts")};
      const tracker = openExperimentTracker(${JSON.stringify(path)});
      for (let turn = 0; turn < 4; turn += 1) await tracker.log({ metadata: { writer: Number(process.argv[2]), turn } });`;
    await runProcesses(folder, script, 16);
    const { entries, broken } = readHistory(path);
    expect(broken).toEqual([]);
    expect(new Set(entries.map(({ metadata }) => `${metadata["writer"]}.${metadata["turn"]}`)).size).toBe(64);
    expect(entries.map(({ version }) => version)).toEqual(Array.from({ length: 64 }, (_, minor) => `v1.${minor}`));
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(65);
  });
});
