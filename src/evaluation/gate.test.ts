import { describe, expect, it } from "vitest";
import type { EvaluationComparison, EvaluationRecord, Verdict } from "../records/index.ts";
import { judgeGate, mainMetric, parseGate } from "./gate.ts";

const metric = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 40, unit: "fraction", direction: "rises", signature: "s", measured: true }) as const;
const record = (metrics: Readonly<Record<string, number>>) =>
  ({ metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, metric(value)])), task: { kind: "labels", support: {}, errors: {} }, generation: { decoding: "greedy", max_new_tokens: 1, batch_size: 1 } }) as unknown as EvaluationRecord;
const comparison = (rows: Readonly<Record<string, Verdict>>, n = 40, notes: readonly string[] = []) => () =>
  ({ rows: Object.entries(rows).map(([name, verdict]) => ({ metric: name, unit: "fraction", direction: "rises", base: 0.9, tuned: 0.8, difference: { value: -0.1, low: -0.2, high: -0.05 }, n, verdict })), notes }) as unknown as EvaluationComparison;
const judge = (text: string, metrics: Readonly<Record<string, number>>, compare = comparison({})) => judgeGate(parseGate(text), record(metrics), compare);

describe("parseGate", () => {
  it("reads bounds and comparisons", () => {
    expect(parseGate("f1_micro >= 0.85 and not worse than v1.2")).toEqual([
      { kind: "bound", text: "f1_micro >= 0.85", metric: "f1_micro", test: ">=", bound: 0.85 },
      { kind: "not_worse", text: "not worse than v1.2", than: "v1.2", metrics: [] },
    ]);
    expect(parseGate("loss<1e-1 AND not worse than results/evaluation in f1_micro, loss")).toMatchObject([{ metric: "loss", test: "<", bound: 0.1 }, { than: "results/evaluation", metrics: ["f1_micro", "loss"] }]);
    expect(parseGate("Side effect/f1 > .5")).toMatchObject([{ metric: "Side effect/f1", bound: 0.5 }]);
  });

  it.each(["", "f1 = 0.8", "better than v1", "f1 >= high", "f1 > > 3", "f1 >= 0.8 and"])("refuses %j", (text) => {
    expect(() => parseGate(text)).toThrow("Cannot read the gate");
  });
});

describe("judgeGate", () => {
  it("passes when every bound holds, and gives the numbers", () => {
    expect(judge("f1_micro >= 0.85 and loss < 1", { f1_micro: 0.85, loss: 0.5 })).toEqual({
      passed: true,
      clauses: [
        { text: "f1_micro >= 0.85", passed: true, reason: "f1_micro is 0.8500 (0.7500 to 0.9500)" },
        { text: "loss < 1", passed: true, reason: "loss is 0.5000 (0.4000 to 0.6000)" },
      ],
    });
    expect(judge("f1_micro > 0.85", { f1_micro: 0.85 }).passed).toBe(false);
    expect(judge("f1_micro <= 0.85", { f1_micro: 0.85 }).passed).toBe(true);
  });

  it("fails for a metric that was not measured", () => {
    expect(judge("f1_mirco > 0", { f1_micro: 1 }).clauses[0]).toMatchObject({ passed: false, reason: "f1_mirco was not measured; there are f1_micro" });
  });

  it("fails when a metric it names is worse than before, and not for another", () => {
    const worse = comparison({ f1_micro: "no clear difference", loss: "worse" });
    expect(judge("not worse than v1.2", {}, worse).passed).toBe(true);
    expect(judge("f1_micro > 0 and not worse than v1.2", { f1_micro: 1 }, worse).passed).toBe(true);
    expect(judge("not worse than v1.2 in loss", {}, worse).clauses[0]).toMatchObject({ passed: false, reason: "loss 0.8000 against 0.9000: worse (difference -0.2000 to -0.0500)" });
  });

  it("says what was not the same on both sides", () => {
    expect(judge("not worse than v1.2", {}, comparison({ f1_micro: "better" }, 40, ["temperature 0 against 0.7"])).clauses[0]!.reason).toMatch(/better .*; note: temperature 0 against 0\.7$/);
  });

  it("fails when it cannot tell: few rows, no such metric, nothing comparable", () => {
    expect(judge("not worse than v1.2", {}, comparison({ f1_micro: "no clear difference" }, 9)).clauses[0]!.reason).toBe("9 rows are too few to tell, at least 10 needed");
    expect(judge("not worse than v1.2", {}, comparison({ loss: "better" })).clauses[0]!.reason).toBe("f1_micro was not measured on both sides");
    const refused = () => {
      throw new Error("other rows");
    };
    expect(judge("not worse than v1.2", {}, refused).clauses[0]).toMatchObject({ passed: false, reason: "other rows" });
  });
});

it("takes one metric for a measurement when none is named", () => {
  expect(mainMetric({ task: { kind: "entities", support: {}, errors: {} }, generation: null })).toBe("f1_micro");
  expect(mainMetric({ task: { kind: "text", support: {}, errors: {} }, generation: null })).toBe("loss");
});
