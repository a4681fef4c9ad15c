// `--gate`: the clauses are read, and what they compare with is found, before anything is measured.
import type { GateVerdict } from "../evaluation/index.ts";
import type { EvaluationComparison, EvaluationRecord } from "../records/index.ts";
import type { Print } from "./print.ts";
import { compareStored, findStoredEvaluations, type StoredEvaluation } from "./run-evaluations.ts";

export interface Gate {
  /** Judges the evaluation in a folder, and prints each clause with its reason. */
  judge(folder: string, record: EvaluationRecord): Promise<GateVerdict>;
}

/** @throws `evaluation.gate_invalid`, `cli.never_evaluated`, `runs.unknown` */
export async function openGate(text: string, print: Print): Promise<Gate> {
  const { judgeGate, parseGate } = await import("../evaluation/index.ts");
  const clauses = parseGate(text);
  const others = new Map<string, readonly StoredEvaluation[]>();
  for (const clause of clauses) if (clause.kind === "not_worse") others.set(clause.than, await findStoredEvaluations(clause.than, "outputs", print));
  return {
    async judge(folder, record) {
      const compared = new Map<string, { readonly comparison: EvaluationComparison } | { readonly fault: unknown }>();
      for (const [than, stored] of others) {
        compared.set(than, await compareStored(stored, [{ folder, record }]).then(({ comparison }) => ({ comparison }), (fault: unknown) => ({ fault })));
      }
      const verdict = judgeGate(clauses, record, (than) => {
        const outcome = compared.get(than)!;
        if ("fault" in outcome) throw outcome.fault;
        return outcome.comparison;
      });
      for (const clause of verdict.clauses) print.line(print.visible(`${clause.passed ? "passed" : "FAILED"}  ${clause.text}: ${clause.reason}`));
      if (!verdict.passed) print.warn(`the gate is closed: ${verdict.clauses.filter(({ passed }) => !passed).map(({ text: clause, reason }) => `${clause} (${reason})`).join("; ")}`);
      return verdict;
    },
  };
}
