import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeReleasableRun, type ReleasedRunOptions } from "../../../test/helpers/released-run.ts";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { listReleases } from "../places.ts";
import { createRelease, type CreateReleaseOptions } from "./create.ts";

let root: string;
let datasetPath: string;
let count = 0;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "tunesmith-release-"));
  datasetPath = await writeTinyDataset(join(root, "data"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function world(options: ReleasedRunOptions = {}) {
  const workspace = join(root, `w${(count += 1)}`);
  const run = await writeReleasableRun(workspace, { datasetPath, ...options });
  const create = (more: Partial<CreateReleaseOptions> = {}) => createRelease({ runDirectory: run, outputDir: join(workspace, "outputs"), releasesDirectory: join(workspace, "models/releases"), now: new Date("2026-03-02T00:00:00Z"), ...more });
  return { workspace, run, create, releases: join(workspace, "models/releases") };
}

describe("createRelease", () => {
  it("assembles adapter, merged model, quantized models, evaluation, record and card under the run's version", async () => {
    const { create, run, releases } = await world();
    const { record, status, directory } = await create();
    expect([status, directory]).toEqual(["created", join(releases, "v1.0")]);
    expect(record.files.map(({ path }) => path)).toEqual([
      "adapter/adapter_config.json", "adapter/adapter_model.safetensors", "adapter/metadata.json", "evaluation/base/metrics.json", "evaluation/metrics.json",
      "gguf/quantization_metrics.json", "gguf/support-q8_0.gguf", "gguf/verification.json", "merged/config.json", "merged/model.safetensors",
    ]);
    expect(readdirSync(directory).sort()).toEqual(["README.md", "adapter", "evaluation", "gguf", "merged", "release.json"]);
    expect(record).toMatchObject({ version: "v1.0", base_model: { id: "acme/tiny" }, evaluation: { rows: 3, metrics: { f1: { value: 0.8765, low: 0.7765 } }, base: { f1: { value: 0.43825 } } }, gguf: [{ type: "q8_0", verification: { passed: true } }] });
    expect(statSync(join(directory, "merged/model.safetensors")).ino).toBe(statSync(join(run, "merged_model/model.safetensors")).ino);
    expect(listReleases(releases).releases.map((release) => release.record)).toEqual([record]);
    expect(readdirSync(releases).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("names what is missing with the command that makes it, and invents nothing", async () => {
    const { create } = await world({ without: ["merged", "quantized", "evaluation"] });
    const { record } = await create();
    expect(record.missing.map(({ what, command }) => [what, command?.split(" ")[1] ?? null])).toEqual([
      ["merged model", "merge"], ["quantized models", "quantize"], ["evaluation", "evaluate"], ["dataset version", "data"], ["licence", "release"],
    ]);
    expect(record).toMatchObject({ evaluation: null, gguf: [], licence: { chosen: null } });
  });

  it("leaves out a merged model that was made of another checkpoint", async () => {
    const { create, run } = await world({ without: ["quantized"] });
    writeFileSync(join(run, "merged_model/config.json"), JSON.stringify({ tunesmith: { checkpoint_id: "checkpoint-other" } }));
    const { record } = await create();
    expect(record.files.some(({ role }) => role === "merged")).toBe(false);
    expect(record.missing[0]).toMatchObject({ what: "merged model", reason: expect.stringContaining("was made of checkpoint-other, not of checkpoint-") });
  });

  it("refuses a quantized model that was never verified or did not pass, unless told", async () => {
    for (const [options, reason] of [[{ without: ["verification"] }, "was never verified"], [{ failed: true }, "did not pass: its mean KL divergence is 0.500"]] as const) {
      const { create, releases } = await world(options);
      await expect(create()).rejects.toMatchObject({ code: "releases.unverified", message: expect.stringContaining(reason), hint: expect.stringContaining("tunesmith verify --model-path outputs/") });
      expect(existsSync(join(releases, "v1.0"))).toBe(false);
      expect((await create({ allowUnverified: true })).unverified).toHaveLength(1);
    }
  });

  it("takes the same content twice for what it is, and refuses other content with both sides", async () => {
    const { create, run, releases } = await world();
    const first = await create();
    expect(await create({ now: new Date("2027-01-01T00:00:00Z") })).toMatchObject({ status: "existing", record: first.record });
    writeFileSync(join(run, "merged_model/tokenizer.json"), "{}");
    await expect(create()).rejects.toMatchObject({ code: "releases.taken", details: { there: first.record.digest, differences: [{ path: "merged/tokenizer.json", there: null }] } });
    expect(JSON.parse(readFileSync(join(releases, "v1.0/release.json"), "utf8"))).toEqual(first.record);
    expect((await create({ version: "v1.1" })).record.version).toBe("v1.1");
    expect(await create({ replace: true })).toMatchObject({ status: "replaced", record: { files: expect.arrayContaining([expect.objectContaining({ path: "merged/tokenizer.json" })]) } });
  });

  it("says more of the same content when more is known, and never replaces what was published", async () => {
    const { create, run, releases } = await world();
    const first = await create();
    expect(await create({ licence: "mit" })).toMatchObject({ status: "updated", record: { digest: first.record.digest, created_at: first.record.created_at, licence: { chosen: "mit" } } });
    expect(readFileSync(join(releases, "v1.0/README.md"), "utf8")).toMatch(/^---\nlicense: mit\n/);
    const publication = { schema_version: 1, version: "v1.0", release_digest: first.record.digest, endpoint: "https://hub.example", model_repository: "acme/support", dataset_repository: null, dataset_tag: null, evaluations_repository: null, started_at: "", finished_at: null, steps: [] };
    mkdirSync(join(releases, "publications"));
    writeFileSync(join(releases, "publications/x.json"), JSON.stringify(publication));
    writeFileSync(join(run, "merged_model/tokenizer.json"), "{}");
    await expect(create({ replace: true })).rejects.toMatchObject({ code: "releases.taken", hint: "Release under another version: this one was published." });
  });

  it("gives no run the version of another one", async () => {
    const { create, workspace } = await world();
    await writeReleasableRun(workspace, { datasetPath, version: "v2.0", name: "support-tiny_training_20260302_120000" });
    await expect(create({ version: "2.0" })).rejects.toMatchObject({ code: "releases.version_of_other_run" });
    await expect(create({ version: "final" })).rejects.toMatchObject({ code: "releases.version_invalid" });
  });

  it("finds the next version for a run without one", async () => {
    const { create, workspace } = await world({ version: null });
    await writeReleasableRun(workspace, { datasetPath, version: "v2.3", name: "support-tiny_training_20260302_120000" });
    expect((await create()).record.version).toBe("v2.4");
  });

  it("refuses weights that are not those of their record, and leaves nothing behind", async () => {
    const { create, run, releases } = await world();
    writeFileSync(join(run, "checkpoints/best-eval_loss-0.5000/adapter_model.safetensors"), "changed");
    await expect(create()).rejects.toMatchObject({ code: "releases.file_changed" });
    expect(existsSync(releases)).toBe(false);
  });
});
