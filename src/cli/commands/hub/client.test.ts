// The commands that talk to a hub, from words to text, against a hub in memory.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { addCommit, addRepository, createFakeHub, type FakeHub } from "../../../../test/helpers/fake-hub.ts";
import { saveCheckpoint } from "../../../checkpoints/index.ts";
import { writeFileAtomic } from "../../../files/index.ts";
import { createRun } from "../../../runs/index.ts";
import { main } from "../../main.ts";

const now = () => new Date(Date.UTC(2026, 0, 1));
let root: string;
let hub: FakeHub;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cli-hub-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  hub = createFakeHub();
});

async function call(...words: readonly string[]) {
  const out: string[] = [];
  const environment = { HF_ENDPOINT: "https://hub.test", HF_TOKEN: "hf_secret_of_alice", HF_HOME: root };
  const world = { stdout: { write: (piece: string) => out.push(piece) }, stderr: { write: (piece: string) => out.push(piece) }, environment, workingDirectory: root, now, fetch: hub.fetch };
  const code = await main(words, { world });
  return { code, text: out.join("") };
}

it("pulls a repository at a tag", async () => {
  const repository = addRepository(hub, "models/alice/tiny", { "README.md": "# one" });
  repository.tags.set("v1.0", { commit: repository.commits[0]!.id });
  addCommit(repository, "two", new Map([["README.md", Buffer.from("# two")]]));
  const { code, text } = await call("hub", "pull", "alice/tiny", "--revision", "v1.0", "--local-dir", join(root, "own"));
  expect(code).toBe(0);
  expect(text).toContain(`alice/tiny at v1.0 (commit ${repository.commits[0]!.id.slice(0, 12)}): 1 file, 5 B, 1 downloaded`);
  expect(readFileSync(join(root, "own", "README.md"), "utf8")).toBe("# one");
});

it("syncs what a run left over, once", async () => {
  const outputDir = join(root, "outputs");
  const run = createRun({ outputDir, model: "tiny", config: {}, now });
  const facts = { runId: run.record.id, runName: run.record.name, epoch: 0, step: 4, maxEpochs: 1, architecture: "llama", baseModel: "b", baseModelDigest: null, configDigest: "c", datasetDigest: null, promptFormat: "alpaca" } as const;
  await saveCheckpoint(join(run.directory, "checkpoints"), facts, (directory) => writeFileAtomic(join(directory, "adapter_model.safetensors"), "weights"), now());
  run.update({ hub: { endpoint: "https://hub.test", repository: "alice/tiny-lora-20260101_000000", private: true } });
  run.stop();
  const first = await call("hub", "sync", "--output-dir", outputDir);
  expect([first.code, first.text]).toEqual([0, expect.stringContaining("uploaded checkpoint-4")]);
  expect(hub.repositories.get("models/alice/tiny-lora-20260101_000000")).toMatchObject({ isPrivate: true });
  expect(await call("hub", "sync", "--output-dir", outputDir)).toEqual({ code: 0, text: "Nothing is left to upload.\n" });
});

it("lists and cancels jobs", async () => {
  const job = { id: "j1", owner: { name: "alice" }, status: { stage: "RUNNING" }, flavor: "a10g-large", createdAt: "2026-01-01T00:00:00Z", labels: { "tunesmith-run": "tiny-lora" } };
  hub.meddle = ({ path }) => (path.startsWith("/api/jobs/alice") ? Response.json(path.endsWith("/j1") || path.endsWith("/cancel") ? job : [job]) : undefined);
  expect((await call("hub", "jobs", "list")).text).toContain("j1   RUNNING  a10g-large  2026-01-01T00:00:00Z  tiny-lora");
  expect((await call("hub", "jobs", "cancel", "j1")).text).toBe("Job j1 is cancelled; what it had uploaded stays in its repository.\n");
  expect((await call("hub", "jobs", "cancel")).code).toBe(2);
  expect(existsSync(join(root, "outputs"))).toBe(false);
});
