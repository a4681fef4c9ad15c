import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packCheckpoints, planArchive, saveCheckpoint } from "../checkpoints/index.ts";
import { trainConfigSchema } from "../config/index.ts";
import { ensureDirectory, listDirectory, remove, writeFileAtomic } from "../files/index.ts";
import { createRun, readRun } from "../runs/index.ts";
import { findResumePoint, pinnedCheckpoints, removeUnfinished, requireSameConfig, takeRun } from "./resume.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const config = trainConfigSchema.parse({ model_name: "base", dataset_path: "words" });

it("deletes what a killed process was writing, and nothing else", () => {
  const place = join(folder, "checkpoints");
  for (const name of [".epoch-00_step-000004.123.1.tmp", ".last.123.2.tmp", "epoch-00_step-000002", "last", ".kept"]) {
    ensureDirectory(join(place, name));
    writeFileAtomic(join(place, name, "file"), "1");
  }
  removeUnfinished(place);
  expect(listDirectory(place).directories).toEqual([".kept", "epoch-00_step-000002", "last"]);
  removeUnfinished(join(folder, "none"));
});

it("compares every setting but those that change neither data, arithmetic nor schedule", () => {
  const { record } = createRun({ outputDir: join(folder, "outputs"), model: "base", config });
  const free = { threads: 9, notes: "n", version: "v9.0", merge_adapters: true, save_total_limit: 9, logging_steps: 9, output_dir: "o", model_name: "m", dataset_path: "d" };
  expect(() => requireSameConfig(record, { ...config, ...free })).not.toThrow();
  for (const changed of [{ seed: 1 }, { lora_target_modules: ["q_proj"] as ["q_proj"] }, { save_steps: 7 }, { device: "cpu" as const }, { load_in: "f32" as const }]) {
    const [key = ""] = Object.keys(changed);
    expect(() => requireSameConfig(record, { ...config, ...changed })).toThrow(`the configuration is not the one it was started with\n${key}: `);
  }
});

it("goes on with runs from before there was a monitor, by the loss that decided then", () => {
  const { monitor: _, ...before } = config;
  const { record } = createRun({ outputDir: join(folder, "outputs"), model: "base", tag: "before", config: before });
  expect(() => requireSameConfig(record, config)).not.toThrow();
  expect(() => requireSameConfig(record, { ...config, monitor: "token_accuracy" })).toThrow("monitor: eval_loss → token_accuracy");
});

it("pins all of a tagged run, and what a record refers to besides its own best and last", () => {
  const place = join(folder, "tagged");
  for (const name of ["best-eval_loss-1.0000", "epoch-00_step-000002"]) ensureDirectory(join(place, "checkpoints", name));
  const artifacts = { best_checkpoint: "checkpoints/best-eval_loss-1.0000", release: "checkpoints/epoch-00_step-000002" };
  expect(pinnedCheckpoints(place, { tags: [], artifacts })).toEqual(["epoch-00_step-000002"]);
  expect(pinnedCheckpoints(place, { tags: ["paper"], artifacts: {} })).toEqual(["best-eval_loss-1.0000", "epoch-00_step-000002"]);
  expect(pinnedCheckpoints(join(folder, "nowhere"), { tags: ["paper"], artifacts: {} })).toEqual([]);
});

describe("findResumePoint", () => {
  /** A run that ended as told, with a checkpoint at a step unless that is 0. */
  const leave = async (outputDir: string, { step, end = "stopped", settings = {}, at = 0 }: { readonly step: number; readonly end?: "stopped" | "finished" | "failed"; readonly settings?: Partial<typeof config>; readonly at?: number }) => {
    const run = createRun({ outputDir, model: "base", config: { ...config, ...settings }, now: () => new Date(Date.UTC(2026, 0, 1, 0, at)) });
    if (step > 0) {
      const facts = { runId: run.record.id, runName: run.record.name, epoch: 0, step, architecture: "llama", baseModel: "base", baseModelDigest: null, configDigest: "c", datasetDigest: null, promptFormat: "alpaca", metrics: { eval_loss: 1 / step }, monitor: "eval_loss" };
      await saveCheckpoint(join(run.directory, "checkpoints"), facts, (directory) => writeFileAtomic(join(directory, "adapter_model.safetensors"), `weights ${step}`), new Date(0));
    }
    if (end === "stopped") run.stop();
    else if (end === "finished") await run.finish();
    else await run.fail(new Error("broken"));
    return run.directory;
  };

  it("takes the newest unfinished run with the same configuration, and in it what was asked for", async () => {
    const outputs = join(folder, "several");
    await leave(outputs, { step: 2, at: 1 });
    const mine = await leave(outputs, { step: 4, at: 2, end: "failed" });
    await leave(outputs, { step: 6, at: 3, settings: { seed: 7 } });
    await leave(outputs, { step: 8, at: 4, end: "finished" });
    expect(await findResumePoint(outputs, "last", config)).toMatchObject({ runDirectory: mine, checkpoint: { metadata: { training: { global_step: 4 } } } });
    expect((await findResumePoint(outputs, "best", { ...config, threads: 3 })).checkpoint.name).toBe("best-eval_loss-0.2500");
    expect((await findResumePoint(outputs, mine, config)).checkpoint.metadata.training.global_step).toBe(4);
    expect((await findResumePoint(outputs, join(mine, "checkpoints", "epoch-00_step-000004"), config)).runDirectory).toBe(mine);
  });

  it("passes over a run that never saved for an older one that did", async () => {
    const outputs = join(folder, "passed");
    const saved = await leave(outputs, { step: 2, at: 1 });
    await leave(outputs, { step: 0, at: 2 });
    expect((await findResumePoint(outputs, "last", config)).runDirectory).toBe(saved);
  });

  it("lists the candidates when several are unfinished and none has this configuration", async () => {
    const outputs = join(folder, "ambiguous");
    const [a, b] = [await leave(outputs, { step: 2, at: 1, settings: { seed: 1 } }), await leave(outputs, { step: 4, at: 2, settings: { seed: 2, epochs: 9 } })];
    const message = `Cannot tell which run to resume: 2 in ${outputs} are unfinished, none with this configuration\n  ${b}: stopped after step 0, other epochs, seed\n  ${a}: stopped after step 0, other seed`;
    await expect(findResumePoint(outputs, "last", config)).rejects.toThrow(message);
  });

  it("says so when nothing was saved, and offers no checkpoint", async () => {
    const outputs = join(folder, "unsaved");
    const directory = await leave(outputs, { step: 0 });
    for (const wanted of ["last", "best", directory]) {
      await expect(findResumePoint(outputs, wanted, config)).rejects.toMatchObject({
        code: "training.never_saved",
        message: expect.stringContaining("it was stopped before its first checkpoint") as string,
        hint: "Start the training again without --resume-from-checkpoint.",
      });
    }
  });

  it("says that a run is finished, is running, or is not there", async () => {
    const outputs = join(folder, "over");
    const directory = await leave(outputs, { step: 2, end: "finished", at: 1 });
    for (const wanted of ["last", directory]) await expect(findResumePoint(outputs, wanted, config)).rejects.toThrow("it is finished as v1.");
    createRun({ outputDir: outputs, model: "base", config, now: () => new Date(Date.UTC(2026, 0, 1, 0, 2)) });
    await expect(findResumePoint(outputs, "last", config)).rejects.toMatchObject({ code: "training.still_running" });
    await expect(findResumePoint(join(folder, "nowhere"), "last", config)).rejects.toThrow("no unfinished run in");
    await expect(findResumePoint(outputs, "epoch-09", config)).rejects.toThrow("it is no directory");
  });

  it("unpacks packed checkpoints and says so", async () => {
    const outputs = join(folder, "packed");
    const directory = await leave(outputs, { step: 2 });
    await packCheckpoints(planArchive(directory), { now: new Date(0), discard: remove });
    const unpacked: string[] = [];
    expect((await findResumePoint(outputs, "last", config, { onUnpack: (run) => unpacked.push(run) })).checkpoint.metadata.training.global_step).toBe(2);
    expect(unpacked).toEqual([directory]);
  });
});

describe("takeRun", () => {
  const stopped = (name: string) => {
    const run = createRun({ outputDir: join(folder, name), model: "base", config });
    run.update({ worker_pid: 4_000_000 });
    run.stop();
    return run.directory;
  };

  it("gives a run to exactly one of those who want it", async () => {
    const directory = stopped("wanted");
    const tries = await Promise.allSettled([takeRun(directory), takeRun(directory), takeRun(directory)]);
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    for (const one of tries) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "runs.occupied" });
    expect(readRun(directory).record).toMatchObject({ status: "running", worker_pid: null });
  });

  it("waits for the worker of a killed process, and not for ever", async () => {
    const directory = stopped("lingering");
    let looks = 0;
    const observer = (most: number) => ({ hostname: hostname(), isAlive: (pid: number) => pid === 4_000_000 && (looks += 1) <= most });
    await expect(takeRun(directory, { observer: observer(1000), patienceMs: 150 })).rejects.toThrow("process 4000000 is still training it");
    looks = 0;
    expect((await takeRun(directory, { observer: observer(2) })).record.status).toBe("running");
  });
});
