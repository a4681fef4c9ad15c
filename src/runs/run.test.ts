import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TunesmithError } from "../errors.ts";
import { readHistory } from "./history.ts";
import { metricSeries, readMetrics } from "./metrics.ts";
import { createSweepDirectory } from "./mint.ts";
import { parseRunName } from "./names.ts";
import { listRuns, readRun } from "./read.ts";
import { createRun, reopenRun, type CreateRunOptions } from "./run.ts";

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

  it("takes the directory the workspace's scheme asks for, and the next free second", async () => {
    const naming = { scheme: "dated", time_zone: "utc" } as const;
    const [first, second] = [start({ naming }), start({ naming })];
    expect([first, second].map(({ record }) => record.name)).toEqual(["2026-03-01/12-00-00", "2026-03-01/12-00-01"]);
    expect(second.record).toMatchObject({ scheme: "dated", tag: "run", started_at: "2026-03-01T12:00:00.000Z" });
    expect((await second.finish()).version).toBe("v1.0");
    expect(history().entries).toHaveLength(1);
    first.stop();
    expect((await reopenRun(first.directory, { now: noon }).finish()).version).toBe("v1.1");
    expect(history().entries).toHaveLength(2);
  });

  it("writes the local time into the name and the real one into the record", () => {
    const { record } = start({ naming: { time_zone: "local" } });
    expect(parseRunName(record.name, "local")?.startedAt).toEqual(noon());
    expect(record).toMatchObject({ time_zone: "local", started_at: "2026-03-01T12:00:00.000Z" });
  });

  it("makes the members of a sweep in its directory, each once", async () => {
    const sweep = createSweepDirectory(join(workspace, "multirun"), noon());
    const member = (number: number) => start({ outputDir: join(workspace, "multirun"), sweep: { directory: sweep, member: number, id: "sweep-1" } });
    const run = member(3);
    expect(run.record).toMatchObject({ name: "2026-03-01/12-00-00/3", scheme: "dated", parent: "sweep-1" });
    expect(() => member(3)).toThrow(/Cannot create member 3 of sweep .*: it is there already/);
    expect((await run.finish()).version).toBe("v1.0");
    expect((await start().finish()).version).toBe("v1.1");
    rmSync(join(workspace, "experiment_history.jsonl"));
    expect((await member(4).finish()).version).toBe("v1.2");
    expect(listRuns(join(workspace, "outputs")).runs).toHaveLength(3);
  });

  it("numbers above what is known elsewhere, and opens a major on demand", async () => {
    expect((await start({ knownVersions: ["v1.4", "d9.0", "v1.2-retry"] }).finish()).version).toBe("v1.5");
    expect((await start({ major: true }).finish()).version).toBe("v2.0");
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

  it("knows a process by its start, not by its number alone", () => {
    const run = start();
    expect(readRun(run.directory).record.status).toBe("running");
    if (run.record.pid_start === null) return;
    writeFileSync(join(run.directory, "run.json"), JSON.stringify({ ...run.record, pid_start: "another process" }));
    expect(readRun(run.directory).record).toMatchObject({ status: "failed", error: { code: "runs.process_gone" } });
  });

  it("names a worker that outlives its parent, and lets nobody into the run until it ended", () => {
    const run = start();
    run.update({ worker_pid: 77 });
    const observer = (alive: readonly number[]) => ({ hostname: run.record.host.hostname, isAlive: (pid: number) => alive.includes(pid) });
    const stored = readRun(run.directory, observer([77]));
    expect(stored).toMatchObject({ liveWorkerPid: 77, record: { status: "failed", error: { message: expect.stringContaining("its worker, process 77, has not ended yet") } } });
    expect(() => reopenRun(run.directory, { observer: observer([77]) })).toThrow("its worker, process 77");
    expect(() => reopenRun(run.directory, { observer: observer([process.pid]) })).toThrow(`process ${process.pid} on`);
    expect(reopenRun(run.directory, { observer: observer([]) }).record).toMatchObject({ status: "running", worker_pid: null, worker_start: null });
  });

  it("leaves the runs of other hosts alone for a day", () => {
    const run = start();
    const elsewhere = (hours: number) => ({ hostname: "elsewhere", isAlive: () => false, now: () => Date.now() + 3_600_000 * hours });
    expect(readRun(run.directory, elsewhere(23)).record.status).toBe("running");
    expect(readRun(run.directory, elsewhere(25)).record).toMatchObject({ status: "failed", error: { code: "runs.process_silent" } });
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
