import { describe, expect, it } from "vitest";
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import type { ClassScore } from "./counts.ts";
import { countLabels, multiLabelOfCounts, type LabelRow, type MultiLabelScores } from "./multi-label.ts";
import { sumColumns } from "./table.ts";

const name = (_cell: unknown, index: number) => `label ${index}`;
const named = (cells: readonly number[]) => cells.map(name).filter((_label, index) => cells[index] === 1);

function scoreLabels(rows: readonly LabelRow[], labels: readonly string[]): MultiLabelScores {
  return multiLabelOfCounts(sumColumns(rows.map((row) => countLabels(row, labels))), labels);
}

function scoreMatrix(gold: readonly (readonly number[])[], predicted: readonly (readonly number[])[]): MultiLabelScores {
  return scoreLabels(gold.map((cells, index) => ({ gold: named(cells), predicted: named(predicted[index]!) })), gold[0]!.map(name));
}

const numbers = ({ precision, recall, f1 }: ClassScore) => [precision, recall, f1];

function expectClose(values: readonly number[], expected: readonly number[], digits = 12): void {
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index]!, digits);
}

describe("multiLabelOfCounts", () => {
  it("agrees with scikit-learn on random matrices", () => {
    for (const { gold, predicted, per_label, support, hamming_loss, subset_accuracy, ...averages } of reference.labelled) {
      const scores = scoreMatrix(gold, predicted);
      for (const [average, expected] of Object.entries(averages)) expectClose(numbers(scores[average as "micro" | "macro" | "weighted" | "samples"]), expected as number[]);
      expectClose([...scores.perClass.values()].flatMap(numbers), per_label.flat());
      expect([...scores.perClass.values()].map((score) => score.support)).toEqual(support);
      expectClose([scores.hammingLoss, scores.subsetAccuracy], [hamming_loss, subset_accuracy]);
    }
  });

  // Docstrings of scikit-learn's f1_score, accuracy_score and hamming_loss.
  it("agrees with its docstrings", () => {
    expectClose([...scoreMatrix([[0, 0, 0], [1, 1, 1], [0, 1, 1]], [[0, 0, 0], [1, 1, 1], [1, 1, 0]]).perClass.values()].map(({ f1 }) => f1), [2 / 3, 1, 2 / 3]);
    expect(scoreMatrix([[0, 1], [1, 1]], [[1, 1], [1, 1]]).subsetAccuracy).toBe(0.5);
    expect(scoreMatrix([[0, 1], [1, 1]], [[0, 0], [0, 0]]).hammingLoss).toBe(0.75);
  });

  it("agrees with values made by running scikit-learn 1.9.1", () => {
    const scores = scoreMatrix([[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]], [[1, 0, 0], [0, 1, 0], [1, 1, 1], [0, 1, 0]]);
    expectClose(numbers(scores.micro), [0.666667, 0.8, 0.727273], 6);
    expectClose(numbers(scores.macro), [0.555556, 0.666667, 0.6], 6);
    expectClose(numbers(scores.weighted), [0.666667, 0.8, 0.72], 6);
    expectClose(numbers(scores.samples), [0.666667, 0.625, 0.616667], 6);
    expectClose([scores.subsetAccuracy, scores.hammingLoss], [0.25, 0.25]);
  });

  it("counts a predicted label that does not exist as wrong, and tells how many there are", () => {
    const scores = scoreLabels([{ gold: ["Trigger"], predicted: ["Trigger", "Vehicle"] }, { gold: ["Weapon"], predicted: ["Weapon", "Weapon"] }], ["Trigger", "Weapon"]);
    expect(scores.micro).toEqual({ precision: 2 / 3, recall: 1, f1: 0.8, support: 2 });
    expect(scores.macro.f1).toBe(1);
    expect([scores.subsetAccuracy, scores.samples.precision, scores.unknownLabelRate, scores.hammingLoss]).toEqual([0.5, 0.75, 1 / 3, 0]);
  });

  it("refuses a gold label that does not exist", () => {
    expect(() => countLabels({ gold: ["Vehicle"], predicted: [] }, ["Trigger", "Weapon"])).toThrow('"Vehicle" is no label: the labels are Trigger, Weapon');
  });
});
