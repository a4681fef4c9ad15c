import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHubPort } from "../../../test/helpers/fake-hub-port.ts";
import { writeReleasableRun } from "../../../test/helpers/released-run.ts";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { mintDatasetVersion } from "../../data/index.ts";
import { sha256 } from "../../files/index.ts";
import { createRelease, type CreatedRelease } from "../assemble/create.ts";
import { createHubVersionTag } from "../hub-version-tag.ts";
import { publishRelease } from "../publish/publish.ts";
import { formatTrace } from "./format.ts";
import type { TraceNode } from "./node.ts";
import { parseSubject } from "./subject.ts";
import { traceArtifact } from "./trace.ts";

const hub = createHubPort();
let root: string;
let run: string;
let release: CreatedRelease;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "tunesmith-trace-"));
  const datasetPath = await writeTinyDataset(join(root, "data"));
  await mintDatasetVersion(datasetPath, { now: new Date("2026-03-01T00:00:00Z") });
  run = await writeReleasableRun(root, { datasetPath });
  writeFileSync(join(run, "merged_model/tokenizer.json"), "{}");
  release = await createRelease({ runDirectory: run, outputDir: join(root, "outputs"), releasesDirectory: join(root, "releases"), now: new Date("2026-03-02T00:00:00Z"), licence: "mit" });
  await publishRelease({ hub, release, modelId: "acme/support", datasetId: "acme/words", releasesDirectory: join(root, "releases"), historyPath: join(root, "experiment_history.jsonl"), now: () => new Date("2026-03-03T00:00:00Z") });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const trace = (asked: string, more: object = {}) => traceArtifact(asked, { outputDir: join(root, "outputs"), releasesDirectory: join(root, "releases"), ...more });
/** The kinds on the way down, the last child of each. */
const line = (node: TraceNode): readonly string[] => [node.kind, ...(node.from.length === 0 ? [] : line(node.from.at(-1)!))];
const kinds = (node: TraceNode): ReadonlySet<string> => new Set([node.kind, ...node.from.flatMap((child) => [...kinds(child)])]);
const digestOf = (node: TraceNode, kind: string): string | null | undefined => (node.kind === kind ? node.digest : node.from.map((child) => digestOf(child, kind)).find((digest) => digest !== undefined));

describe("traceArtifact", () => {
  it("leads from every form of the model back to run, configuration, data and raw files", async () => {
    const { record } = release;
    const mergedFiles = ["merged/model.safetensors", "merged/config.json", "merged/tokenizer.json"].map((path) => record.files.find((file) => file.path === path)!.sha256);
    const asked = [
      `x-model-digest: sha256:${sha256(mergedFiles.join("\n"))}`,
      `x-model-digest: sha256:${record.gguf[0]!.sha256}`, `sha256:${record.checkpoint.weights_digest}`, record.digest.slice(0, 12), "x-model-version: v1.0", "x-model-name: support@v1.0",
      `x-model-run: ${record.run.id}`, join(run, "quantized/support-q8_0.gguf"), join(release.directory, "gguf/support-q8_0.gguf"), join(run, "merged_model"), join(run, "checkpoints/best-eval_loss-0.5000"),
      join(run, "checkpoints/last/adapter_model.safetensors"), run, "v1.0", release.directory, record.checkpoint.id, "acme/support@v1.0",
    ];
    for (const one of asked) {
      const { root: node, missing } = await trace(one);
      expect([one, [...kinds(node)].filter((kind) => ["run", "configuration", "dataset", "raw data", "base model"].includes(kind)).sort()]).toEqual([one, ["base model", "configuration", "dataset", "raw data", "run"]]);
      expect([one, digestOf(node, "configuration"), digestOf(node, "dataset")]).toEqual([one, record.config_digest, record.dataset!.digest]);
      expect(digestOf(node, "raw data")).toBe(record.dataset!.sources[0]!.digest);
      expect([one, missing]).toEqual([one, [{ what: "commit of the code", reason: "the run was started outside of a git repository" }]]);
    }
  });

  it("shows the way from a GGUF file as a tree", async () => {
    const { root: node } = await trace(join(run, "quantized/support-q8_0.gguf"));
    expect(line(node)).toEqual(["release", "quantized model", "checkpoint", "run", "base model"]);
    expect(formatTrace(await trace("v1.0")).split("\n").filter((text) => /[├└]─ /.test(text)).map((text) => text.replace(/(?<=[a-z]) {2}\S.*$/, ""))).toEqual([
      "├─ quantized model", "├─ merged model", "├─ evaluation", "└─ checkpoint", "   └─ run", "      ├─ configuration", "      ├─ dataset", "      │  └─ raw data", "      └─ base model",
    ]);
  });

  it("traces a dataset, its digest and its tag", async () => {
    for (const asked of [release.record.dataset!.path, `sha256:${release.record.dataset!.digest}`]) expect(line((await trace(asked)).root)).toEqual(["dataset", "raw data"]);
    expect(line((await trace("datasets/acme/words@d1.0")).root)).toEqual(["tag", "dataset", "raw data"]);
  });

  it("asks the hub about a tag that was published elsewhere, and says what is not here", async () => {
    const { root: node, missing } = await traceArtifact("acme/support@v1.0", { outputDir: join(root, "nowhere"), releasesDirectory: join(root, "none"), hub });
    expect([...kinds(node)]).toEqual(["tag", "release", "quantized model", "merged model", "evaluation", "checkpoint", "run", "configuration", "dataset", "raw data", "base model"]);
    expect(missing.map(({ what }) => what)).toEqual(["checkpoint", "run directory"]);
    await expect(trace("acme/other@v1.0")).rejects.toMatchObject({ code: "releases.nothing_to_trace" });
    await expect(trace("acme/support@v7.0", { hub })).rejects.toMatchObject({ code: "releases.nothing_to_trace" });
  });

  it("names the gaps of a file whose run is gone", async () => {
    const { root: node, missing } = await traceArtifact(join(run, "merged_model"), { outputDir: join(root, "nowhere"), releasesDirectory: join(root, "none") });
    expect(line(node)).toEqual(["merged model", "checkpoint", "run", "dataset"]);
    expect(missing.map(({ what }) => what)).toEqual(["checkpoint", "run", "raw data"]);
  });

  it("says where a file and its run do not agree", async () => {
    const directory = join(root, "odd");
    const own = await writeReleasableRun(directory, { datasetPath: release.record.dataset!.path });
    const config = { tunesmith: { run_id: release.record.run.id, checkpoint_id: release.record.checkpoint.id, config_digest: "0".repeat(64) } };
    writeFileSync(join(own, "merged_model/config.json"), JSON.stringify(config));
    expect((await trace(join(own, "merged_model"))).missing[0]).toEqual({ what: "agreement on the configuration", reason: `the file says ${"0".repeat(16)}, its run ${"c".repeat(16)}` });
  });

  it("refuses what it does not know", async () => {
    for (const asked of ["sha256:" + "0".repeat(64), "missing/file.gguf", root]) await expect(trace(asked)).rejects.toMatchObject({ code: "releases.nothing_to_trace" });
    await expect(trace("no-such-run")).rejects.toMatchObject({ code: "runs.unknown" });
  });
});

it("reads what a person may hold in hand", () => {
  expect(["x-model-digest: sha256:" + "A".repeat(64), "deadbeef", "acme/x@v1.0", "datasets/acme/x@d1.0", "support@v1.2", "X-Model-Name: caf%C3%A9@v1.2", "v1.2", "a/b.gguf"].map(parseSubject)).toEqual([
    { kind: "digest", digest: "a".repeat(64) }, { kind: "digest", digest: "deadbeef" }, { kind: "tag", repository: "acme/x", revision: "v1.0" }, { kind: "tag", repository: "datasets/acme/x", revision: "d1.0" },
    { kind: "name", name: "v1.2" }, { kind: "name", name: "v1.2" }, { kind: "name", name: "v1.2" }, { kind: "name", name: "a/b.gguf" },
  ]);
});

describe("createHubVersionTag", () => {
  it("tags the head once, leaves out what was not measured, and refuses to move", async () => {
    const other = createHubPort();
    await other.createRepository("model", "acme/setfit", { private: false });
    const commit = await other.commit({ kind: "model", id: "acme/setfit", parentCommit: undefined, summary: "x", changes: [{ path: "a", source: { bytes: new Uint8Array(1) } }] });
    const wish = { hub: other, repository: "acme/setfit", version: "1.2", metrics: { overall: { f1_micro: 0.8765, accuracy: 0.8234 } }, config: { sample_size: 1200, epochs: 3 } };
    const tag = await createHubVersionTag(wish);
    expect(tag).toMatchObject({ tag: "v1.2", commit, status: "created", message: expect.stringMatching(/^Version v1\.2 \| F1=0\.8765 \| Acc=0\.8234 \| samples=1200\n\nconfig sha256:[0-9a-f]{64}$/) });
    expect(await createHubVersionTag(wish)).toEqual({ ...tag, status: "existing" });
    const next = await other.commit({ kind: "model", id: "acme/setfit", parentCommit: commit, summary: "y", changes: [{ path: "a", source: { bytes: new Uint8Array(2) } }] });
    await expect(createHubVersionTag(wish)).rejects.toMatchObject({ code: "releases.tag_taken", message: expect.stringContaining(`commit ${commit.slice(0, 12)} there against commit ${next.slice(0, 12)} here`) });
    expect((await createHubVersionTag({ ...wish, version: "v1.3", metrics: {}, config: undefined })).message).toBe("Version v1.3");
  });
});
