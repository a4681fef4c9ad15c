import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { mergeCheckpoint } from "./merge.ts";

const root = mkdtempSync(join(tmpdir(), "merge-"));
afterAll(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

const mergeInto = (outputDir: string) => mergeCheckpoint({ modelPath: join(root, "no-run"), basePath: join(root, "no-base"), outputDir });

describe("where a merged model may go", () => {
  it.each([
    ["a base model", { "config.json": "{}", "model.safetensors": "weights" }, "it holds files that no merge wrote"],
    ["a folder of models", { "config.json": '{"tunesmith":{}}', "a.gguf": "weights" }, "it holds a.gguf"],
  ])("is not %s, which stays as it is", async (name, files, state) => {
    const path = folder(name, files);
    await expect(mergeInto(path)).rejects.toMatchObject({ code: "training.merge_target_taken", message: expect.stringContaining(state) as unknown });
    expect(readdirSync(path).sort()).toEqual(Object.keys(files).sort());
  });

  it("is not a folder that holds folders, and not a file", async () => {
    const path = folder("parent", {});
    mkdirSync(join(path, "child"));
    await expect(mergeInto(path)).rejects.toMatchObject({ code: "training.merge_target_taken" });
    writeFileSync(join(root, "file"), "");
    await expect(mergeInto(join(root, "file"))).rejects.toMatchObject({ code: "training.merge_target_taken" });
  });

  it("is a new directory, an empty one, or an earlier merge", async () => {
    const earlier = folder("merged", { "config.json": '{"tunesmith":{"run_id":"r"}}', "model.safetensors": "weights" });
    for (const path of [join(root, "new"), folder("empty", {}), earlier]) await expect(mergeInto(path)).rejects.toMatchObject({ code: "checkpoints.missing" });
  });
});
