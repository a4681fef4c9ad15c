import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HistoryEntry } from "../records/index.ts";
import { pairedBootstrap } from "./bootstrap.ts";
import { compareVersions } from "./compare.ts";
import { formatComparison, formatHistorySummary } from "./format.ts";
import { readHistory } from "./history.ts";
import { openExperimentTracker, type ExperimentTracker } from "./tracker.ts";

let folder: string;
let path: string;
let tracker: ExperimentTracker;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-history-"));
  path = join(folder, "experiment_history.jsonl");
  tracker = openExperimentTracker(path, { now: () => new Date("2024-11-26T14:30:45.123Z") });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// The example record of seed 001, as a program there wrote it.
const SEED_LINE =
  '{"version": "v1.2", "timestamp": "2024-11-26T14:30:45.123456", "config": {"base_model": "BAAI/bge-small-en-v1.5", "train_size": 1200, "test_size": 180, "batch_size": 32, "num_epochs": 1, "sampling_strategy": "undersampling"}, ' +
  '"metrics": {"overall": {"f1_micro": 0.8765, "f1_macro": 0.8543, "accuracy": 0.8234}, "per_label": {"Trigger": {"f1": 0.9123, "precision": 0.9234, "recall": 0.9015}, "Casualty": {"f1": 0.8845}, "Weapon": {"f1": 0.8327}}}, ' +
  '"metadata": {"model_repo": "baobabtech/water-conflict-classifier"}}';

const entry = (version: string, overall: Record<string, number>, metadata: Record<string, unknown> = {}): HistoryEntry => ({ version, timestamp: "2026-01-01T00:00:00Z", config: {}, metrics: { overall }, metadata });

describe("openExperimentTracker", () => {
  it("logs in the seed's shape, the members in its order", async () => {
    const logged = await tracker.log({ version: "v1.5", config: { train_size: 1500 }, metrics: { f1_micro: 0.89 }, metadata: { notes: "Increased training data" } });
    expect(readFileSync(path, "utf8")).toBe('{"version":"v1.5","timestamp":"2024-11-26T14:30:45.123Z","config":{"train_size":1500},"metrics":{"f1_micro":0.89},"metadata":{"notes":"Increased training data"}}\n');
    expect(tracker.getByVersion("v1.5")).toEqual(logged);
  });

  it("numbers by itself and refuses a version twice", async () => {
    expect((await tracker.log({})).version).toBe("v1.0");
    expect((await tracker.log({})).version).toBe("v1.1");
    await expect(tracker.log({ version: "v1.1" })).rejects.toThrow("Cannot use version v1.1: it belongs to an earlier run");
  });

  it("gives concurrent loggers a line and a version each", async () => {
    const logged = await Promise.all(Array.from({ length: 16 }, () => openExperimentTracker(path).log({})));
    expect(new Set(logged.map(({ version }) => version)).size).toBe(16);
    expect(tracker.list()).toHaveLength(16);
  });

  it("reads what a program of the seed wrote, and lists the newest of it", async () => {
    appendFileSync(path, `${SEED_LINE.replace("v1.2", "v1.0")}\n\n${SEED_LINE}\n`);
    expect(tracker.list(1).map(({ version }) => version)).toEqual(["v1.2"]);
    expect((await tracker.log({})).version).toBe("v1.3");
    expect(tracker.getByVersion("1.2")?.config["train_size"]).toBe(1200);
    expect(tracker.getByVersion("v9.9")).toBeUndefined();
    appendFileSync(path, `${JSON.stringify({ ...JSON.parse(SEED_LINE), version: null })}\n`);
    expect(tracker.getByVersion("no version")).toBeUndefined();
  });

  it("skips a broken line and says which", () => {
    appendFileSync(path, `${SEED_LINE}\n{"version": "v1.3", "times\n{"version": 7, "timestamp": "x"}\n`);
    const { entries, broken } = readHistory(path);
    expect(entries).toHaveLength(1);
    expect(broken).toEqual([
      { line: 2, message: expect.stringContaining("not valid JSON") },
      { line: 3, message: expect.stringContaining("line 3: version: Invalid input: expected string, received number") },
    ]);
    const printed: string[] = [];
    tracker.printSummary(5, (text) => printed.push(text));
    expect(printed[0]).toContain("Line 2 was skipped: not valid JSON");
  });

  it("compares two versions by name", () => {
    appendFileSync(path, `${SEED_LINE}\n`);
    expect(() => tracker.compare("v1.0", "v1.2")).toThrow("Cannot find version v1.0: the history holds v1.2");
    expect(() => tracker.compare("v1.2", "v1.2", { metric: "bleu" })).toThrow("Cannot compare by bleu: v1.2 has f1_micro, f1_macro, accuracy");
  });
});

describe("formatHistorySummary", () => {
  it("prints the list of seed 001 to the character", () => {
    appendFileSync(path, `${SEED_LINE}\n`);
    expect(formatHistorySummary(tracker.list(), { limit: 5 })).toBe(`================================================================================
EXPERIMENT HISTORY (last 5)
================================================================================

v1.2 - 2024-11-26T14:30:45
  Config:
    Training samples: 1200
    Base model: BAAI/bge-small-en-v1.5
    Epochs: 1
  Metrics:
    F1 (micro): 0.8765
    Accuracy: 0.8234
    Trigger F1: 0.9123
    Casualty F1: 0.8845
    Weapon F1: 0.8327`);
  });

  it("tells the steps of a run that was not trained by epochs", () => {
    expect(formatHistorySummary([{ ...entry("v1.0", {}), config: { num_epochs: 3, max_steps: 20 } }]).split("\n").slice(5)).toEqual(["  Config:", "    Steps: 20"]);
    expect(formatHistorySummary([{ ...entry("v1.0", {}), config: { num_epochs: 3, max_steps: 0 } }]).split("\n").slice(5)).toEqual(["  Config:", "    Epochs: 3"]);
  });

  it("puts the newest first and copes with entries that have nothing", () => {
    const text = formatHistorySummary([entry("v1.0", {}), { ...entry("v1.1", { loss: 1.5 }), metadata: { status: "failed" } }]);
    expect(text.split("\n").slice(4)).toEqual(["v1.1 - 2026-01-01T00:00:00 (failed)", "  Metrics:", "    Loss: 1.5000", "", "v1.0 - 2026-01-01T00:00:00"]);
    expect(formatHistorySummary([])).toContain("No experiments yet.");
  });
});

describe("compareVersions", () => {
  it("prints the comparison of seed 001 to the character", () => {
    const comparison = compareVersions(entry("v1.0", { f1_micro: 0.8234 }), entry("v1.2", { f1_micro: 0.8765 }));
    expect(comparison.difference).toBeCloseTo(0.0531, 10);
    expect(formatComparison(comparison)).toBe(`Comparing v1.0 vs v1.2
================================================================================

v1.0: f1_micro = 0.8234
v1.2: f1_micro = 0.8765

Difference: +0.0531 (+6.45%)
✓ Improvement detected`);
  });

  it.each([
    ["loss", 1.5, 1.2, true],
    ["perplexity", 4, 5, false],
    ["hamming_loss", 0.1, 0.2, false],
    ["val/eval_loss", 1.5, 1.2, true],
    ["accuracy", 0.5, 0.6, true],
    ["accuracy", 0.5, 0.5, false],
  ])("knows the direction of %s", (metric, before, after, improvement) => {
    expect(compareVersions(entry("v1.0", { [metric]: before }), entry("v1.1", { [metric]: after }), { metric }).improvement).toBe(improvement);
  });

  it("takes a metric that both have when none is named", () => {
    expect(compareVersions(entry("v1.0", { loss: 2, token_f1: 0.5 }), entry("v1.1", { loss: 1 })).metric).toBe("loss");
    expect(() => compareVersions(entry("v1.0", { a: 2 }), entry("v1.1", { b: 1 }))).toThrow("Cannot compare by a shared metric: v1.1 has b");
  });

  it("gives no percentage of zero", () => {
    const comparison = compareVersions(entry("v1.0", { exact_match: 0 }), entry("v1.1", { exact_match: 0.25 }));
    expect(comparison.percentChange).toBeNull();
    expect(formatComparison(comparison)).toContain("Difference: +0.2500 (n/a)");
  });

  it("warns when dataset, split or rows differ, or are known of one only", () => {
    const measured = (dataset_digest: string, split: string, rows: number) => ({ measured_on: { checkpoint_digest: null, dataset_digest, split, rows, evaluation_digest: null } });
    const a = entry("v1.0", { loss: 2 }, measured("d1", "test", 10));
    expect(compareVersions(a, entry("v1.1", { loss: 1 }, measured("d1", "test", 10))).warnings).toEqual([]);
    expect(compareVersions(a, entry("v1.1", { loss: 1 }, measured("d2", "validation", 12))).warnings).toEqual([
      "the dataset differs (d1 and d2): the scores are not comparable as they stand",
      "the split differs (test and validation): the scores are not comparable as they stand",
      "the number of rows differs (10 and 12): the scores are not comparable as they stand",
    ]);
    expect(formatComparison(compareVersions(a, entry("v1.1", { loss: 1 }))).split("\n").at(-1)).toBe("Warning: the number of rows of v1.1 is not known: the scores may not be comparable");
    const losses = { loss: 2, eval_loss: 3 };
    const settings = { measured_on: { checkpoint_digest: null, dataset_digest: null, split: null, rows: null, evaluation_digest: "e1" } };
    const [before, after] = [entry("v1.0", losses, settings), entry("v1.1", losses)];
    expect(compareVersions(before, after).warnings).toEqual(["the evaluation settings of v1.1 are not known: the scores may not be comparable"]);
    expect(compareVersions(before, after, { metric: "eval_loss" }).warnings).toEqual([]);
  });

  it("adds a paired interval when the rows' scores are given", () => {
    const first = [1, 2, 3, 4, 5];
    const comparison = compareVersions(entry("v1.0", { loss: 3 }), entry("v1.1", { loss: 2 }), { rowScores: { first, second: first.map((score) => score - 1) } });
    expect(comparison.interval).toMatchObject({ difference: -1, low: -1, high: -1, rows: 5 });
    expect(formatComparison(comparison)).toContain("95% interval: -1.0000 to -1.0000 (5 rows)");
  });
});

describe("pairedBootstrap", () => {
  it("is the same for the same seed and close to the normal interval", () => {
    const first = Array.from({ length: 200 }, (_, row) => Math.sin(row));
    const second = first.map((score, row) => score + 0.5 + Math.sin(7 * row));
    const interval = pairedBootstrap(first, second, { seed: 1 });
    expect(pairedBootstrap(first, second, { seed: 1 })).toEqual(interval);
    // The differences are 0.5 + sin(7·row): deviation sqrt(1/2), so 1.96·sqrt(0.5/200) = 0.098 on each side.
    expect(Math.abs(interval.low - (interval.difference - 0.098))).toBeLessThan(0.01);
    expect(Math.abs(interval.high - (interval.difference + 0.098))).toBeLessThan(0.01);
  });

  it("refuses rows that do not pair", () => {
    expect(() => pairedBootstrap([1, 2], [1])).toThrow("Cannot pair scores: 2 and 1 rows, equal numbers above 0 are needed");
    expect(() => pairedBootstrap([], [])).toThrow(RangeError);
  });
});
