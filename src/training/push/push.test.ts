import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { addRepository, createFakeHub, type FakeHub } from "../../../test/helpers/fake-hub.ts";
import { saveCheckpoint } from "../../checkpoints/index.ts";
import { trainConfigSchema, type TrainConfig } from "../../config/index.ts";
import { writeFileAtomic } from "../../files/index.ts";
import { connectHub, type HubClient } from "../../hub/index.ts";
import { createRun, readRun, reopenRun, type Run } from "../../runs/index.ts";
import { openPush, syncRun } from "./push.ts";
import { hubRepositoryName } from "./repository.ts";
import type { UploadEvent } from "./uploader.ts";
import { readUploads, unverifiedCheckpoints } from "./uploads.ts";

const TOKEN = "hf_secret_of_alice";
const now = () => new Date(Date.UTC(2025, 9, 29, 14, 31, 10));

let folder: string;
let hub: FakeHub;
let client: HubClient;
let events: UploadEvent[];
let run: Run;
let config: TrainConfig;
let waiting: { readonly type: UploadEvent["type"]; readonly resolve: () => void }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "push-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  hub = createFakeHub();
  client = connectHub({ endpoint: "https://hub.test", token: TOKEN, environment: {}, fetch: hub.fetch, wait: async () => {}, attempts: 2 });
  events = [];
  waiting = [];
  config = trainConfigSchema.parse({ model_name: "meta/llama3", dataset_path: "d", push_to_hub: true, save_total_limit: 1 });
  run = createRun({ outputDir: join(folder, "outputs"), model: "llama3-medical-ner", baseModel: { path: "meta/llama3", digest: null }, config, now });
});

const hear = (event: UploadEvent): void => {
  events.push(event);
  for (const { type, resolve } of waiting) if (type === event.type) resolve();
};
const push = () => openPush(run, config, { client, onUpload: hear, now });
const repository = () => hub.repositories.get("models/alice/llama3-medical-ner-lora-20251029_143110");
const files = () => [...(repository()?.commits.at(-1)?.files.keys() ?? [])];
const titles = () => repository()?.commits.map(({ title }) => title);
const told = (type: UploadEvent["type"]) => events.filter((event) => event.type === type).map(({ upload }) => upload.step);

async function save(step: number, evalLoss: number): Promise<string> {
  const facts = { runId: run.record.id, runName: run.record.name, epoch: 0, step, maxEpochs: 1, architecture: "llama", baseModel: "meta/llama3", baseModelDigest: null, configDigest: "c", datasetDigest: null, promptFormat: "alpaca", metrics: { eval_loss: evalLoss }, monitor: "eval_loss" } as const;
  const fill = (directory: string) => {
    writeFileAtomic(join(directory, "adapter_model.safetensors"), `weights of ${step}`);
    writeFileAtomic(join(directory, "adapter_config.json"), "{}");
    writeFileAtomic(join(directory, "optimizer.safetensors"), `moments of ${step}`);
  };
  return (await saveCheckpoint(join(run.directory, "checkpoints"), facts, fill, now())).directory;
}

describe("the repository of a run", () => {
  it("is named after the moment the run began, made once, and kept in its record", async () => {
    await (await push()).stop();
    expect(run.record.hub).toEqual({ endpoint: "https://hub.test", repository: "alice/llama3-medical-ner-lora-20251029_143110", private: false });
    run.stop();
    run = reopenRun(run.directory, { now: () => new Date(Date.UTC(2026, 0, 1)) });
    await (await push()).stop();
    expect([...hub.repositories.keys()]).toEqual(["models/alice/llama3-medical-ner-lora-20251029_143110"]);
  });

  it("takes the next second when another run has its name", async () => {
    addRepository(hub, "models/alice/llama3-medical-ner-lora-20251029_143110");
    await (await push()).stop();
    expect(run.record.hub?.repository).toBe("alice/llama3-medical-ner-lora-20251029_143111");
  });

  it("is named as seed 000 named it: experiment, base of one's own, whole name, shortened by rule", () => {
    const facts = { started_at: now().toISOString(), time_zone: "utc", model: "llama3-medical-ner", tag: "high-lr-test" } as const;
    expect(hubRepositoryName(facts, { owner: "x" })).toBe("x/llama3-medical-ner-lora-high-lr-test-20251029_143110");
    expect(hubRepositoryName(facts, { owner: "x", base: "mine" })).toBe("x/mine-20251029_143110");
    expect(hubRepositoryName(facts, { owner: "x", base: "mine-20240115_143022" })).toBe("x/mine-20240115_143022");
    const long = [hubRepositoryName(facts, { owner: "x", base: "m".repeat(200) }), hubRepositoryName(facts, { owner: "x", base: `${"m".repeat(199)}n` })];
    expect(long.every((id) => id.length <= 98 && id.endsWith("-20251029_143110"))).toBe(true);
    expect(long[0]).not.toBe(long[1]);
  });

  it("belongs to whom the settings say", async () => {
    config = { ...config, hub_model_id: "team/base", hub_private: true };
    await (await push()).stop();
    expect(hub.repositories.get("models/team/base-20251029_143110")?.isPrivate).toBe(true);
  });

  it("is refused without a token, and with one that may not write", async () => {
    const anonymous = connectHub({ endpoint: "https://hub.test", environment: { HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }, fetch: hub.fetch });
    await expect(openPush(run, config, { client: anonymous })).rejects.toThrow("Cannot push to https://hub.test: no token is set, one with write access is needed");
    hub.meddle = ({ path }) => (path === "/api/repos/create" ? Response.json({ error: "read only" }, { status: 403 }) : undefined);
    await expect(push()).rejects.toMatchObject({ code: "hub.forbidden" });
  });

  it("is made by the first upload when the hub does not answer at the start", async () => {
    config = { ...config, hub_owner: "alice" };
    hub.meddle = () => new Response("", { status: 503 });
    const going = await push();
    hub.meddle = () => undefined;
    going.saved(await save(2, 1));
    run.stop();
    expect((await going.finish(run.record)).pending).toEqual([]);
    expect(titles()).toContain("Checkpoint at step 2");
  });
});

describe("checkpoints", () => {
  it("go up in order, each to its folder, and count only when the hub's digests agree", async () => {
    const going = await push();
    going.saved(await save(2, 0.9));
    going.saved(await save(4, 0.8));
    expect(unverifiedCheckpoints(run.directory)).toHaveLength(2);
    const record = await run.finish();
    const summary = await going.finish(record);
    expect(summary).toEqual({ repository: "alice/llama3-medical-ner-lora-20251029_143110", url: "https://hub.test/alice/llama3-medical-ner-lora-20251029_143110", done: 3, pending: [], gone: 0 });
    expect(titles()).toEqual(["initial commit", "Checkpoint at step 2", "Checkpoint at step 4", "Best model, from step 4"]);
    expect(files().filter((path) => path.startsWith("checkpoint-2/")).toSorted()).toEqual(["checkpoint-2/adapter_config.json", "checkpoint-2/adapter_model.safetensors", "checkpoint-2/metadata.json", "checkpoint-2/optimizer.safetensors"]);
    expect(files().filter((path) => !path.includes("/")).toSorted()).toEqual(["README.md", "adapter_config.json", "adapter_model.safetensors", "metadata.json"]);
    expect(files()).toContain("run/run.json");
    const [first] = readUploads(run.directory).uploads;
    expect(first).toMatchObject({ status: "done", step: 2, commit: repository()?.commits[1]?.id, uploaded_at: now().toISOString() });
    expect(first?.files.map(({ sha256 }) => sha256.length)).toEqual([64, 64, 64, 64]);
    expect(unverifiedCheckpoints(run.directory)).toEqual([]);
  });

  it("leave this disk by the run's own rules only when they have arrived", async () => {
    const going = await push();
    hub.meddle = ({ path }) => (path.includes("/preupload/") ? new Response("", { status: 500 }) : undefined);
    for (const step of [2, 4, 6]) going.saved(await save(step, 1 / step));
    const summary = await going.finish(await run.finish());
    expect(summary.pending.map(({ step }) => step)).toEqual([2, 4, 6, 6]);
    expect(readdirSync(join(run.directory, "checkpoints")).filter((name) => name.startsWith("epoch"))).toHaveLength(3);
    hub.meddle = () => undefined;
    expect(await syncRun(run.directory, { client, now })).toMatchObject({ done: 4, pending: [], gone: 0 });
    expect(readdirSync(join(run.directory, "checkpoints")).filter((name) => name.startsWith("epoch"))).toEqual(["epoch-00_step-000006"]);
    expect(titles()).toEqual(["initial commit", "Checkpoint at step 2", "Checkpoint at step 4", "Checkpoint at step 6", "Best model, from step 6"]);
  });

  it("are not believed when the hub holds other bytes", async () => {
    const other = { type: "file", path: "checkpoint-2/adapter_model.safetensors", size: 12, oid: "0".repeat(40), lfs: { oid: "0".repeat(64) } };
    hub.meddle = ({ path }) => (path.includes("/tree/") ? Response.json([other]) : undefined);
    const going = await push();
    going.saved(await save(2, 1));
    const { pending } = await going.finish(await run.finish());
    expect(pending[0]?.error?.code).toBe("training.upload_differs");
    expect(unverifiedCheckpoints(run.directory)).toEqual(["epoch-00_step-000002"]);
  });

  it("that fail are written down, told, and tried again with the next one", async () => {
    let isDown = true;
    hub.meddle = ({ path }) => (isDown && path.includes("/commit/") ? Response.json({ error: "no room" }, { status: 507 }) : undefined);
    const going = await push();
    const failed = next("failed");
    going.saved(await save(2, 1));
    await failed;
    expect(readUploads(run.directory).uploads[0]).toMatchObject({ status: "pending", attempts: 1, error: { code: "hub.too_large" } });
    isDown = false;
    going.saved(await save(4, 0.5));
    await going.finish(await run.finish());
    expect(told("done")).toEqual([2, 4, 4]);
    expect(readUploads(run.directory).uploads[0]).toMatchObject({ status: "done", attempts: 2, error: null });
  });

  it("wait for `hub sync` when the training is stopped, also those nobody told of", async () => {
    hub.meddle = ({ path }) => (path.includes("/preupload/") ? new Response("", { status: 500 }) : undefined);
    const going = await push();
    going.saved(await save(2, 1));
    expect((await going.stop()).pending).toHaveLength(1);
    await save(4, 0.5);
    hub.meddle = () => undefined;
    await expect(syncRun(run.directory, { client })).rejects.toMatchObject({ code: "training.still_running" });
    run.stop();
    expect(await syncRun(run.directory, { client, now })).toMatchObject({ done: 2, pending: [] });
    expect(titles()).toEqual(["initial commit", "Checkpoint at step 2", "Checkpoint at step 4"]);
  });

  it("that were deleted by hand are passed over and counted", async () => {
    const going = await push();
    hub.meddle = () => new Response("", { status: 500 });
    const directory = await save(2, 1);
    going.saved(directory);
    await going.stop();
    run.stop();
    rmSync(directory, { recursive: true });
    hub.meddle = () => undefined;
    expect(await syncRun(run.directory, { client })).toMatchObject({ done: 0, pending: [], gone: 1 });
  });

  it("that were saved anew under their name go up again", async () => {
    const going = await push();
    const done = next("done");
    going.saved(await save(2, 1));
    await done;
    const again = await save(2, 0.9);
    expect(unverifiedCheckpoints(run.directory)).toEqual(["epoch-00_step-000002"]);
    going.saved(again);
    await going.finish(await run.finish());
    expect(told("done")).toEqual([2, 2, 2]);
  });
});

it("says on the card which checkpoint the model at the root is", async () => {
  const going = await push();
  going.saved(await save(2, 0.5));
  going.saved(await save(4, 0.7));
  await going.finish(await run.finish());
  const card = repository()!.commits.at(-1)!.files.get("README.md")!.toString();
  expect(card).toContain("base_model: meta/llama3\nbase_model_relation: adapter\nlibrary_name: peft");
  expect(card).toContain("The adapter at the root is **the best checkpoint** of this run by `eval_loss` (0.5000); it was saved after step 2 of 0.");
  expect(repository()!.commits.at(-1)!.files.get("adapter_model.safetensors")!.toString()).toBe("weights of 2");
});

it("leaves no trace of the token in anything it writes or says", async () => {
  hub.meddle = ({ path, authorization }) => (path.includes("/preupload/") ? Response.json({ error: `who is ${authorization}?` }, { status: 401 }) : undefined);
  const going = await push();
  going.saved(await save(2, 1));
  await going.finish(await run.finish());
  const everything = [JSON.stringify(events), JSON.stringify(readRun(run.directory)), ...readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))];
  expect(events.some(({ type }) => type === "failed")).toBe(true);
  expect(everything.filter((text) => text.includes(TOKEN))).toEqual([]);
  expect(existsSync(join(run.directory, "hub-uploads.json"))).toBe(true);
});

/** Settles with the next event of a type. */
function next(type: UploadEvent["type"]): Promise<void> {
  return new Promise((resolve) => waiting.push({ type, resolve }));
}
