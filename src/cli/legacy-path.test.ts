// A run that was trained, then moved by a migration: every command still takes the path it had.
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeTinyTraining, type TinyTraining } from "../../test/helpers/tiny-training.ts";
import { trainModel } from "../training/index.ts";
import { main } from "./main.ts";

const before = process.cwd();
let tiny: TinyTraining;
/** As it was before the migration. */
let run: string;
let dataset: string;

async function call(...words: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_HUB_OFFLINE: "1", HF_HOME: tiny.path },
    workingDirectory: tiny.path,
    now: () => new Date("2026-01-02T00:00:00Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(words, { world });
  return { code, out: out.join(""), err: err.join("") };
}

beforeAll(async () => {
  tiny = await makeTinyTraining();
  process.chdir(realpathSync(tiny.path));
  const options = tiny.options("outputs", { epochs: 1 });
  dataset = options.config.dataset_path;
  const trained = await trainModel(options);
  run = join("outputs", trained.record.name);
  const { code, out } = await call("checkpoints", "migrate", "--to", "dated");
  expect([code, out]).toEqual([0, expect.stringMatching(/moved 1 .* errors 0/)]);
}, 60_000);
afterAll(() => {
  process.chdir(before);
  tiny.remove();
});

it.each([
  ["runs show", () => ["runs", "show", run]],
  ["checkpoints show", () => ["checkpoints", "show", join(run, "checkpoints", "last")]],
  ["checkpoints inspect", () => ["checkpoints", "inspect", join(run, "checkpoints", "last")]],
  ["evaluate", () => ["evaluate", "--model-path", join(run, "checkpoints", "last"), "--base-model", join(tiny.path, "base"), "--dataset-path", dataset, "--max-new-tokens", "2", "--threads", "1"]],
  ["merge", () => ["merge", "--model-path", run, "--base-model", join(tiny.path, "base"), "--output-dir", "merged"]],
] as const)("%s follows the old path, and warns once", async (_name, words) => {
  const answer = await call(...words());
  expect(answer.err.match(/Deprecated: .* was moved by a migration to .*; use the new path\./g)).toHaveLength(1);
  expect([answer.code, answer.err.replace(/warning: Deprecated.*\n/, "")]).toEqual([0, expect.not.stringContaining("error")]);
}, 30_000);

it("train goes on from the old path, as far as the run lets it", async () => {
  const { code, err } = await call("train", "--model-name", join(tiny.path, "base"), "--dataset-path", dataset, "--resume-from-checkpoint", join(run, "checkpoints", "last"));
  expect(err).toMatch(/Deprecated: .* was moved by a migration/);
  expect([code, err]).toEqual([1, expect.stringMatching(/error: .*20\d\d-\d\d-\d\d\/\d\d-\d\d-\d\d.* finished/)]);
});
