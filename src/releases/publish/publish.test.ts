import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHubPort, type FakeHub } from "../../../test/helpers/fake-hub-port.ts";
import { writeReleasableRun } from "../../../test/helpers/released-run.ts";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { mintDatasetVersion } from "../../data/index.ts";
import { readHistory } from "../../runs/index.ts";
import { createRelease } from "../assemble/create.ts";
import { parseCardHead } from "../card/read-head.ts";
import { readRelease, type Release } from "../places.ts";
import { planPublication, publishRelease, type PublishOptions } from "./publish.ts";
import { parseTable } from "./table.ts";

let template: string;
const copies: string[] = [];
beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), "tunesmith-publish-"));
  const datasetPath = await writeTinyDataset(join(template, "data"));
  await mintDatasetVersion(datasetPath, { now: new Date("2026-03-01T00:00:00Z") });
  const run = await writeReleasableRun(template, { datasetPath });
  await createRelease({ runDirectory: run, outputDir: join(template, "outputs"), releasesDirectory: join(template, "releases"), now: new Date("2026-03-02T00:00:00Z") });
});
afterAll(() => [template, ...copies].forEach((path) => rmSync(path, { recursive: true, force: true })));

interface World {
  readonly hub: FakeHub;
  readonly release: Release;
  readonly workspace: string;
  readonly publish: (more?: Partial<PublishOptions>) => ReturnType<typeof publishRelease>;
  readonly options: PublishOptions;
}

function world(hub: FakeHub = createHubPort()): World {
  const workspace = mkdtempSync(join(tmpdir(), "tunesmith-publish-"));
  copies.push(workspace);
  cpSync(join(template, "releases"), join(workspace, "releases"), { recursive: true });
  const release = readRelease(join(workspace, "releases/v1.0"));
  const options: PublishOptions = {
    hub, release, modelId: "acme/support", datasetId: "acme/tickets", evaluationsId: "acme/evals", releasesDirectory: join(workspace, "releases"),
    historyPath: join(workspace, "experiment_history.jsonl"), now: () => new Date("2026-03-03T00:00:00Z"),
  };
  return { hub, release, workspace, options, publish: (more) => publishRelease({ ...options, ...more }) };
}

const states = (publication: { readonly steps: readonly { readonly name: string; readonly state: string }[] }) => publication.steps.map(({ name, state }) => `${name} ${state}`);
const ALL_DONE = ["dataset done", "dataset_tag done", "model done", "model_tag done", "evaluation done", "history done"];
const WRITTEN = ["create dataset acme/tickets", "commit dataset acme/tickets", "tag dataset acme/tickets d1.0", "create model acme/support", "commit model acme/support", "tag model acme/support v1.0", "create dataset acme/evals", "commit dataset acme/evals", "commit dataset acme/evals"];

describe("publishRelease", () => {
  it("publishes dataset, tag, model, tag, row and history, in this order", async () => {
    const { hub, publish, options, release } = world();
    const publication = await publish();
    expect(states(publication)).toEqual(ALL_DONE);
    expect(hub.written).toEqual(WRITTEN);
    expect([...(await hub.files("model", "acme/support", (await hub.head("model", "acme/support"))!)).keys()].sort()).toEqual([
      "README.md", "adapter/adapter_config.json", "adapter/adapter_model.safetensors", "adapter/metadata.json", "config.json", "evaluation/base/metrics.json", "evaluation/metrics.json",
      "gguf/quantization_metrics.json", "gguf/support-q8_0.gguf", "gguf/verification.json", "model.safetensors", "release.json",
    ]);
    expect([...(await hub.files("dataset", "acme/tickets", (await hub.head("dataset", "acme/tickets"))!)).keys()].sort()).toEqual([
      "README.md", "data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet", "dataset.json", "test.csv", "train.csv", "validation.csv",
    ]);
    expect(hub.message("acme/support", "v1.0")).toBe(
      `Version v1.0 | F1=0.8765 | Acc=0.8234 | samples=${release.record.dataset!.rows["train"]}\n\nconfig sha256:${"c".repeat(64)}\nrun ${release.record.run.id}\nweights sha256:${release.record.checkpoint.weights_digest}\ndataset d1.0 sha256:${release.record.dataset!.digest}\nrelease sha256:${release.record.digest}`,
    );
    expect(hub.message("acme/tickets", "d1.0")).toMatch(/^Dataset d1\.0 \| train=\d+ \| test=\d+\n\nrows sha256:[0-9a-f]{64}$/);
    const head = parseCardHead(hub.textAt("model", "acme/support", "README.md")!);
    expect(head["datasets"]).toEqual(["acme/tickets"]);
    expect(JSON.stringify(head["model-index"])).toContain((await hub.tags("dataset", "acme/tickets")).get("d1.0"));
    expect(readHistory(options.historyPath).entries[0]?.metadata).toMatchObject({ model_repo: "acme/support", dataset_repo: "acme/tickets", dataset_version: "d1.0", publications: [{ version: "v1.0", endpoint: "https://hub.example" }] });
  });

  it("goes on after a kill before or after any call, does nothing twice and loses nothing", async () => {
    // The rows are only read where the calls are about them: the rest is the same without, and sooner.
    for (const [more, about] of [[{}, "tickets"], [{ datasetId: undefined }, "support|evals"]] as const) {
      const { hub: counting, publish: count } = world();
      const calls: string[] = [];
      counting.interfere = (moment, call) => void calls.push(`${moment} ${call}`);
      const whole = await count(more);
      const changing = calls.flatMap((call, at) => (new RegExp(`^(before|after) (create|commit|tag) .*(${about})`).test(call) ? [at] : []));
      expect(changing.length).toBeGreaterThanOrEqual(6);
      for (const at of changing) {
        const { hub, publish, options } = world();
        let seen = 0;
        hub.interfere = () => {
          if (seen++ === at) throw new Error("killed");
        };
        await expect(publish(more)).rejects.toThrow("killed");
        hub.interfere = () => undefined;
        expect(states(await publish(more))).toEqual(states(whole));
        expect(hub.written).toEqual(counting.written);
        expect(readHistory(options.historyPath).entries).toHaveLength(1);
        expect(parseTable(hub.textAt("dataset", "acme/evals", "evals_results.csv")!).rows).toHaveLength(1);
      }
    }
  });

  it("changes nothing the second time, and says what it found", async () => {
    const { hub, publish, options } = world();
    const first = await publish();
    const before = [...hub.written];
    expect(await publish({ now: () => new Date("2027-01-01T00:00:00Z") })).toEqual(first);
    expect(hub.written).toEqual(before);
    expect(readFileSync(options.historyPath, "utf8").trim().split("\n")).toHaveLength(1);
    const plan = await planPublication(options);
    expect(plan.steps.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "done"));
  });

  it("plans without writing, and calls nothing done that is left out", async () => {
    const { hub, publish, options } = world();
    const { datasetId: _dataset, evaluationsId: _evaluations, ...bare } = options;
    expect((await planPublication(bare)).steps.map(({ name, state, note }) => [name, state, note])).toEqual([
      ["dataset", "skipped", "no dataset repository was named"], ["dataset_tag", "skipped", "no dataset repository was named"], ["model", "to do", ""], ["model_tag", "to do", ""],
      ["evaluation", "skipped", "no evaluations repository was named"], ["history", "to do", ""],
    ]);
    expect((await planPublication(options)).steps.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "to do"));
    expect([hub.written, existsSync(options.historyPath)]).toEqual([[], false]);
    const seen: string[] = [];
    const publication = await publishRelease({ ...bare, onStep: ({ name, state }) => void seen.push(`${name} ${state}`) });
    expect(states(publication)).toEqual(seen);
    expect(seen).toEqual(["dataset skipped", "dataset_tag skipped", "model done", "model_tag done", "evaluation skipped", "history done"]);
    expect(states(await publish())).toEqual(ALL_DONE);
  });

  it("does not believe a hub that says yes and shows nothing", async () => {
    const { hub, options } = world();
    await expect(publishRelease({ ...options, hub: { ...hub, createTag: () => Promise.resolve() } })).rejects.toMatchObject({ code: "releases.not_verified" });
    expect(JSON.parse(readFileSync(join(options.releasesDirectory, "publications/v1.0--acme--support@hub.example.json"), "utf8"))).toMatchObject({ finished_at: null, steps: [{ name: "dataset", state: "done" }, { name: "dataset_tag", state: "open" }, { state: "open" }, { state: "open" }, { state: "open" }, { state: "open" }] });
  });

  it("refuses a tag that leads to other content, with both sides, before anything is written", async () => {
    const { hub, publish, release } = world();
    await hub.createRepository("model", "acme/support", { private: false });
    const other = await hub.commit({ kind: "model", id: "acme/support", parentCommit: undefined, summary: "x", changes: [{ path: "model.safetensors", source: { bytes: new TextEncoder().encode("others") } }, { path: "release.json", source: { bytes: new TextEncoder().encode(JSON.stringify({ ...release.record, digest: "9".repeat(64), run: { ...release.record.run, id: "run-other" } })) } }] });
    await hub.createTag("model", "acme/support", { name: "v1.0", commit: other, message: "m" });
    const before = [...hub.written];
    await expect(planPublication({ ...world(hub).options })).rejects.toMatchObject({ code: "releases.tag_taken" });
    await expect(publish()).rejects.toMatchObject({ code: "releases.tag_taken", message: expect.stringMatching(/release 9{16} of run-other there against release [0-9a-f]{16} of run-[0-9a-f]+ here: .*adapter_model\.safetensors \(here [0-9a-f]{12}, there absent\).*; 5 more$/) });
    expect(hub.written).toEqual(before);
  });

  it("keeps what people added to the repository, and drops what the release before had", async () => {
    const { hub, publish, release, options } = world();
    await hub.createRepository("model", "acme/support", { private: false });
    const old = { ...release.record, version: "v0.9", files: [{ path: "gguf/old.gguf", role: "gguf", size_bytes: 1, sha256: "0".repeat(64) }] };
    const bytes = (text: string) => ({ bytes: new TextEncoder().encode(text) });
    await hub.commit({ kind: "model", id: "acme/support", parentCommit: undefined, summary: "v0.9", changes: [{ path: "release.json", source: bytes(JSON.stringify(old)) }, { path: "gguf/old.gguf", source: bytes("x") }, { path: "NOTICE", source: bytes("ours") }] });
    await publish();
    const paths = [...(await hub.files("model", "acme/support", (await hub.tags("model", "acme/support")).get("v1.0")!)).keys()];
    expect([paths.includes("gguf/old.gguf"), paths.includes("NOTICE")]).toEqual([false, true]);
    expect((await planPublication(options)).steps.every(({ state }) => state === "done")).toBe(true);
  });

  it("gives each version of a dataset a repository of its own where that is wanted", async () => {
    const { hub, publish, workspace } = world();
    const publication = await publish({ datasetPerVersion: true, arrow: true, datasetId: "acme/tickets-v0.9" });
    expect(states(publication)).toEqual(["dataset done", "dataset_tag skipped", ...ALL_DONE.slice(2)]);
    expect([publication.dataset_repository, publication.dataset_tag]).toEqual(["acme/tickets-v1.0", null]);
    expect(hub.textAt("dataset", "acme/tickets-v1.0", "arrow/dataset_dict.json")).toContain("train");
    const second = world(hub);
    const path = join(second.workspace, "other");
    await writeReleasableRun(workspace, { datasetPath: await writeTinyDataset(path, { seed: 2 }) });
    const other = { ...second.release, record: { ...second.release.record, dataset: { ...second.release.record.dataset!, digest: JSON.parse(readFileSync(join(path, "words_dataset/dataset.json"), "utf8")).digest as string, path: join(path, "words_dataset") } } };
    await expect(publishRelease({ ...second.options, release: other, datasetPerVersion: true })).rejects.toMatchObject({ code: "releases.repository_taken", message: expect.stringContaining("train.csv (here") });
  });

  it("refuses rows that are not those of the training, a dataset without a version and a damaged release", async () => {
    const { publish, options, workspace, hub } = world();
    await expect(publish({ datasetPath: await writeTinyDataset(workspace, { seed: 3 }) })).rejects.toMatchObject({ code: "releases.dataset_not_publishable" });
    const { record } = options.release;
    const unversioned = { ...options.release, record: { ...record, dataset: { ...record.dataset!, version: null, path: "gone" } } };
    await expect(publish({ release: unversioned })).rejects.toMatchObject({ code: "releases.dataset_not_publishable", hint: "Run `tunesmith data version gone`, then publish again." });
    const unsound = { ...options.release, record: { ...record, gguf: [{ ...record.gguf[0]!, verification: null }] } };
    await expect(publish({ release: unsound })).rejects.toMatchObject({ code: "releases.unverified", message: "Cannot publish: gguf/support-q8_0.gguf was never verified" });
    writeFileSync(join(options.release.directory, "merged/model.safetensors"), "damaged");
    await expect(publish()).rejects.toMatchObject({ code: "releases.damaged" });
    await expect(publish({ modelId: "not an id" })).rejects.toMatchObject({ code: "releases.repository_id_invalid" });
    expect(hub.written).toEqual([]);
    expect(readdirSync(join(workspace, "releases/publications"))).toEqual([]);
  });
});

describe("the table of evaluations", () => {
  it("loses no row of two publishers at once", async () => {
    const hub = createHubPort();
    const [first, second] = [world(hub), world(hub)];
    const other = { ...second.release, record: { ...second.release.record, version: "v1.1" } };
    await Promise.all([publishRelease({ ...first.options, modelId: "acme/one" }), publishRelease({ ...second.options, modelId: "acme/two", release: other })]);
    const { columns, rows } = parseTable(hub.textAt("dataset", "acme/evals", "evals_results.csv")!);
    expect(columns.slice(0, 4)).toEqual(["version", "timestamp", "base_model", "train_size"]);
    expect(rows.map((row) => [row["version"], row["model_repo"], row["f1_micro"], row["accuracy"], row["dataset_version"]]).sort()).toEqual([["v1.0", "acme/one", "", "0.8234", "d1.0"], ["v1.1", "acme/two", "", "0.8234", "d1.0"]]);
    expect(hub.commits("dataset", "acme/evals").length).toBeGreaterThanOrEqual(3);
  });

  it("reads again when somebody else adds a row between reading and writing", async () => {
    const { hub, publish } = world();
    await publish({ modelId: "acme/before" });
    let isFirst = true;
    hub.interfere = async (moment, call) => {
      if (!isFirst || moment !== "before" || call !== "commit dataset acme/evals") return;
      isFirst = false;
      const head = (await hub.head("dataset", "acme/evals"))!;
      const text = hub.textAt("dataset", "acme/evals", "evals_results.csv")!;
      await hub.commit({ kind: "dataset", id: "acme/evals", parentCommit: head, summary: "other", changes: [{ path: "evals_results.csv", source: { bytes: new TextEncoder().encode(`${text}${text.split("\n")[1]!.replace("v1.0", "v9.9")}\n`) } }] });
    };
    await publish();
    expect(parseTable(hub.textAt("dataset", "acme/evals", "evals_results.csv")!).rows.map((row) => row["version"])).toEqual(["v1.0", "v9.9", "v1.0"]);
  });

  it("never replaces a table that cannot be read, and names its revision", async () => {
    for (const [text, reason] of [["version,f1\n\"torn", /Quoted field unterminated|row 2/], ["a,b\n1,2\n", /no column version/], ["version,f1\nv1.0\n", /row 2 has 1 cells, the header 2/], ["", /it is empty/]] as const) {
      const { hub, publish } = world();
      await hub.createRepository("dataset", "acme/evals", { private: false });
      const commit = await hub.commit({ kind: "dataset", id: "acme/evals", parentCommit: undefined, summary: "x", changes: [{ path: "evals_results.csv", source: { bytes: new TextEncoder().encode(text) } }] });
      await expect(publish()).rejects.toMatchObject({ code: "releases.table_unreadable", details: { revision: commit }, message: expect.stringMatching(reason) });
      expect(hub.textAt("dataset", "acme/evals", "evals_results.csv")).toBe(text);
    }
  });

  it("refuses a second row of a version for other content", async () => {
    const { hub, publish, options } = world();
    await publish();
    const text = hub.textAt("dataset", "acme/evals", "evals_results.csv")!;
    await hub.commit({ kind: "dataset", id: "acme/evals", parentCommit: await hub.head("dataset", "acme/evals"), summary: "x", changes: [{ path: "evals_results.csv", source: { bytes: new TextEncoder().encode(text.replace(options.release.record.digest, "8".repeat(64))) } }] });
    await expect(planPublication(options)).rejects.toMatchObject({ code: "releases.row_taken", details: { there: "8".repeat(64) } });
  });
});
