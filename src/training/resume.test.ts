import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { trainConfigSchema } from "../config/index.ts";
import { ensureDirectory, listDirectory, writeFileAtomic } from "../files/index.ts";
import { createRun } from "../runs/index.ts";
import { findResumePoint, removeUnfinished, requireSameConfig } from "./resume.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const config = trainConfigSchema.parse({ model_name: "base", dataset_path: "words" });

it("deletes what a killed process was writing, and nothing else", () => {
  const place = join(folder, "checkpoints");
  for (const name of [".epoch-00_step-000004.123.1.tmp", ".last.123.2.tmp", "epoch-00_step-000002", "last", ".kept"]) {
    ensureDirectory(join(place, name));
    writeFileAtomic(join(place, name, "file"), "1");
  }
  removeUnfinished(place);
  expect(listDirectory(place).directories).toEqual([".kept", "epoch-00_step-000002", "last"]);
  removeUnfinished(join(folder, "none"));
});

it("compares every setting but those that change neither data, arithmetic nor schedule", () => {
  const { record } = createRun({ outputDir: join(folder, "outputs"), model: "base", config });
  const free = { threads: 9, notes: "n", version: "v9.0", merge_adapters: true, save_total_limit: 9, logging_steps: 9, output_dir: "o", model_name: "m", dataset_path: "d" };
  expect(() => requireSameConfig(record, { ...config, ...free })).not.toThrow();
  for (const changed of [{ seed: 1 }, { lora_target_modules: ["q_proj"] as ["q_proj"] }, { save_steps: 7 }, { device: "cpu" as const }, { load_in: "f32" as const }]) {
    const [key = ""] = Object.keys(changed);
    expect(() => requireSameConfig(record, { ...config, ...changed })).toThrow(`the configuration is not the one it was started with\n${key}: `);
  }
});

it("finds nothing in a folder without a run, or with one that never saved", () => {
  const needs = "no unfinished run in";
  expect(() => findResumePoint(join(folder, "nowhere"), "last")).toThrow(needs);
  createRun({ outputDir: join(folder, "unsaved"), model: "base", config }).stop();
  expect(() => findResumePoint(join(folder, "unsaved"), "best")).toThrow(needs);
});
