import { describe, expect, it } from "vitest";
import { parseSplitSnapshotName } from "./split-snapshot.ts";

describe("parseSplitSnapshotName", () => {
  it.each([
    ["splits_20251106/test_run_20251106.jsonl", { split: "test", date: "2025-11-06", cleaned: false, runDate: "2025-11-06" }],
    ["data/splits_20251106/train_run-20251106.jsonl", { split: "train", date: "2025-11-06", cleaned: false, runDate: "2025-11-06" }],
    ["train_run-20251106.jsonl", { split: "train", cleaned: false, runDate: "2025-11-06" }],
    ["splits_20251111/validation.jsonl", { split: "validation", date: "2025-11-11", cleaned: false }],
    ["splits_cleaned_20251113/test.jsonl", { split: "test", date: "2025-11-13", cleaned: true }],
  ])("reads %s", (path, expected) => {
    expect(parseSplitSnapshotName(path)).toEqual(expected);
  });

  it.each(["", "test.jsonl", "splits_20251306/test.jsonl", "splits_20251106/dev.jsonl", "splits_20251106/test_run_20250230.jsonl", "splits_20251106/test.csv"])("finds no snapshot in %j", (path) => {
    expect(parseSplitSnapshotName(path)).toBeUndefined();
  });
});
