// The commands about releases over one workspace and a hub in memory: what they print, what they send, and what they refuse.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeHub } from "../../../../test/helpers/fake-hub.ts";
import { writeReleasableRun } from "../../../../test/helpers/released-run.ts";
import { writeTinyDataset } from "../../../../test/helpers/tiny-dataset.ts";
import { mintDatasetVersion } from "../../../data/index.ts";
import { main } from "../../main.ts";

const root = mkdtempSync(join(tmpdir(), "cli-release-"));
const hub = createFakeHub();
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => {
  const datasetPath = await writeTinyDataset(join(root, "data"));
  await mintDatasetVersion(datasetPath, { now: new Date("2026-03-01T00:00:00Z") });
  await writeReleasableRun(root, { datasetPath });
});

async function call(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_ENDPOINT: "https://hub.example", HF_TOKEN: "hf_secret", HF_HOME: join(root, "hf") },
    workingDirectory: root,
    now: () => new Date("2026-03-02T00:00:00Z"),
    fetch: hub.fetch,
  };
  const places = ["--releases-dir", join(root, "releases"), ...(words[0] === "list" || words[0] === "show" ? [] : ["--output-dir", join(root, "outputs")])];
  const code = await main(["release", ...words, ...places], { world });
  return { code, out: out.join(""), err: err.join("") };
}

const PUBLISH = ["publish", "v1.0", "--repo", "alice/support", "--dataset-repo", "alice/words", "--evals-repo", "alice/evals"] as const;

describe("tunesmith release", () => {
  it("creates, lists and shows a release", async () => {
    const created = await call("create");
    expect(created.code).toBe(0);
    expect(created.out).toMatch(/^Created support v1\.0 in .*releases\/v1\.0, 10 files, .*\n\nMissing:\n {2}licence: neither the base nor the dataset says one\n {6}tunesmith release create --license ID\n\nPublish it: {2}tunesmith release publish v1\.0/);
    expect(created.err).toContain("the newest run that finished");
    expect((await call("create", "v1.0", "--license", "mit")).out).toMatch(/^Already there, its card says more now: support v1\.0/);
    expect((await call("list")).out).toMatch(/v1\.0 +support +2026-03-02 .* q8_0 +f1 0\.8765 +words_dataset d1\.0 +–/);
    expect(JSON.parse((await call("show", "v1", "--json")).out)).toMatchObject({ release: { version: "v1.0", licence: { chosen: "mit" } }, publications: [] });
    expect(await call("show", "v9.9")).toMatchObject({ code: 1, err: expect.stringContaining("has v1.0") });
  });

  it("plans, publishes and finds it done, over the API of a hub", async () => {
    const plan = await call(...PUBLISH, "--dry-run");
    expect(plan.out.split("\n").filter((line) => line.endsWith("to do"))).toHaveLength(6);
    expect([...hub.repositories.keys()]).toEqual([]);
    const published = await call(...PUBLISH);
    expect([published.code, published.out.match(/^\w+ +done/gm)]).toEqual([0, ["dataset      done", "dataset_tag  done", "model        done", "model_tag    done", "evaluation   done", "history      done"]]);
    expect(hub.repositories.get("models/alice/support")!.tags.get("v1.0")!.message).toMatch(/^Version v1\.0 \| F1=0\.8765 \| Acc=0\.8234 \| samples=\d+\n\nconfig sha256:c{64}\n/);
    const commits = [...hub.repositories.values()].map((repository) => repository.commits.length);
    expect((await call(...PUBLISH)).out.match(/was done/g)).toHaveLength(6);
    expect([...hub.repositories.values()].map((repository) => repository.commits.length)).toEqual(commits);
    expect((await call("list")).out).toContain("alice/support");
    expect(JSON.stringify([published, await call("show", "v1.0", "--json")])).not.toContain("hf_secret");
  });

  it("traces its tag, from here and from the hub alone", async () => {
    const offline = await call("trace", "alice/support@v1.0", "--offline");
    expect(offline.out.split("\n")[0]).toBe("tag  alice/support@v1.0");
    expect(offline.out).toContain("raw data");
    rmSync(join(root, "releases"), { recursive: true });
    expect(await call("trace", "alice/support@v1.0", "--offline")).toMatchObject({ code: 1 });
    expect((await call("trace", "alice/support@v1.0")).out).toContain("raw data");
  });
});
