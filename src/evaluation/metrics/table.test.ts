import { describe, expect, it } from "vitest";
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { bootstrapRatio, bootstrapRatioDifference } from "../bootstrap.ts";
import { scoreEntities } from "./entities.ts";
import { compareTable, measureTable, sumColumns, type MetricTable } from "./table.ts";
import { entityTable, labelTable, supportsOf, tagTable, textTable } from "./tables.ts";
import { countTags } from "./tags.ts";

const numerators = Array.from({ length: 50 }, (_, index) => (index * 37) % 11);
const denominators = Array.from({ length: 50 }, (_, index) => 1 + ((index * 17) % 13));
const rows = numerators.map((numerator, index) => [numerator, denominators[index]!] as const);
const RATIO: MetricTable<readonly [number, number]> = {
  columnsOf: (row) => row,
  metrics: [{ name: "ratio", unit: "fraction", direction: "rises", signature: "ratio", valueOf: (sums) => sums[0]! / sums[1]! }],
};

describe("measureTable", () => {
  it("gives the interval of a ratio of sums", () => {
    expect(measureTable(RATIO, rows).get("ratio")).toEqual(bootstrapRatio({ numerators, denominators }));
  });

  it("gives the same interval for the same seed, and refuses no rows", () => {
    expect(measureTable(RATIO, rows, { seed: 7 })).toEqual(measureTable(RATIO, rows, { seed: 7 }));
    expect(() => measureTable(RATIO, [])).toThrow(RangeError);
  });

  it("puts BLEU and chrF of a corpus inside their intervals", () => {
    const texts = ["the cat sat on the mat", "a dog bit the old man today", "it was not a surprise at all", "he had just bitten him again"];
    const measured = measureTable(textTable(), texts.map((text, index) => ({ prediction: text.replace("the", "a").slice(index), references: [text] })));
    expect([...measured.keys()]).toEqual(["bleu", "chrf", "chrf++"]);
    for (const { value, low, high } of measured.values()) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
  });
});

it("gives BLEU and both chrF of sacrebleu, with one reference and with several", () => {
  for (const { rows: corpus, bleu, chrf } of reference.translations) {
    const measured = measureTable(textTable(corpus[0]!.references.length), corpus, { resamples: 1 });
    expect([...measured.values()].map(({ value }) => value)).toEqual([bleu[0]!.score, chrf[0]!.score, chrf[1]!.score].map((score) => expect.closeTo(score, 9)));
  }
  expect(() => textTable(2).columnsOf({ prediction: "a", references: ["a"] })).toThrow("Rows with 2 references each are needed, this one has 1");
});

// sacrebleu 2.6.0: BLEU().corpus_score(answers, [golds]) and CHRF().
it("gives the scores of sacrebleu for empty answers, empty references and an empty row among others", () => {
  const scores = (answers: readonly string[], golds: readonly string[]) =>
    [...measureTable(textTable(), answers.map((prediction, index) => ({ prediction, references: [golds[index]!] })), { resamples: 1 }).values()].map(({ value }) => value);
  for (const [answer, gold] of [["", "a b c d"], ["a b c d", ""], ["", ""], ["\u00a0", "\u3000"]] as const) expect(scores([answer], [gold])).toEqual([0, 0, 0]);
  expect(scores(["", "the cat sat on a mat"], ["the", "the cat sat on a mat"])).toEqual([84.64817248906144, 95.09941755372566, 94.8756593820648].map((score) => expect.closeTo(score, 9)));
});

describe("compareTable", () => {
  it("gives the paired interval of the difference", () => {
    const tuned = rows.map(([numerator, denominator]) => [numerator + 1, denominator] as const);
    const expected = bootstrapRatioDifference({ numerators, denominators }, { numerators: tuned.map(([numerator]) => numerator), denominators });
    expect(compareTable(RATIO, rows, tuned).get("ratio")).toEqual(expected);
  });

  it("is exactly 0 for a model against itself, and refuses rows that do not pair", () => {
    expect(compareTable(RATIO, rows, rows).get("ratio")).toEqual({ value: 0, low: 0, high: 0, n: 50 });
    expect(() => compareTable(RATIO, rows, rows.slice(1))).toThrow("50 against 49");
  });
});

describe("entityTable", () => {
  const chemical = (text: string) => ({ type: "Chemical", text });
  const disease = (text: string) => ({ type: "Disease", text });
  const outcomes = [
    scoreEntities({ gold: [chemical("heparin"), disease("deep vein thrombosis")], predicted: [chemical("heparin"), disease("vein thrombosis"), disease("stroke")], source: "heparin for deep vein thrombosis" }),
    scoreEntities({ gold: [chemical("aspirin")], predicted: undefined, source: "aspirin" }),
  ];
  const value = (name: string) => measureTable(entityTable(["Chemical", "Disease"]), outcomes, { resamples: 10 }).get(name)?.value;

  it("gives micro, macro, partial and classes with the two rates", () => {
    expect([value("precision_micro"), value("recall_micro"), value("f1_micro")]).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect([value("f1_macro"), value("Chemical/f1"), value("Disease/f1"), value("f1_partial")]).toEqual([1 / 3, 2 / 3, 0, 2 / 3]);
    expect([value("parse_failure_rate"), value("hallucination_rate")]).toEqual([0.5, 1 / 3]);
  });

  it("lets both rates fall, and carries the support of each class", () => {
    const table = entityTable(["Chemical", "Disease"]);
    expect(table.metrics.filter(({ direction }) => direction === "falls").map(({ name }) => name)).toEqual(["parse_failure_rate", "hallucination_rate"]);
    expect([...supportsOf(sumColumns(outcomes.map(table.columnsOf)), ["Chemical", "Disease"]).values()]).toEqual([2, 1]);
  });

  it("refuses a type that has no column", () => {
    expect(() => entityTable(["Chemical"]).columnsOf(outcomes[0]!)).toThrow('"Disease" has no column: the classes are Chemical');
  });
});

it("leaves classes that do not occur out of a macro average, and names a lone class once", () => {
  const counts = [countTags(["B-A", "O"], ["B-A", "O"])];
  expect(measureTable(tagTable(["A", "B"]), counts, { resamples: 10 }).get("f1_macro")!.value).toBe(1);
  expect(tagTable(["A"]).metrics.map(({ name }) => name)).not.toContain("A/f1");
});

it("gives every multi-label score, and lets the losses fall", () => {
  const labels = ["Trigger", "Weapon"];
  const measured = measureTable(labelTable(labels), [{ gold: ["Trigger"], predicted: ["Trigger", "Weapon"] }], { resamples: 10 });
  expect(["f1_micro", "f1_macro", "f1_samples", "subset_accuracy", "hamming_loss", "Trigger/f1", "Weapon/precision"].map((name) => measured.get(name)!.value)).toEqual([2 / 3, 0.5, 2 / 3, 0, 0.5, 1, 0]);
  expect(labelTable(labels).metrics.filter(({ direction }) => direction === "falls").map(({ name }) => name)).toEqual(["hamming_loss", "unknown_label_rate"]);
});
