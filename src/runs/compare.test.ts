import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../records/index.ts";
import { compareAllMetrics, compareVersions } from "./compare.ts";
import { formatComparison } from "./format.ts";

const entry = (version: string, overall: Record<string, number>): HistoryEntry => ({ version, timestamp: "2026-01-01T00:00:00Z", config: {}, metrics: { overall }, metadata: {} });

describe("an interval", () => {
  const interval = (low: number, high: number) => new Map([["loss", { difference: (low + high) / 2, low, high, confidence: 0.95, resamples: 1000, rows: 50 }]]);
  const compared = (low: number, high: number) => formatComparison(compareVersions(entry("v1.0", { loss: 2 }), entry("v1.1", { loss: 1.9 }), { intervals: interval(low, high) })).split("\n").at(-1);

  it("takes the place of the bare tick", () => {
    expect(compared(-0.2, -0.05)).toBe("✓ Improvement detected");
    expect(compared(0.05, 0.2)).toBe("✗ No improvement");
    expect(compared(-0.3, 0.1)).toBe("○ No clear difference: the interval includes 0");
  });
});

describe("compareAllMetrics", () => {
  it("compares what both have, the usual metrics first", () => {
    const all = compareAllMetrics(entry("v1.0", { zeta: 1, loss: 2, hamming_loss: 0.2, f1_micro: 0.5, mine: 1 }), entry("v1.1", { f1_micro: 0.6, loss: 1, hamming_loss: 0.3, zeta: 1 }));
    expect(all.map(({ metric, improvement }) => [metric, improvement])).toEqual([["f1_micro", true], ["loss", true], ["hamming_loss", false], ["zeta", false]]);
  });

  it("warns when the prompts were of another format", () => {
    const [a, b] = ["alpaca", "chat"].map((prompt_format) => ({ ...entry("v1.0", { loss: 1 }), config: { prompt_format } }));
    expect(compareVersions(a!, b!).warnings).toEqual(["the prompt format differs (alpaca and chat): the scores are not comparable as they stand"]);
  });
});
