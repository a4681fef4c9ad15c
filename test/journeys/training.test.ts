// What a whole training promises: the same seed gives the same bits whatever the number of threads, and every obstacle is an error that says what to do.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireCheckpoint } from "../../src/checkpoints/index.ts";
import type { TrainConfig } from "../../src/config/index.ts";
import { TunesmithError } from "../../src/errors.ts";
import { copy, ensureDirectory, exists, openFile, readJson, sha256File, writeFileAtomic, writeJson } from "../../src/files/index.ts";
import { metricSeries, readHistory, readMetrics } from "../../src/runs/index.ts";
import { trainModel, type TrainedRun } from "../../src/training/index.ts";
import { writeTinyDataset } from "../helpers/tiny-dataset.ts";
import { writeTinyLlama } from "../helpers/tiny-llama.ts";
import { makeTinyTraining, type TinyTraining } from "../helpers/tiny-training.ts";

let world: TinyTraining;
beforeAll(async () => {
  world = await makeTinyTraining({ layerCount: 1 });
});
afterAll(() => world.remove());

describe("the same seed", () => {
  it("gives the same loss curve and adapter to the last bit with one thread and with two, on a 4-bit base with dropout", async () => {
    const settings = { load_in: "q4_0", max_steps: 4, eval_steps: 4, save_steps: 4, gradient_accumulation_steps: 1 } as const;
    const one = resultOf(await trainModel(world.options("one", { ...settings, threads: 1 })));
    const two = resultOf(await trainModel(world.options("two", { ...settings, threads: 2 })));
    expect(two).toEqual(one);
    expect(one.loss).toHaveLength(4);
  });
});

describe("a training that cannot go on", () => {
  let directory: string;
  const settings = { load_in: "q8_0", epochs: 5 } as const;
  const again = (changed: Partial<TrainConfig> = {}, resumeFrom = "last") => codeOf(trainModel({ ...world.options("stopped", { ...settings, ...changed }), resumeFrom }));
  beforeAll(async () => {
    const stop = new AbortController();
    const run = await trainModel({ ...world.options("stopped", settings), signal: stop.signal, onEvent: (event) => event.type === "step" && event.step === 1 && stop.abort() });
    directory = run.directory;
  });

  it("lists every setting that differs, and none that does not matter", async () => {
    const { code, message, hint } = await again({ learning_rate: 1e-4, seed: 7, threads: 2, notes: "changed" });
    expect(code).toBe("training.config_differs");
    expect(message.split("\n").slice(1)).toEqual(["learning_rate: 0.005 → 0.0001", "seed: 42 → 7"]);
    expect(hint).toContain("without --resume-from-checkpoint");
  });

  it("refuses another dataset and another base model", async () => {
    const otherData = await writeTinyDataset(join(world.path, "other-data"), { seed: 2 });
    expect(await again({ dataset_path: otherData })).toMatchObject({ code: "training.data_differs" });
    const otherBase = writeTinyLlama(join(world.path, "other-base"), { layerCount: 1, seed: 8 });
    const error = await codeOf(trainModel({ ...world.options("stopped", settings), modelPath: otherBase, resumeFrom: "last" }));
    expect(error).toMatchObject({ code: "training.base_differs", hint: "Point --model-name at the original base model, or start a new run." });
  });

  it("refuses a run that another process is training, and one that is finished", async () => {
    const path = join(directory, "run.json");
    const record = readJson(path) as object;
    writeJson(path, { ...record, status: "running", pid: process.pid });
    expect(await again()).toMatchObject({ code: "training.still_running", message: expect.stringContaining(`process ${process.pid} is still training it`) as string });
    writeJson(path, { ...record, status: "finished" });
    expect(await again({}, directory)).toMatchObject({ code: "training.already_finished" });
    expect(await again()).toMatchObject({ code: "training.already_finished" });
    writeJson(path, record);
  });

  it("refuses a checkpoint whose adapter was changed, and one whose optimizer is cut short", async () => {
    const { directory: checkpoint } = requireCheckpoint(directory, "last");
    const spoiled = join(world.path, "stopped", "spoiled");
    copy(directory, spoiled);
    const last = requireCheckpoint(spoiled, "last").directory;
    truncate(join(last, "optimizer.safetensors"));
    expect(await again({}, last)).toMatchObject({ code: "safetensors.broken", message: expect.stringContaining("Training of") as string });
    flipLastByte(join(last, "adapter_model.safetensors"));
    expect(await again({}, last)).toMatchObject({ code: "checkpoints.damaged" });
    expect(exists(checkpoint)).toBe(true);
  });
});

describe("a training that cannot start", () => {
  const start = (name: string, settings: Partial<TrainConfig>) => codeOf(trainModel(world.options(name, settings)));

  it("leaves nothing behind when there is no model, no dataset or nothing to train on", async () => {
    const missing = join(world.path, "missing");
    expect(await codeOf(trainModel({ ...world.options("none", {}), modelPath: missing }))).toMatchObject({ code: "files.missing" });
    expect(await start("none", { dataset_path: missing })).toMatchObject({ code: "data.dataset_missing" });
    expect(await start("none", { dataset_path: await datasetWithoutTraining() })).toMatchObject({ code: "training.no_rows", hint: "Prepare the dataset again with more rows." });
    expect(exists(join(world.path, "none"))).toBe(false);
  });

  it("says so when the disk is too small for its checkpoints", async () => {
    const error = await start("none", { save_total_limit: 2 ** 40 });
    expect(error).toMatchObject({ code: "files.disk_too_small" });
    expect(exists(join(world.path, "none"))).toBe(false);
  });

  it("names the rows whose answer does not fit, and leaves neither run nor line in the history", async () => {
    const history = join(world.path, "experiment_history.jsonl");
    const before = readHistory(history).entries.length;
    const error = await start("too-long", { max_seq_length: 8 });
    expect(error).toMatchObject({ code: "data.answer_too_long" });
    expect(error.message).toMatch(/^Cannot encode /);
    expect(exists(join(world.path, "too-long"))).toBe(false);
    expect(readHistory(history).entries).toHaveLength(before);
  });
});

function resultOf({ directory }: TrainedRun) {
  const { directory: last } = requireCheckpoint(directory, "last");
  const curves = metricSeries(readMetrics(directory));
  return {
    loss: curves.get("loss"),
    evalLoss: curves.get("eval_loss"),
    files: ["adapter_model.safetensors", "optimizer.safetensors", "trainer_state.json"].map((file) => sha256File(join(last, file))),
  };
}

async function codeOf(training: Promise<TrainedRun>): Promise<TunesmithError> {
  const thrown: unknown = await training.then(() => undefined, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(TunesmithError);
  return thrown as TunesmithError;
}

/** A dataset of one split, and that one is not for training. */
async function datasetWithoutTraining(): Promise<string> {
  const path = join(world.path, "only-test");
  ensureDirectory(path);
  copy(join(await writeTinyDataset(join(world.path, "third-data"), { seed: 3 }), "test"), join(path, "test"));
  writeJson(join(path, "dataset_dict.json"), { splits: ["test"] });
  return path;
}

function bytesOf(path: string): Uint8Array {
  const file = openFile(path);
  const bytes = file.read(0, file.sizeBytes);
  file.close();
  return bytes;
}

function truncate(path: string): void {
  writeFileAtomic(path, bytesOf(path).slice(0, -8));
}

function flipLastByte(path: string): void {
  const bytes = bytesOf(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileAtomic(path, bytes);
}
