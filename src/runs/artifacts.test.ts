import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureDirectory } from "../files/index.ts";
import { artifactPath, findArtifact } from "./artifacts.ts";
import { createRun } from "./run.ts";

let workspace: string;
let run: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), "tunesmith-"));
  run = join(workspace, "outputs", "run-1");
  for (const place of [join(run, "checkpoints", "last"), join(workspace, "models", "merged")]) ensureDirectory(place);
});
afterAll(() => rmSync(workspace, { recursive: true }));

it("keeps paths relative to the run, else to the workspace, else absolute", () => {
  expect(artifactPath(join(run, "checkpoints", "last"), run, workspace)).toBe("checkpoints/last");
  expect(artifactPath("checkpoints/last", run, workspace)).toBe("checkpoints/last");
  expect(artifactPath(join(workspace, "models", "merged"), run, workspace)).toBe("models/merged");
  expect(artifactPath(`${run}-other`, run, workspace)).toBe("outputs/run-1-other");
  expect(artifactPath(tmpdir(), run, workspace)).toBe(tmpdir());
});

it("finds what was kept, in the forms of now and of before", () => {
  for (const path of [join(run, "checkpoints", "last"), join(workspace, "models", "merged")]) {
    expect(findArtifact(artifactPath(path, run, workspace), run)).toBe(path);
    expect(findArtifact(path, run)).toBe(path);
  }
  expect(findArtifact("checkpoints/gone", run)).toBeUndefined();
});

it("is how a run writes them", async () => {
  const made = createRun({ outputDir: join(workspace, "outputs"), model: "base", config: {} });
  made.update({ artifacts: { last_checkpoint: join(made.directory, "checkpoints", "last") } });
  const { artifacts } = await made.finish({ artifacts: { merged_model: join(workspace, "models", "merged") } });
  expect(artifacts).toEqual({ last_checkpoint: "checkpoints/last", merged_model: "models/merged" });
});
