import { describe, expect, it } from "vitest";
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { chrfOfCounts, chrfSignature, countChrf, scoreChrf, type ChrfOptions } from "./chrf.ts";
import { sumColumns } from "./table.ts";

/** The options of sacrebleu in our words. */
interface PythonOptions {
  readonly char_order?: number;
  readonly word_order?: number;
  readonly beta?: number;
  readonly lowercase?: boolean;
  readonly whitespace?: boolean;
  readonly eps_smoothing?: boolean;
}

function toOptions({ char_order, word_order, beta, lowercase, whitespace, eps_smoothing }: PythonOptions): ChrfOptions {
  return { charOrder: char_order, wordOrder: word_order, beta, lowercase, whitespace, epsilonSmoothing: eps_smoothing };
}

function scoreCorpus(rows: readonly { readonly prediction: string; readonly references: readonly string[] }[], options: ChrfOptions): number {
  return chrfOfCounts(sumColumns(rows.map(({ prediction, references }) => countChrf(prediction, references, options))), options);
}

const pair = (predictions: readonly string[], targets: readonly string[]) => predictions.map((prediction, index) => ({ prediction, references: [targets[index]!] }));
const RISK = pair(
  [" risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists ."],
  ["risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists ."],
);

describe("chrF of a corpus", () => {
  it("agrees with sacrebleu on random corpora, with its name and signature, under every option", () => {
    for (const { rows, chrf } of reference.translations) {
      for (const { options, score, name, signature } of chrf) {
        expect(scoreCorpus(rows, toOptions(options)), JSON.stringify(options)).toBeCloseTo(score, 9);
        expect(chrfSignature(toOptions(options), rows[0]!.references.length)).toBe(`${name}|${signature}`);
      }
    }
  });

  // test_chrf.py of sacrebleu: six characters, beta 3.
  it.each<[ReturnType<typeof pair>, ChrfOptions, number]>([
    [pair(["abcdefg"], ["hijklmnop"]), { epsilonSmoothing: true }, 0],
    [pair(["aa"], ["ab"]), { epsilonSmoothing: true }, 8.3333],
    [pair(["a", "b"], ["a", "c"]), { epsilonSmoothing: true }, 8.3333],
    [pair(["a"], ["a"]), { epsilonSmoothing: true }, 16.6667],
    [pair(["a b c"], ["a b c"]), { epsilonSmoothing: true }, 50],
    [pair(["a b c"], ["abc"]), { epsilonSmoothing: true }, 50],
    [RISK, { epsilonSmoothing: true }, 63.36173],
    [pair([RISK[0]!.prediction.trim()], RISK[0]!.references), { epsilonSmoothing: true, whitespace: true }, 65.2414427],
    [pair(["Niemand hat die Absicht, eine Mauer zu errichten"], ["Niemand hat die Absicht, eine Mauer zu errichten"]), { epsilonSmoothing: true }, 100],
    [pair(["a"], ["a"]), {}, 100],
    [pair(["aa"], ["ab"]), {}, 25],
    [pair(["a", "b"], ["a", "c"]), {}, 50],
  ])("agrees with its tests: %j under %o", (rows, options, expected) => {
    expect(scoreCorpus(rows, { beta: 3, ...options })).toBeCloseTo(expected, 4);
  });
});

describe("chrF of one row", () => {
  it("agrees with sacrebleu's sentence score", () => {
    for (const { rows, sentence_chrf } of reference.translations) {
      for (const [index, { prediction, references }] of rows.entries()) expect(scoreChrf(prediction, references)).toBeCloseTo(sentence_chrf[index]!, 9);
    }
  });

  it("agrees with sacrebleu 2.6.0 on a medical sentence", () => {
    const [target, prediction] = ["Hypertension is treated with lifestyle changes, ACE inhibitors (e.g. lisinopril 10 mg/day) and diuretics.", "Hypertension is managed with lifestyle change, ACE inhibitors such as lisinopril 10mg/day, and diuretics."];
    expect(scoreChrf(prediction, [target])).toBeCloseTo(75.807778, 6);
    expect(scoreChrf(prediction, [target], { wordOrder: 2 })).toBeCloseTo(69.050293, 6);
  });

  it("counts characters, not halves of them", () => {
    expect(countChrf("🙂", ["🙃"], { charOrder: 1 })).toEqual([1, 1, 0]);
  });

  it("is 0 for an empty answer, and refuses a row without a reference", () => {
    expect(scoreChrf("", ["a"])).toBe(0);
    expect(() => scoreChrf("a", [])).toThrow(RangeError);
  });
});
