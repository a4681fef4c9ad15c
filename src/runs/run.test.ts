import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TunesmithError } from "../errors.ts";
import { readHistory } from "./history.ts";
import { metricSeries, readMetrics } from "./metrics.ts";
import { listRuns, readRun } from "./read.ts";
import { createRun, reopenRun, type CreateRunOptions } from "./run.ts";

const execute = promisify(execFile);
let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tunesmith-runs-"));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const noon = () => new Date("2026-03-01T12:00:00Z");
const start = (options: Partial<CreateRunOptions> = {}) =>
  createRun({ outputDir: join(workspace, "outputs"), model: "tiny", config: { epochs: 3, seed: 42 }, now: noon, environment: {}, ...options });
const history = () => readHistory(join(workspace, "experiment_history.jsonl"));

describe("createRun", () => {
  it("writes a running record with a name, an id and a config digest", () => {
    const run = start({ tag: "demo", configYaml: "epochs: 3\n" });
    expect(run.record).toMatchObject({ name: "demo-tiny_training_20260301_120000", status: "running", version: null, started_at: "2026-03-01T12:00:00.000Z", pid: process.pid });
    expect(run.record.id).toMatch(/^run-[0-9a-f]{16}$/);
    expect(readRun(run.directory).record).toEqual(run.record);
    expect(readFileSync(join(run.directory, "config.yaml"), "utf8")).toBe("epochs: 3\n");
  });

  it("takes its tag from EXPERIMENT_TAG", () => {
    expect(start({ environment: { EXPERIMENT_TAG: "baseline_v1" } }).record.tag).toBe("baseline_v1");
    expect(start({ tag: "mine", environment: { EXPERIMENT_TAG: "baseline_v1" } }).record.tag).toBe("mine");
  });

  it("takes the next free second when a name is taken", () => {
    const names = [start(), start(), start()].map((run) => run.record.name);
    expect(names).toEqual(["run-tiny_training_20260301_120000", "run-tiny_training_20260301_120001", "run-tiny_training_20260301_120002"]);
  });

  it("gives 16 processes of one second 16 runs", async () => {
    const script = `import { createRun } from ${JSON.stringify(new URL("run.ts", import.meta.url).href)};
      const run = createRun({ outputDir: ${JSON.stringify(join(workspace, "outputs"))}, model: "tiny", config: {}, now: () => new Date("2026-03-01T12:00:00Z") });
      await run.finish({ metrics: { loss: 1 } });`;
    await Promise.all(Array.from({ length: 16 }, () => execute(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script])));
    const { runs, unreadable } = listRuns(join(workspace, "outputs"));
    expect(unreadable).toEqual([]);
    expect(new Set(runs.map((run) => run.record.id)).size).toBe(16);
    const minors = history().entries.map((entry) => entry.version);
    expect(minors).toEqual(Array.from({ length: 16 }, (_, minor) => `v1.${minor}`));
  });

  it("refuses a version that was used before any work is done", async () => {
    await start({ requestedVersion: "v2.0" }).finish();
    expect(() => start({ requestedVersion: "v2.0" })).toThrow("Cannot use version v2.0: it belongs to an earlier run");
    expect(listRuns(join(workspace, "outputs")).runs).toHaveLength(1);
  });
});

describe("a run's end", () => {
  it("reserves the next version and appends one line to the history", async () => {
    const dataset = { path: "data/x", digest: "d1", name: "x", counts: { train: 80, validation: 10, test: 10 } };
    const measuredOn = { checkpoint_digest: "c1", dataset_digest: "d1", split: "test", rows: 10, evaluation_digest: null };
    await start().finish({ metrics: { loss: 1.5 } });
    const record = await start({ dataset, baseModel: { path: "base", digest: "b1" } }).finish({ metrics: { loss: 1.25 }, measuredOn, artifacts: { adapter: "checkpoints/last" } });
    expect(record).toMatchObject({ status: "finished", version: "v1.1", metrics: { loss: 1.25 }, artifacts: { adapter: "checkpoints/last" } });
    expect(history().entries[1]).toEqual({
      version: "v1.1",
      timestamp: "2026-03-01T12:00:00.000Z",
      config: { base_model: "base", train_size: 80, test_size: 10, num_epochs: 3, epochs: 3, seed: 42 },
      metrics: { overall: { loss: 1.25 } },
      metadata: expect.objectContaining({ run_id: record.id, run: record.name, status: "finished", dataset_digest: "d1", measured_on: measuredOn }),
    });
  });

  it("never reuses a version, even when the history is deleted", async () => {
    await start().finish();
    rmSync(join(workspace, "experiment_history.jsonl"));
    expect((await start().finish()).version).toBe("v1.1");
  });

  it("records a failure with its code and without a version", async () => {
    const record = await start().fail(new TunesmithError({ code: "engine.crashed", message: "Cannot train: signal SIGSEGV" }));
    expect(record).toMatchObject({ status: "failed", version: null, error: { code: "engine.crashed", message: "Cannot train: signal SIGSEGV" } });
    expect(history().entries[0]).toMatchObject({ version: null, metadata: { status: "failed", error: { code: "engine.crashed" } } });
    expect((await start().finish()).version).toBe("v1.0");
  });

  it("does not happen twice", async () => {
    const run = start();
    await run.finish();
    await expect(run.finish()).rejects.toThrow(`Cannot finish run ${run.record.name}: it is finished, it must be running`);
    expect(() => reopenRun(run.directory)).toThrow("it is finished, it must be running");
  });

  it("keeps the identity of a run that is stopped and opened again", async () => {
    const run = start();
    run.appendMetrics({ step: 7, loss: 2 });
    run.stop();
    const again = reopenRun(run.directory, { now: noon });
    expect(again.record).toMatchObject({ id: run.record.id, status: "running", last_step: 7, ended_at: null });
    expect((await again.finish()).version).toBe("v1.0");
  });
});

describe("readRun", () => {
  it("shows a running run whose process is gone as failed, with its last step", () => {
    const run = start();
    run.appendMetrics({ step: 1, loss: 3 });
    run.appendMetrics({ step: 2, loss: 2 });
    const { record } = readRun(run.directory, { hostname: run.record.host.hostname, isAlive: () => false });
    expect(record).toMatchObject({ status: "failed", last_step: 2, error: { code: "runs.process_gone", message: `process ${process.pid} ended without a word after step 2` } });
  });

  it("leaves the runs of other hosts alone", () => {
    const run = start();
    expect(readRun(run.directory, { hostname: "elsewhere", isAlive: () => false }).record.status).toBe("running");
  });

  it("names file and field when the record is wrong", () => {
    const run = start();
    writeFileSync(join(run.directory, "run.json"), JSON.stringify({ ...run.record, status: "done" }));
    expect(() => readRun(run.directory)).toThrow(/run\.json: status: Invalid option/);
    writeFileSync(join(run.directory, "run.json"), JSON.stringify({ ...run.record, schema_version: 9 }));
    expect(() => readRun(run.directory)).toThrow("its schema_version is 9, newer than this package knows");
    expect(() => readRun(join(workspace, "nothing"))).toThrow("it holds no run.json");
  });
});

describe("listRuns", () => {
  it("lists newest first and reports what it cannot read", () => {
    const old = start();
    const young = start({ now: () => new Date("2026-03-02T12:00:00Z") });
    const broken = start({ tag: "broken" });
    writeFileSync(join(broken.directory, "run.json"), "{");
    const { runs, unreadable } = listRuns(join(workspace, "outputs"));
    expect(runs.map((run) => run.record.id)).toEqual([young.record.id, old.record.id]);
    expect(unreadable).toEqual([{ directory: broken.directory, message: expect.stringContaining("not valid JSON") }]);
    expect(listRuns(join(workspace, "none")).runs).toEqual([]);
  });
});

describe("metrics.jsonl", () => {
  it("gives curves by name, the later row winning", () => {
    const run = start();
    for (const [step, loss] of [[1, 3], [2, 2.5], [2, 2.4], [3, Number.NaN]] as const) run.appendMetrics({ step, loss, split: "train" });
    run.appendMetrics({ step: 2, eval_loss: 2.6 });
    const series = metricSeries(readMetrics(run.directory));
    expect(series.get("loss")).toEqual([{ step: 1, value: 3 }, { step: 2, value: 2.4 }, { step: 3, value: Number.NaN }]);
    expect(series.get("eval_loss")).toEqual([{ step: 2, value: 2.6 }]);
    expect(series.has("split")).toBe(false);
  });

  it("survives a torn line, which hides only itself", () => {
    const run = start();
    run.appendMetrics({ step: 1, loss: 3 });
    writeFileSync(join(run.directory, "metrics.jsonl"), '{"step": 2, "lo', { flag: "a" });
    run.appendMetrics({ step: 3, loss: 2 });
    const log = readMetrics(run.directory);
    expect(log.rows.map((row) => row.step)).toEqual([1, 3]);
    expect(log.broken).toEqual([{ line: 2, message: expect.stringContaining("not valid JSON") }]);
    expect(log.lastStep).toBe(3);
  });
});
