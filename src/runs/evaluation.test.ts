import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { recordEvaluation } from "./evaluation.ts";
import { readHistory } from "./history.ts";
import { readRun } from "./read.ts";
import { createRun } from "./run.ts";
import { openExperimentTracker } from "./tracker.ts";

let workspace: string;
beforeEach(() => (workspace = mkdtempSync(join(tmpdir(), "tunesmith-evaluation-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const history = (): string => join(workspace, "experiment_history.jsonl");
const now = () => new Date("2026-03-02T00:00:00Z");
const create = (tag: string) => createRun({ outputDir: join(workspace, "outputs"), tag, model: "m", config: {}, now: () => new Date("2026-03-01T00:00:00Z") });
const binding = (weights: string) => ({ checkpoint_digest: weights, dataset_digest: "d", split: "test", rows: 40, evaluation_digest: "e" });
const scores = (directory: string, exact_match: number, weights: string) => ({ metrics: { exact_match }, measuredOn: binding(weights), folder: join(directory, "evaluation") });

it("writes scores into run.json, bound to what they were measured on, beside those of the training", async () => {
  const run = create("a");
  await run.finish({ metrics: { train_loss: 1, eval_loss: 2 } });
  const record = await recordEvaluation(run.directory, scores(run.directory, 0.5, "w1"), { now });
  expect(record).toMatchObject({ status: "finished", version: "v1.0", metrics: { train_loss: 1, eval_loss: 2, exact_match: 0.5 }, measured_on: binding("w1"), artifacts: { evaluation: "evaluation" } });
  expect(readRun(run.directory).record).toEqual(record);
});

it("adds a line to the history, and readers see one entry a run with the newest scores", async () => {
  const [first, second] = [create("a"), create("b")];
  await first.finish({ metrics: { train_loss: 1 }, groups: { per_label: { Weapon: { f1: 0.8 } } } });
  await second.finish();
  const before = readFileSync(history(), "utf8");
  await recordEvaluation(first.directory, scores(first.directory, 0.5, "w1"), { now });
  await recordEvaluation(second.directory, scores(second.directory, 0.7, "w2"), { now });
  await recordEvaluation(first.directory, { ...scores(first.directory, 0.6, "w3"), metrics: { f1: 0.6, exact_match: 0.6 } }, { now });
  await recordEvaluation(first.directory, scores(first.directory, 0.65, "w3"), { now });
  expect(readFileSync(history(), "utf8").startsWith(before)).toBe(true);
  expect(readFileSync(history(), "utf8").trim().split("\n")).toHaveLength(6);
  const tracker = openExperimentTracker(history());
  expect(tracker.list().map(({ version, metrics }) => [version, metrics.overall])).toEqual([["v1.0", { train_loss: 1, exact_match: 0.65 }], ["v1.1", { exact_match: 0.7 }]]);
  expect(tracker.getByVersion("v1.0")).toMatchObject({ timestamp: "2026-03-01T00:00:00.000Z", metrics: { per_label: { Weapon: { f1: 0.8 } } }, metadata: { kind: "evaluation", evaluated_at: now().toISOString(), measured_on: binding("w3") } });
  expect(tracker.compare("v1.0", "v1.1")).toMatchObject({ metric: "exact_match", improvement: true, warnings: [] });
});

it("leaves the history alone for a run that has no line there", async () => {
  const run = create("a");
  run.stop();
  await recordEvaluation(run.directory, scores(run.directory, 0.5, "w"), { now });
  expect(readHistory(history()).entries).toEqual([]);
  expect(readRun(run.directory).record.metrics).toEqual({ exact_match: 0.5 });
});

it("refuses a run whose process still writes it", async () => {
  const run = create("a");
  await expect(recordEvaluation(run.directory, scores(run.directory, 0.5, "w"), { now })).rejects.toThrow("running");
});
