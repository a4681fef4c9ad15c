import { describe, expect, it } from "vitest";
import { parseRunPlace } from "./place.ts";

const evening = new Date("2025-10-18T20:24:18Z");

describe("parseRunPlace", () => {
  it.each([
    ["outputs/ocr_baseline_v1-dbnet-resnet18_training_20251015_120000/", { scheme: "hierarchical", tag: "ocr_baseline_v1", model: "dbnet-resnet18", phase: "training" }],
    ["outputs/ocr_training-unknown_training_20251112_120342/checkpoints/.FAILURE", { scheme: "hierarchical", tag: "ocr_training", model: "unknown" }],
    ["outputs/2025-10-18/20-24-18/checkpoints/last.ckpt", { scheme: "dated", startedAt: evening, directory: "outputs/2025-10-18/20-24-18" }],
    ["multirun/2025-10-18/20-24-18/3/checkpoints/best.ckpt", { scheme: "dated", startedAt: evening, member: 3 }],
    ["multirun/2025-10-18/20-24-18/3", { scheme: "dated", member: 3 }],
    ["outputs/17/checkpoints/last.ckpt", { scheme: "indexed", index: 17 }],
    ["outputs/17", { scheme: "indexed", index: 17 }],
    ["outputs/experiments/exp_004/checkpoints/best.ckpt", { scheme: "registry", id: "exp_004" }],
    ["A/checkpoints/B/checkpoints/epoch-14_step-002000.ckpt", { scheme: "named", name: "B" }],
    ["outputs/transforms_test-dbnetpp-dbnetpp_decoder-resnet18/checkpoints/last.ckpt", { scheme: "named", name: "transforms_test-dbnetpp-dbnetpp_decoder-resnet18" }],
    ["lightning_logs/version_12/checkpoints/last.ckpt", { scheme: "named", name: "version_12" }],
    ["outputs/ocr_training/logs/x.log", { scheme: "named", name: "ocr_training", directory: "outputs/ocr_training" }],
  ])("reads %s", (path, expected) => {
    expect(parseRunPlace(path)).toMatchObject(expected);
  });

  it.each(["", "outputs", "outputs/2025-10-18", "data/processed/x"])("finds no run in %j", (path) => {
    expect(parseRunPlace(path)).toBeUndefined();
  });
});
