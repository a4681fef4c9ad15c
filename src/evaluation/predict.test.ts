import { describe, expect, it } from "vitest";
import { byteTokenizer, fakeLlama } from "../../test/helpers/fake-llama.ts";
import { predictRows, type EvaluationProgress } from "./predict.ts";
import { encodeEvaluationRows } from "./rows.ts";

const encode = (answers: readonly string[]) =>
  encodeEvaluationRows(
    answers.map((output, index) => ({ id: `r${index}`, instruction: `Question ${index}`, input: "", output })),
    { tokenizer: byteTokenizer, promptFormat: "instruction", maxSequenceLength: 512, dataset: "d", split: "test" },
  );
const answerOf = (answers: readonly string[]) => (prompt: string) => answers[Number(/Question (\d+)/.exec(prompt)?.[1])]!;

describe("predictRows", () => {
  it("gives every row its answer and scores, in the order of the rows", async () => {
    const rows = encode(["a", "type 2 diabetes", "bb"]);
    const { model } = fakeLlama({ answer: answerOf(["a", "diabetes", "c"]) });
    const predictions = await predictRows({ session: model.createSession(), rows, maxNewTokens: 64, batchSize: 2 });
    expect(predictions.map(({ id, prediction, exact_match }) => [id, prediction, exact_match])).toEqual([
      ["r0", "a", 1],
      ["r1", "diabetes", 0],
      ["r2", "c", 0],
    ]);
    expect(predictions[1]).toMatchObject({ reference: "type 2 diabetes", f1: 0.5, rougeL: 0.5, scored_tokens: 16, correct_tokens: 8, reference_bytes: 15, finish_reason: "stop" });
    expect(predictions[1]!.nll).toBeCloseTo(16 * Math.LN2, 5);
  });

  it("asks with the prompt alone and stops an answer at the limit", async () => {
    const rows = encode(["short"]);
    const asked: string[] = [];
    const { model } = fakeLlama({ answer: () => "no end to it", onBatch: ([request]) => asked.push(byteTokenizer.decode(request!.promptIds)) });
    const [prediction] = await predictRows({ session: model.createSession(), rows, maxNewTokens: 5, batchSize: 1 });
    expect(asked).toEqual([rows[0]!.input]);
    expect(prediction).toMatchObject({ prediction: "no en", finish_reason: "length" });
  });

  it("puts rows with answers of like length together", async () => {
    const fake = fakeLlama();
    const lengths: number[][] = [];
    const session = fake.model.createSession();
    const spied = { ...session, scoreBatch: (rows: Parameters<typeof session.scoreBatch>[0]) => (lengths.push(rows.map((row) => row.ids.length - row.firstScored)), session.scoreBatch(rows)) };
    await predictRows({ session: spied, rows: encode(["x", "x".repeat(50), "xx", "x".repeat(40), "xxx"]), maxNewTokens: 8, batchSize: 2 });
    expect(lengths).toEqual([[51, 41], [4, 3], [2]]);
    expect(fake.batches).toEqual([2, 2, 1]);
  });

  it("generates nothing when no new token is allowed", async () => {
    const fake = fakeLlama();
    const [prediction] = await predictRows({ session: fake.model.createSession(), rows: encode(["x"]), maxNewTokens: 0, batchSize: 4 });
    expect(prediction).toMatchObject({ prediction: null, finish_reason: null, exact_match: null, f1: null, rougeL: null, scored_tokens: 2 });
    expect(fake.batches).toEqual([]);
  });

  it("tells how much is done and how long the rest will take, by tokens", async () => {
    const seen: EvaluationProgress[] = [];
    let clock = 0;
    const now = () => (clock += 100);
    const rows = encode(["x".repeat(20), "x".repeat(20), "x".repeat(20)]);
    await predictRows({ session: fakeLlama().model.createSession(), rows, maxNewTokens: 8, batchSize: 1, now, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ done, total, elapsedMs }) => [done, total, elapsedMs])).toEqual([[0, 3, 0], [1, 3, 100], [2, 3, 200], [3, 3, 300]]);
    expect(seen[0]!.remainingMs).toBeNull();
    expect(seen[1]!.remainingMs).toBeCloseTo(200);
    expect(seen[3]!.remainingMs).toBe(0);
  });

  it("asks batches that are not whole again, in the same company, and counts only them in the pace", async () => {
    const rows = encode(["x".repeat(40), "x".repeat(30), "x".repeat(20), "x".repeat(10)]);
    const whole = await predictRows({ session: fakeLlama().model.createSession(), rows, maxNewTokens: 8, batchSize: 2 });
    const fake = fakeLlama();
    const seen: EvaluationProgress[] = [];
    const known = new Map([0, 1, 2].map((index) => [index, whole[index]!]));
    const resumed = await predictRows({ session: fake.model.createSession(), rows, maxNewTokens: 8, batchSize: 2, known, onProgress: (progress) => seen.push(progress) });
    expect(fake.batches).toEqual([2]);
    expect(resumed).toEqual(whole);
    expect(seen.map(({ done, known: before, total }) => [done, before, total])).toEqual([[2, 2, 4], [4, 2, 4]]);
  });

  it("stops when asked to, and says how far it came", async () => {
    const controller = new AbortController();
    const fake = fakeLlama({ onBatch: () => fake.batches.length === 2 && controller.abort() });
    const work = predictRows({ session: fake.model.createSession(), rows: encode(["a", "b", "c"]), maxNewTokens: 4, batchSize: 1, signal: controller.signal });
    await expect(work).rejects.toMatchObject({ code: "evaluation.stopped", message: "Evaluation stopped: 1 of 3 rows were done, nothing was written" });
  });
});
