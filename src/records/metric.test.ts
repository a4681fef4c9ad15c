import { describe, expect, it } from "vitest";
import { isBetter, metricDirection, metricName } from "./metric.ts";

describe("metricDirection", () => {
  it.each(["loss", "eval_loss", "perplexity", "hamming_loss", "val/loss", "Validation_Loss", "bits_per_byte", "per_label.Weapon.loss", "parse_failure_rate", "unknown_label_rate"])("%s falls", (metric) => {
    expect(metricDirection(metric)).toBe("falls");
  });

  it.each(["f1_micro", "accuracy", "hmean", "val/hmean", "rougeL", "exact_match", "anything_new", "lossless_rows", "tokens_per_s"])("%s rises", (metric) => {
    expect(metricDirection(metric)).toBe("rises");
  });
});

describe("isBetter", () => {
  it("goes by the metric's direction and never prefers NaN", () => {
    expect([isBetter("loss", 1, 2), isBetter("f1", 1, 2), isBetter("loss", 1, 1)]).toEqual([true, false, false]);
    expect([isBetter("loss", Number.NaN, 2), isBetter("loss", 2, Number.NaN), isBetter("f1", Number.NaN, Number.NaN)]).toEqual([false, true, false]);
  });
});

describe("metricName", () => {
  it("is the last segment of a path", () => {
    expect([metricName("val/hmean"), metricName("hmean")]).toEqual(["hmean", "hmean"]);
  });
});
