import { describe, expect, it } from "vitest";
import published from "../../../test/fixtures/metrics/published.json" with { type: "json" };
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { tokenizeForBleu } from "./bleu-tokenize.ts";
import { bleuOfCounts, bleuSignature, countBleu, scoreBleu, type BleuOptions } from "./bleu.ts";
import { sumColumns } from "./table.ts";

/** The options of sacrebleu in our words. */
interface PythonOptions {
  readonly lowercase?: boolean;
  readonly tokenize?: string;
  readonly smooth_method?: string;
  readonly smooth_value?: number;
  readonly max_ngram_order?: number;
  readonly effective_order?: boolean;
}

function toOptions({ lowercase, tokenize, smooth_method, smooth_value, max_ngram_order, effective_order }: PythonOptions): BleuOptions {
  return {
    lowercase,
    tokenizer: tokenize as BleuOptions["tokenizer"],
    smoothing: smooth_method as BleuOptions["smoothing"],
    smoothingValue: smooth_value,
    maxOrder: max_ngram_order,
    effectiveOrder: effective_order,
  };
}

function scoreCorpus(rows: readonly { readonly prediction: string; readonly references: readonly string[] }[], options: BleuOptions): number {
  return bleuOfCounts(sumColumns(rows.map(({ prediction, references }) => countBleu(prediction, references, options))), options).score;
}

describe("BLEU of a corpus", () => {
  it.each(published.bleu)("agrees with sacrebleu's own tests under $opts", ({ hyps, refs, opts, score, digits }) => {
    const rows = hyps.map((prediction, index) => ({ prediction, references: refs.map((stream) => stream[index]!) }));
    expect(scoreCorpus(rows, toOptions(opts))).toBeCloseTo(score, digits ?? 6);
  });

  it("agrees with sacrebleu on random corpora, under every option", () => {
    for (const { rows, bleu } of reference.translations) {
      for (const { options, score } of bleu) expect(scoreCorpus(rows, toOptions(options)), JSON.stringify(options)).toBeCloseTo(score, 9);
    }
  });

  it("has the signature of sacrebleu, after its name", () => {
    for (const { rows, bleu } of reference.translations) {
      for (const { options, signature } of bleu) {
        if ("max_ngram_order" in options) continue;
        expect(bleuSignature(toOptions(options), rows[0]!.references.length)).toBe(`BLEU|${signature}`);
      }
    }
  });

  it("names an order other than 4, which sacrebleu keeps to itself", () => {
    expect(bleuSignature({ maxOrder: 2 }, "var")).toBe("BLEU|nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|order:2|version:2.6.0");
  });
});

describe("BLEU of one row", () => {
  it("agrees with sacrebleu's sentence score", () => {
    for (const { rows, sentence_bleu } of reference.translations) {
      for (const [index, { prediction, references }] of rows.entries()) expect(scoreBleu(prediction, references).score).toBeCloseTo(sentence_bleu[index]!, 9);
    }
  });

  // test_sentence_bleu.py of sacrebleu, to 0.001.
  it.each<[BleuOptions, number]>([
    [{}, 8.493],
    [{ smoothing: "none" }, 0],
    [{ smoothing: "floor" }, 4.51688],
    [{ smoothing: "floor", smoothingValue: 0.5 }, 10.1],
    [{ smoothing: "add-k" }, 14.882],
    [{ smoothing: "add-k", smoothingValue: 2 }, 21.389],
    [{ tokenizer: "none" }, 7.347],
    [{ tokenizer: "char" }, 40.8759],
    [{ tokenizer: "char", lowercase: true }, 42.0267],
  ])("agrees with its tests under %o", (options, expected) => {
    const { score } = scoreBleu("Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;", ["producţia de zahăr brut se exprimă în zahăr alb;"], options);
    expect(Math.abs(score - expected)).toBeLessThan(2e-3);
  });

  // test_bleu.py of sacrebleu.
  it.each<[string, string, BleuOptions, number]>([
    ["this is a fest", "this is a test", { smoothing: "floor", smoothingValue: 0.01, effectiveOrder: false }, 0.223606797749979],
    ["test", "a test", { smoothing: "floor", smoothingValue: 0.01 }, 0.3678794411714425],
    ["a test", "a test", { smoothing: "floor", smoothingValue: 0.01 }, 1],
    ["a little test", "a test", { smoothing: "floor", smoothingValue: 0.01 }, 0.03218297948685433],
    ["am I am a character sequence", "I am a symbol string sequence a a", { smoothing: "floor", effectiveOrder: false }, 0.1555722182],
    ["this is a cat", "okay thanks", { smoothing: "add-k" }, 0],
  ])("scores %j against %j", (prediction, target, options, expected) => {
    expect(scoreBleu(prediction, [target], options).score / 100).toBeCloseTo(expected, 9);
  });

  it("takes sums as they are", () => {
    expect(bleuOfCounts([11, 11, 9, 7, 5, 3, 10, 8, 6, 4], { smoothing: "none" }).score / 100).toBeCloseTo(0.8375922397, 9);
    expect(countBleu("am I am a character sequence", ["I am a symbol string sequence a a"])).toEqual([6, 8, 4, 2, 1, 0, 6, 5, 4, 3]);
  });

  it("agrees with sacrebleu 2.6.0 on a medical sentence, down to the counts", () => {
    const counts = countBleu("Hypertension is managed with lifestyle change, ACE inhibitors such as lisinopril 10mg/day, and diuretics.", ["Hypertension is treated with lifestyle changes, ACE inhibitors (e.g. lisinopril 10 mg/day) and diuretics."]);
    expect(counts).toEqual([19, 23, 13, 7, 2, 0, 19, 18, 17, 16]);
    expect(bleuOfCounts(counts).score).toBeCloseTo(14.327855018993642, 12);
    expect(bleuOfCounts(counts).brevityPenalty).toBeCloseTo(0.8101577349, 9);
  });

  it("takes n-grams from any reference, as the docstring of torchmetrics", () => {
    const { score } = scoreBleu("the cat is on the mat", ["there is a cat on the mat", "a cat is on the mat"], { tokenizer: "none", smoothing: "none" });
    expect(score).toBeCloseTo(75.98, 2);
  });

  it("refuses a row without a reference", () => {
    expect(() => countBleu("x", [])).toThrow(RangeError);
  });
});

// Made by running sacrebleu 2.6.0.
it.each([
  ["U.S. GDP rose 3.5%, i.e. 1,000.50 units -- (approx.)", "U . S . GDP rose 3.5 % , i . e . 1,000.50 units -- ( approx . )"],
  ["a-b 3-4 x_y http://t.co/a?b=1&amp;c", "a-b 3 - 4 x _ y http : / / t . co / a ? b = 1 & c"],
  ['pH=7.4; 5,000 µg/dL "ok"', 'pH = 7.4 ; 5,000 µg / dL " ok "'],
  ["co-\nmorbid\nline<skipped>", "comorbid line"],
])("cuts %j as mteval-v13a does", (text, tokens) => {
  expect(tokenizeForBleu(text, "13a").join(" ")).toBe(tokens);
});
