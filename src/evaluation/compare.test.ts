import { describe, expect, it } from "vitest";
import { byteTokenizer, fakeLlama } from "../../test/helpers/fake-llama.ts";
import { compareEvaluations } from "./compare.ts";
import { evaluateModel, type EvaluateOptions } from "./evaluate.ts";

const rows = Array.from({ length: 40 }, (_, index) => ({ id: `r${index}`, instruction: `Question ${index}`, input: "", output: `answer ${index}` }));

async function evaluate(rightShare: number, probability: number, more: Partial<EvaluateOptions> = {}) {
  const right = (prompt: string) => Number(/Question (\d+)/.exec(prompt)![1]);
  const { model } = fakeLlama({
    answer: (prompt) => (right(prompt) < rightShare * rows.length ? `answer ${right(prompt)}` : "unsure"),
    logprob: () => Math.log(probability),
  });
  return evaluateModel({
    model,
    tokenizer: byteTokenizer,
    modelName: `p${probability}`,
    modelPath: "m.gguf",
    modelDigest: String(probability),
    rows,
    datasetPath: "d",
    datasetDigest: "digest",
    split: "test",
    promptFormat: "instruction",
    engineRelease: "v0",
    packageVersion: "0.1.0",
    bootstrap: { resamples: 200 },
    ...more,
  });
}
const verdicts = (rowsOf: ReturnType<typeof compareEvaluations>["rows"]) => Object.fromEntries(rowsOf.map((row) => [row.metric, row.verdict]));

describe("compareEvaluations", () => {
  it("calls a lower loss and a higher match better, the reverse worse", async () => {
    const [base, tuned] = [await evaluate(0.1, 0.2), await evaluate(0.9, 0.5)];
    const { rows: forward, notes } = compareEvaluations(base, tuned);
    expect(verdicts(forward)).toMatchObject({ loss: "better", perplexity: "better", exact_match: "better", f1: "better", token_accuracy: "no clear difference" });
    expect(forward.find((row) => row.metric === "loss")!.difference.value).toBeCloseTo(Math.log(0.2) - Math.log(0.5), 5);
    expect(forward.find((row) => row.metric === "exact_match")).toMatchObject({ base: 0.1, tuned: 0.9, n: 40 });
    expect(notes).toEqual([]);
    expect(verdicts(compareEvaluations(tuned, base).rows)).toMatchObject({ loss: "worse", exact_match: "worse" });
  });

  it("finds no difference between a model and itself", async () => {
    const one = await evaluate(0.5, 0.5);
    for (const row of compareEvaluations(one, one).rows) expect(row).toMatchObject({ verdict: "no clear difference", difference: { value: 0, low: 0, high: 0 } });
  });

  it("does not call a difference clear that hangs on one row", async () => {
    const { rows: compared } = compareEvaluations(await evaluate(0.5, 0.5), await evaluate(0.525, 0.5));
    expect(verdicts(compared)["exact_match"]).toBe("no clear difference");
  });

  it("calls nothing clear over a handful of rows, and says why", async () => {
    const limit = { settings: { limit: 9 } };
    const { rows: compared, notes } = compareEvaluations(await evaluate(0, 0.2, limit), await evaluate(1, 0.5, limit));
    expect(new Set(compared.map((row) => row.verdict))).toEqual(new Set(["no clear difference"]));
    expect(notes).toEqual(["only 9 rows: no difference is called clear with fewer than 10"]);
  });

  it.each<[Partial<EvaluateOptions>, string]>([
    [{ datasetDigest: "other" }, "dataset digest digest against other"],
    [{ split: "validation" }, "split test against validation"],
    [{ promptFormat: "alpaca" }, "prompt format instruction against alpaca"],
    [{ settings: { limit: 10 } }, "number of rows 40 against 10"],
    [{ rows: rows.map((row) => ({ ...row, output: row.output.replace("answer", "reply ") })) }, "the rendered rows are not the same"],
  ])("refuses %o", async (more, fault) => {
    const [base, tuned] = [await evaluate(0.5, 0.5), await evaluate(0.5, 0.5, more)];
    expect(() => compareEvaluations(base, tuned)).toThrow(fault);
  });

  it("notes settings that differ without forbidding the comparison", async () => {
    const [base, tuned] = [await evaluate(0.5, 0.5), await evaluate(0.5, 0.5, { settings: { maxNewTokens: 32 }, engineRelease: "v1" })];
    expect(compareEvaluations(base, tuned).notes).toEqual(["max_new_tokens 256 against 32", "engine release v0 against v1"]);
  });
});
