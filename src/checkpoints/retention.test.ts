import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRetention, type RetentionCandidate, type RetentionPolicy } from "./retention.ts";

const step = (number: number, score?: number, extra: Partial<RetentionCandidate> = {}): RetentionCandidate => ({
  path: `run/epoch-00_step-${number}`, run: "run", kind: "step", epoch: 0, step: number, savedMs: number, ...(score !== undefined && { score }), ...extra,
});
const best = (count: number, more: Partial<RetentionPolicy> = {}): RetentionPolicy => ({ keepBest: count, keepLast: 0, monitor: "val/hmean", ...more });
const deleted = (candidates: readonly RetentionCandidate[], policy: RetentionPolicy) =>
  planRetention(candidates, policy).flatMap(({ keep }, index) => (keep ? [] : [candidates[index]!.step ?? candidates[index]!.path]));
const reasons = (candidates: readonly RetentionCandidate[], policy: RetentionPolicy) => planRetention(candidates, policy).map(({ reason }) => reason);

describe("planRetention", () => {
  it("keeps the best, the newest and the milestones, and says why", () => {
    const steps = [step(100, 0.9), step(200, 0.7), step(300, 0.8), step(400, 0.5), step(500, 0.6)];
    expect(reasons(steps, { keepBest: 1, keepLast: 1, keepEvery: 300, monitor: "val/hmean" })).toEqual([
      "the best by val/hmean: 0.9", "number 3 by val/hmean, older than the newest 1", "a multiple of 300 steps", "number 5 by val/hmean, older than the newest 1", "the newest",
    ]);
    expect(deleted(steps, best(2))).toEqual([200, 400, 500]);
    expect(deleted(steps, { keepBest: 0, keepLast: 2 })).toEqual([100, 200, 300]);
  });

  it("knows the direction of the metric, unless it is told", () => {
    const steps = [step(1, 0.2), step(2, 0.9)];
    expect(deleted(steps, best(1, { monitor: "val_loss" }))).toEqual([2]);
    expect(deleted(steps, best(1))).toEqual([1]);
    expect(deleted(steps, best(1, { mode: "min" }))).toEqual([2]);
  });

  it("keeps back what has no finite score, which is never best", () => {
    const steps = [step(1, Number.NaN), step(2), step(3, 0.1), step(4, 0.2), step(5, Infinity)];
    expect(deleted(steps, best(1))).toEqual([3]);
    expect(reasons(steps, best(1)).slice(0, 2)).toEqual(["val/hmean is NaN: nobody knows how good it is", "val/hmean was not measured: nobody knows how good it is"]);
    expect(deleted(steps, { keepBest: 0, keepLast: 1 })).toEqual([1, 2, 3, 4]);
  });

  it("prefers the earlier of equal scores", () => {
    expect(deleted([step(3, 0.5), step(1, 0.5), step(2, 0.5)], best(1))).toEqual([3, 2]);
  });

  it.each([
    ["best", { kind: "best" }], ["last", { kind: "last" }], ["the end of its run", { kind: "final" }], ["its name is none we can read", { kind: "unknown" }],
    ["tagged", { spared: "tagged" }], ["the newest of a run that is going on", { running: true }],
  ] as const)("never deletes: %s", (reason, extra) => {
    expect(planRetention([step(1, 0.1, extra), ...(reason.includes("going on") ? [] : [step(2, 0.2)]), step(0, 0.9)], best(1))[0]).toMatchObject({ keep: true, reason });
  });

  it("never deletes a step whose number nobody knows", () => {
    const { epoch: _epoch, step: _step, ...nameless } = step(1, 0.1);
    expect(planRetention([nameless, step(2, 0.2)], best(1))[0]).toMatchObject({ keep: true, reason: "neither epoch nor step is known" });
  });

  it("leaves no run without a checkpoint, and judges run by run", () => {
    const other = (number: number) => step(number, 0.1, { run: "other", path: `other/${number}` });
    expect(reasons([step(7, 0.1)], { keepBest: 0, keepLast: 0, keepEvery: 100 })).toEqual(["the newest of a run that would lose all"]);
    expect(deleted([step(1, 0.9), step(2, 0.8), other(3), other(4)], { keepBest: 0, keepLast: 1 })).toEqual([1, 3]);
  });

  it("goes by epoch and then by time where there are no steps", () => {
    const files = [0, 1, 2].map((epoch): RetentionCandidate => ({ path: `${epoch}.ckpt`, run: "r", kind: "step", epoch, savedMs: 9 - epoch }));
    expect(deleted(files, { keepBest: 0, keepLast: 1 })).toEqual(["0.ckpt", "1.ckpt"]);
  });

  it.each([
    [{ keepBest: -1, keepLast: 1 }, "keepBest must be a whole number >= 0, current value is -1"],
    [{ keepBest: 0, keepLast: 1.5 }, "keepLast must be a whole number >= 0, current value is 1.5"],
    [{ keepBest: 0, keepLast: 0 }, "all are 0"],
    [{ keepBest: 2, keepLast: 0 }, "keepBest is 2 and needs a metric to monitor"],
  ])("refuses %j", (policy, message) => {
    expect(() => planRetention([], policy)).toThrow(message);
  });

  it("deletes only steps that are neither protected, nor the best, nor the newest, nor unmeasured", () => {
    const candidate = fc.record({
      kind: fc.constantFrom("step", "best", "last", "final", "unknown"), run: fc.constantFrom("a", "b"), step: fc.nat(20), score: fc.option(fc.float(), { nil: undefined }), spared: fc.option(fc.constant("tagged"), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(candidate), fc.nat(3), fc.nat(3), (drawn, keepBest, keepLast) => {
        if (keepBest + keepLast === 0) return;
        const candidates = drawn.map((parts, index) => ({ ...parts, path: `${parts.run}/${index}`, savedMs: index }) as RetentionCandidate);
        const verdicts = planRetention(candidates, { keepBest, keepLast, monitor: "hmean" });
        expect(verdicts).toHaveLength(candidates.length);
        for (const run of ["a", "b"]) {
          const members = candidates.map((member, index) => ({ ...member, keep: verdicts[index]!.keep })).filter((member) => member.run === run);
          const gone = members.filter(({ keep }) => !keep);
          if (members.length > 0) expect(gone.length).toBeLessThan(members.length);
          expect(gone.every(({ kind, spared, score }) => kind === "step" && spared === undefined && (keepBest === 0 || Number.isFinite(score)))).toBe(true);
          const top = Math.max(...members.filter(({ kind, score }) => kind === "step" && Number.isFinite(score)).map(({ score }) => score!));
          if (keepBest > 0 && gone.some(({ score }) => score === top)) expect(members.some(({ keep, score }) => keep && score === top)).toBe(true);
        }
      }),
    );
  });
});
