import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readHistory } from "./history.ts";
import { applyHistoryRebuild, planHistoryRebuild, type RebuildOptions } from "./rebuild.ts";
import { createRun } from "./run.ts";

let workspace: string;
let path: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tunesmith-rebuild-"));
  path = join(workspace, "experiment_history.jsonl");
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const at = (day: number) => () => new Date(Date.UTC(2026, 2, day, 12));
const start = (day: number) => createRun({ outputDir: join(workspace, "outputs"), tag: "demo", model: "tiny", config: { epochs: 3 }, now: at(day), environment: {} });
const plan = (options: Partial<RebuildOptions> = {}) => planHistoryRebuild({ outputDir: join(workspace, "outputs"), ...options });
const versions = () => readHistory(path).entries.map(({ version }) => version);
const seedLine = (version: string, timestamp: string) => JSON.stringify({ version, timestamp, config: {}, metrics: { overall: { f1_micro: 0.8 } }, metadata: {}, extra: [1.0] });

describe("planHistoryRebuild", () => {
  it("makes a lost history again, failures included, to the byte", async () => {
    await start(1).finish({ metrics: { loss: 1.5 } });
    await start(2).fail(new Error("no space"));
    await start(3).finish();
    start(4).stop();
    const before = readFileSync(path, "utf8");
    rmSync(path);
    expect((await applyHistoryRebuild(plan())).backup).toBeNull();
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("touches nothing, and nothing is missing after it was carried out", async () => {
    await start(1).finish();
    rmSync(path);
    const first = plan();
    expect(first.added).toEqual([{ source: "run", name: "demo-tiny_training_20260301_120000", version: "v1.0", status: "finished" }]);
    expect(existsSync(path)).toBe(false);
    await applyHistoryRebuild(first);
    expect(plan()).toMatchObject({ kept: 1, added: [], broken: [] });
  });

  it("keeps what is there as it is written, and puts the rest where its time belongs", async () => {
    await start(5).finish();
    writeFileSync(path, `${seedLine("v0.8", "2026-03-01T00:00:00")}\n\n${seedLine("v0.9", "2026-03-09T00:00:00.123456")}\n`);
    await applyHistoryRebuild(plan());
    expect(versions()).toEqual(["v0.8", "v1.0", "v0.9"]);
    expect(readFileSync(path, "utf8")).toContain(seedLine("v0.9", "2026-03-09T00:00:00.123456"));
  });

  it("leaves a broken line out and keeps the old file", async () => {
    await start(1).finish();
    appendFileSync(path, '{"version": "v1.1", "time\n');
    const before = readFileSync(path, "utf8");
    const { backup } = await applyHistoryRebuild(plan(), at(9));
    expect(versions()).toEqual(["v1.0"]);
    expect(backup).toContain(join(".tunesmith", "history", "20260309_120000-"));
    expect(readFileSync(backup!, "utf8")).toBe(before);
  });

  it("adds the line of a run that finished after it had failed", async () => {
    const failed = await start(1).fail(new Error("once"));
    const runFile = join(workspace, "outputs", failed.name, "run.json");
    writeFileSync(runFile, JSON.stringify({ ...failed, status: "finished", version: "v1.0", error: null }));
    expect(plan().added).toMatchObject([{ version: "v1.0", status: "finished" }]);
  });

  it("learns lost versions from the tags of a remote", async () => {
    await start(1).finish();
    const tags = [
      { name: "v0.2", message: "Version v0.2 | F1=0.8765 | Acc=0.8234 | samples=1200" },
      { name: "v1.4", timestamp: "2026-04-01T00:00:00Z" },
      { name: "v1.0" },
      { name: "d1.3" },
      { name: "latest" },
    ];
    const made = plan({ tags });
    expect(made.skippedTags).toEqual([
      { name: "v1.0", reason: "its version is recorded" },
      { name: "d1.3", reason: "it is the version of a dataset" },
      { name: "latest", reason: "it is no version" },
    ]);
    await applyHistoryRebuild(made);
    expect(versions()).toEqual(["v0.2", "v1.0", "v1.4"]);
    expect(readHistory(path).entries[0]).toMatchObject({ config: { train_size: 1200 }, metrics: { overall: { f1_micro: 0.8765, accuracy: 0.8234 } }, metadata: { source: "tag" } });
    expect((await start(2).finish()).version).toBe("v1.5");
  });

  it("says when two runs claim a version", async () => {
    const one = await start(1).finish();
    const two = await start(2).finish();
    writeFileSync(join(workspace, "outputs", two.name, "run.json"), JSON.stringify({ ...two, version: "v1.0" }));
    rmSync(path);
    expect(plan().warnings).toEqual([`v1.0 is claimed by ${one.name} and ${two.name}`]);
  });

  it("does not write over a line that came in between", async () => {
    await start(1).finish();
    rmSync(path);
    const made = plan();
    appendFileSync(path, `${seedLine("v9.0", "2026-03-01T00:00:00")}\n`);
    await expect(applyHistoryRebuild(made)).rejects.toThrow("it changed since the plan was made");
  });
});
