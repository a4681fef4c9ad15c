import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCheckpoint, requireCheckpoint } from "./find.ts";
import { readCheckpointMetadata, verifyCheckpoint, type CheckpointFacts } from "./metadata.ts";
import { pruneOwn } from "./prune.ts";
import { saveCheckpoint } from "./save.ts";

let run: string;
let checkpoints: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "tunesmith-checkpoints-"));
  checkpoints = join(run, "checkpoints");
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

const facts: CheckpointFacts = {
  runId: "run-1", runName: "demo-tiny_training_20260301_120000", epoch: 0, step: 0, architecture: "llama", baseModel: "base", baseModelDigest: "b",
  configDigest: "c", datasetDigest: "d", promptFormat: "alpaca", monitor: "eval_loss",
};
const save = (step: number, evalLoss?: number, epoch = 0) =>
  saveCheckpoint(checkpoints, { ...facts, epoch, step, metrics: evalLoss === undefined ? {} : { eval_loss: evalLoss, token_accuracy: 0.5 } }, (directory) => {
    writeFileSync(join(directory, "adapter_model.safetensors"), `weights of step ${step}`);
    mkdirSync(join(directory, "state"));
    writeFileSync(join(directory, "state", "optimizer.bin"), "moments");
  }, new Date("2026-03-01T12:00:00Z"));
const names = () => readdirSync(checkpoints).sort();

describe("saveCheckpoint", () => {
  it("writes the step, last and best, each complete with its sidecar", async () => {
    const saved = await save(400, 1.25, 2);
    expect(names()).toEqual(["best-eval_loss-1.2500", "epoch-02_step-000400", "last"]);
    expect(saved.metadata).toMatchObject({
      schema_version: 3, kind: "step", checkpoint_path: "epoch-02_step-000400", run_id: "run-1", config_digest: "c", dataset_digest: "d",
      training: { epoch: 2, global_step: 400, training_phase: "training", max_epochs: null }, model: { base_model_digest: "b" },
      metrics: { validation_loss: 1.25, additional_metrics: { token_accuracy: 0.5 } }, checkpointing: { monitor: "eval_loss", mode: "min" },
      weights: { file: "adapter_model.safetensors", size_bytes: 19 },
    });
    const best = readCheckpointMetadata(join(checkpoints, "best-eval_loss-1.2500"));
    expect(best).toEqual({ ...saved.metadata, kind: "best", checkpoint_path: "best-eval_loss-1.2500" });
    expect(existsSync(join(checkpoints, "last", "state", "optimizer.bin"))).toBe(true);
  });

  it("stores the weights of a step, last and best once, each with a sidecar of its own", async () => {
    const { directory, best } = await save(100, 1.5);
    const inode = (place: string, file: string) => statSync(join(place, file)).ino;
    const last = join(checkpoints, "last");
    expect([inode(last, "adapter_model.safetensors"), inode(best!, "adapter_model.safetensors"), inode(last, "state/optimizer.bin")]).toEqual([
      inode(directory, "adapter_model.safetensors"), inode(directory, "adapter_model.safetensors"), inode(directory, "state/optimizer.bin"),
    ]);
    expect(new Set([directory, last, best!].map((place) => inode(place, "metadata.json"))).size).toBe(3);
    await save(200, 1.6);
    expect([verifyCheckpoint(best!).training.global_step, verifyCheckpoint(directory).training.global_step, verifyCheckpoint(last).training.global_step]).toEqual([100, 100, 200]);
  });

  it("keeps one best, the lower loss, however old", async () => {
    await save(100, 1.5);
    expect((await save(200, 1.2)).best).toBe(join(checkpoints, "best-eval_loss-1.2000"));
    expect((await save(300, 1.4)).best).toBeUndefined();
    expect(names()).toEqual(["best-eval_loss-1.2000", "epoch-00_step-000100", "epoch-00_step-000200", "epoch-00_step-000300", "last"]);
    expect(findCheckpoint(run, "best")?.metadata.training.global_step).toBe(200);
    expect(findCheckpoint(run, "last")?.metadata.training.global_step).toBe(300);
  });

  it("tells apart values that round to the same name", async () => {
    await save(100, 1.20004);
    await save(200, 1.20001);
    expect(names().filter((name) => name.startsWith("best"))).toEqual(["best-eval_loss-1.2000"]);
    expect(findCheckpoint(run, "best")?.metadata.training.global_step).toBe(200);
  });

  it("names no best without a finite score", async () => {
    await save(100);
    await save(200, Number.NaN);
    expect(names()).toEqual(["epoch-00_step-000100", "epoch-00_step-000200", "last"]);
  });

  it("leaves nothing behind when the writer fails, and the old last intact", async () => {
    await save(100, 1.5);
    await expect(saveCheckpoint(checkpoints, { ...facts, step: 200 }, () => Promise.reject(new Error("disk full")))).rejects.toThrow("disk full");
    await expect(saveCheckpoint(checkpoints, { ...facts, step: 200 }, () => undefined)).rejects.toThrow("adapter_model.safetensors: there is no such file");
    expect(names()).toEqual(["best-eval_loss-1.5000", "epoch-00_step-000100", "last"]);
    expect(requireCheckpoint(run, "last").metadata.training.global_step).toBe(100);
  });
});

describe("findCheckpoint", () => {
  it("finds by name and by path, in a run or its checkpoints", async () => {
    await save(100, 1.5);
    const directory = join(checkpoints, "epoch-00_step-000100");
    expect(findCheckpoint(checkpoints, "epoch-00_step-000100")?.directory).toBe(directory);
    expect(findCheckpoint(run, directory)?.directory).toBe(directory);
    expect(findCheckpoint(directory)?.name).toBe("epoch-00_step-000100");
    expect(findCheckpoint(run, "last")?.name).toBe("last");
  });

  it("takes the newest step for last when a crash left none", async () => {
    await save(100, 1.5);
    await save(200, 1.4);
    rmSync(join(checkpoints, "last"), { recursive: true });
    expect(findCheckpoint(run, "last")?.name).toBe("epoch-00_step-000200");
  });

  it("passes over directories that are not complete", async () => {
    await save(100, 1.5);
    mkdirSync(join(checkpoints, "epoch-00_step-000200"));
    mkdirSync(join(checkpoints, ".epoch-00_step-000300.1.1.tmp"));
    expect(findCheckpoint(run, "last")?.metadata.training.global_step).toBe(100);
  });

  it("lists what there is when nothing fits", async () => {
    expect(() => requireCheckpoint(run, "best")).toThrow(`Cannot find checkpoint best in ${run}: there are no checkpoints`);
    await save(100);
    expect(() => requireCheckpoint(run, "best")).toThrow("there are epoch-00_step-000100, last");
  });
});

describe("verifyCheckpoint", () => {
  it("notices weights that changed", async () => {
    const { directory } = await save(100);
    expect(verifyCheckpoint(directory).training.global_step).toBe(100);
    writeFileSync(join(directory, "adapter_model.safetensors"), "other weights");
    expect(() => verifyCheckpoint(directory)).toThrow("the digest of adapter_model.safetensors is");
  });
});

it("notices an edit in place under every name that shares the file", async () => {
  const { directory, best } = await save(100, 1.5);
  writeFileSync(join(directory, "adapter_model.safetensors"), "edited in place");
  for (const place of [directory, best!, join(checkpoints, "last")]) expect(() => verifyCheckpoint(place)).toThrow("the digest of adapter_model.safetensors is");
});

describe("pruneOwn", () => {
  it("keeps best, last, pinned, foreign, the newest and the best by score", async () => {
    for (const [step, loss] of [[100, 1.1], [200, 1.5], [300, 1.4], [400, 1.6], [1000, 1.7]] as const) await save(step, loss);
    mkdirSync(join(checkpoints, "my-favourite"));
    expect(pruneOwn(run, { keepBest: 2, keepLast: 1, monitor: "eval_loss", pinned: new Set(["epoch-00_step-000200"]) })).toEqual(["epoch-00_step-000400"]);
    expect(pruneOwn(run, { keepBest: 0, keepLast: 1, keepEvery: 300 })).toEqual(["epoch-00_step-000100", "epoch-00_step-000200"]);
    expect(names()).toEqual(["best-eval_loss-1.1000", "epoch-00_step-000300", "epoch-00_step-001000", "last", "my-favourite"]);
    expect(pruneOwn(join(run, "nothing"), { keepBest: 0, keepLast: 1 })).toEqual([]);
  });
});
