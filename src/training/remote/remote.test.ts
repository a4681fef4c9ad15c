import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addCommit, createFakeHub, type FakeHub } from "../../../test/helpers/fake-hub.ts";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { findCheckpoint, saveCheckpoint } from "../../checkpoints/index.ts";
import { parseYaml, trainConfigSchema, type TrainConfig } from "../../config/index.ts";
import { writeFileAtomic } from "../../files/index.ts";
import { connectHub, type HubClient } from "../../hub/index.ts";
import { createRun, readHistory } from "../../runs/index.ts";
import { openPush } from "../push/push.ts";
import { bringRunHome } from "./bring-home.ts";
import { parseTime, requireFinishedJob, submitTraining } from "./submit.ts";

const TOKEN = "hf_secret_of_alice";
const now = () => new Date(Date.UTC(2025, 9, 29, 14, 31, 10));
const REPOSITORY = "alice/llama3-lora-20251029_143110";

let folder: string;
let dataset: string;
let hub: FakeHub;
let client: HubClient;
let jobs: Record<string, unknown>[];
let config: TrainConfig;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "remote-"));
  dataset = await writeTinyDataset(join(folder, "data"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  hub = createFakeHub();
  jobs = [];
  hub.meddle = ({ path, body }) => {
    if (!path.startsWith("/api/jobs/")) return undefined;
    jobs.push(JSON.parse(body.toString()) as Record<string, unknown>);
    return Response.json({ id: "j1", owner: { name: "alice" }, status: { stage: "SCHEDULING" }, flavor: "a10g-large", createdAt: "2026-01-01T00:00:00Z" });
  };
  client = connectHub({ endpoint: "https://hub.test", token: TOKEN, environment: {}, fetch: hub.fetch, wait: async () => {} });
  config = trainConfigSchema.parse({ model_name: "meta/llama3", dataset_path: dataset, output_dir: join(folder, "here", "outputs"), learning_rate: 1e-4 });
});

const submit = (more: Partial<TrainConfig> = {}) => submitTraining({ config: { ...config, ...more }, client, version: "1.2.3", flavor: "a10g-large", timeout: "2h", image: "node:22", now });

describe("submitting", () => {
  it("puts rows and settings on the hub, and tells the job where they are", async () => {
    const { repository, dataset: rows, runVersion } = await submit();
    expect([repository, runVersion]).toEqual([REPOSITORY, "v1.0"]);
    expect(rows.repository).toMatch(/^alice\/words_dataset-[0-9a-f]{12}$/);
    expect(hub.repositories.get(`datasets/${rows.repository}`)?.isPrivate).toBe(true);
    expect([...hub.repositories.get(`datasets/${rows.repository}`)!.commits.at(-1)!.files.keys()]).toContain("dataset.json");
    const settings = parseYaml(hub.repositories.get(`models/${REPOSITORY}`)!.commits.at(-1)!.files.get("remote/train.yaml")!.toString());
    expect(settings).toMatchObject({ model_name: "meta/llama3", dataset_path: `data/${rows.repository.slice(6)}`, learning_rate: 1e-4, push_to_hub: true, hub_model_id: REPOSITORY, version: "v1.0" });
    expect(trainConfigSchema.safeParse(settings).success).toBe(true);
    const [job] = jobs;
    expect(job).toMatchObject({ dockerImage: "node:22", flavor: "a10g-large", timeoutSeconds: 7200, environment: { HF_ENDPOINT: "https://hub.test" }, secrets: { HF_TOKEN: TOKEN }, labels: { "tunesmith-run": REPOSITORY.slice(6) } });
    expect((job!["command"] as string[])[2]!.split("\n")).toEqual([
      "set -e",
      `npx --yes tunesmith@1.2.3 hub pull ${REPOSITORY} --include remote/train.yaml --local-dir .`,
      `npx --yes tunesmith@1.2.3 hub pull ${rows.repository} --repo-type dataset --revision ${rows.commit} --local-dir data/${rows.repository.slice(6)}`,
      "npx --yes tunesmith@1.2.3 train --config remote/train.yaml",
    ]);
    expect(JSON.stringify([...hub.repositories.values()].map(({ commits }) => commits.map(({ files }) => [...files.values()].map(String))))).not.toContain(TOKEN);
  });

  it("sends the same rows once, and gives a second run the next second", async () => {
    const first = await submit();
    const second = await submit();
    expect(second.dataset).toEqual(first.dataset);
    expect(second.repository).toBe("alice/llama3-lora-20251029_143111");
  });

  it("refuses what is only here", async () => {
    await expect(submit({ model_name: dataset })).rejects.toMatchObject({ code: "training.model_not_on_hub" });
    expect(hub.calls).toEqual([]);
  });

  it.each([
    ["2h", 7200],
    ["30m", 1800],
    ["1.5h", 5400],
    ["90", 90],
  ])("reads the limit %s as %i seconds", (text, seconds) => expect(parseTime(text)).toBe(seconds));

  it.each(["soon", "", "0h", "-1h", "2 weeks"])("refuses the limit %j", (text) => expect(() => parseTime(text)).toThrow(`Cannot use the timeout ${JSON.stringify(text)}: a number with s, m, h or d is needed`));
});

describe("coming home", () => {
  const options = { endpoint: "https://hub.test", token: TOKEN, environment: {} };
  /** What the job does: trains in a directory of its own and pushes. */
  const trainElsewhere = async (place: string): Promise<void> => {
    const run = createRun({ outputDir: join(folder, place, "outputs"), model: "llama3", config: { ...config, push_to_hub: true }, requestedVersion: "v1.4", now });
    const facts = { runId: run.record.id, runName: run.record.name, epoch: 0, step: 4, maxEpochs: 1, architecture: "llama", baseModel: "meta/llama3", baseModelDigest: null, configDigest: "c", datasetDigest: null, promptFormat: "alpaca", metrics: { eval_loss: 0.5 }, monitor: "eval_loss" } as const;
    await saveCheckpoint(join(run.directory, "checkpoints"), facts, (directory) => writeFileAtomic(join(directory, "adapter_model.safetensors"), "weights"), now());
    run.appendMetrics({ step: 4, loss: 1 });
    const push = await openPush(run, { ...config, hub_model_id: REPOSITORY }, { client, now });
    await push.finish(await run.finish());
  };
  const pull = (outputDir: string) => bringRunHome(REPOSITORY, outputDir, { ...options, cacheDir: join(outputDir, "cache"), fetch: hub.fetch });

  it("makes the run stand here as if it had been trained here, once", async () => {
    await trainElsewhere("elsewhere");
    const outputDir = join(folder, "home", "outputs");
    const { directory, record } = await pull(outputDir);
    expect(record).toMatchObject({ status: "finished", version: "v1.4", hub: { repository: REPOSITORY } });
    expect(readFileSync(join(directory, "metrics.jsonl"), "utf8")).toContain('"loss":1');
    expect(findCheckpoint(directory, "best")?.metadata.training.global_step).toBe(4);
    await pull(outputDir);
    expect(readHistory(join(folder, "home", "experiment_history.jsonl")).entries.map(({ version }) => version)).toEqual(["v1.4"]);
    await expect(submit({ output_dir: outputDir })).resolves.toMatchObject({ runVersion: "v1.5" });
  });

  it("refuses a repository without a record, one whose names lead out, and a directory of another run", async () => {
    await submit();
    await expect(pull(join(folder, "none"))).rejects.toMatchObject({ code: "training.record_missing" });
    hub.repositories.clear();
    await trainElsewhere("anywhere");
    const repository = hub.repositories.get(`models/${REPOSITORY}`)!;
    const { files } = repository.commits.at(-1)!;
    const record = JSON.parse(files.get("run/run.json")!.toString()) as Record<string, unknown>;
    addCommit(repository, "hostile", new Map([...files, ["run/run.json", Buffer.from(JSON.stringify({ ...record, name: "../../up" }))]]));
    await expect(pull(join(folder, "none"))).rejects.toMatchObject({ code: "training.record_missing" });
    addCommit(repository, "another", new Map([...files, ["run/run.json", Buffer.from(JSON.stringify({ ...record, id: "run-other" }))]]));
    const { directory } = await pull(join(folder, "second"));
    writeFileSync(join(directory, "run.json"), JSON.stringify({ ...record, id: "run-mine" }));
    await expect(pull(join(folder, "second"))).rejects.toMatchObject({ code: "training.run_name_taken" });
  });

  it("says how a job ended that did not end well", () => {
    expect(() => requireFinishedJob({ id: "j1", owner: "alice", stage: "ERROR", message: "out of memory", flavor: "", createdAt: "", labels: {} })).toThrow("The training in job j1 did not finish: it ended as ERROR (out of memory)");
  });
});
