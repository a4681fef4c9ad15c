import { expect, it } from "vitest";
import type { EvaluationRecord } from "../records/index.ts";
import { scoresOf } from "./evaluated-run.ts";

it("gives a run the scores of all labels together, not those of each", () => {
  const metrics = { f1_micro: { value: 0.9 }, "billing/f1": { value: 0.8 }, "chrf++": { value: 60 } };
  const record = { metrics, task: { kind: "labels" }, dataset: { digest: "d", split: "test", rows: 12 }, evaluation_digest: "e" } as unknown as EvaluationRecord;
  expect(scoresOf(record, "w")).toEqual({
    metrics: { f1_micro: 0.9, "chrf++": 60 },
    measuredOn: { checkpoint_digest: "w", dataset_digest: "d", split: "test", rows: 12, evaluation_digest: "e" },
  });
  const mixed = { ...record, task: { kind: "mixed" }, metrics: { "labels/f1_micro": { value: 0.9 }, "labels/billing/f1": { value: 0.8 }, f1: { value: 0.5 } } } as unknown as EvaluationRecord;
  expect(scoresOf(mixed, "w").metrics).toEqual({ "labels/f1_micro": 0.9, f1: 0.5 });
});
