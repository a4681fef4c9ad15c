// What a measurement must hold before work goes on, in words: `f1_micro >= 0.85 and hallucination_rate < 0.02 and not worse than v1.2`.
import type { EvaluationComparison, EvaluationRecord } from "../records/index.ts";
import { FEWEST_ROWS } from "./compare.ts";
import { gateInvalid } from "./errors.ts";

const TESTS = {
  ">=": (value: number, bound: number) => value >= bound,
  "<=": (value: number, bound: number) => value <= bound,
  ">": (value: number, bound: number) => value > bound,
  "<": (value: number, bound: number) => value < bound,
} as const;

export type GateClause =
  | { readonly kind: "bound"; readonly text: string; readonly metric: string; readonly test: keyof typeof TESTS; readonly bound: number }
  /** `metrics` is empty when none is named. */
  | { readonly kind: "not_worse"; readonly text: string; readonly than: string; readonly metrics: readonly string[] };

export interface GateVerdict {
  readonly passed: boolean;
  /** One for each clause, in its order. */
  readonly clauses: readonly { readonly text: string; readonly passed: boolean; readonly reason: string }[];
}

const BOUND = /^([^\s<>=][^<>=]*?)\s*(>=|<=|>|<)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;
const NOT_WORSE = /^not\s+worse\s+than\s+(\S+)(?:\s+in\s+(\S.*))?$/i;

/**
 * Reads clauses joined by `and`: `<metric> >= <number>` (also `>`, `<=`, `<`) and `not worse than <measurement>`, which may name metrics (`in f1_micro, loss`).
 * @throws `evaluation.gate_invalid`
 */
export function parseGate(text: string): readonly GateClause[] {
  return text.trim().split(/\s+and\s+/i).map((clause) => {
    const [, metric, test, bound] = BOUND.exec(clause) ?? [];
    if (metric !== undefined) return { kind: "bound", text: clause, metric, test: test as keyof typeof TESTS, bound: Number(bound) };
    const [, than, metrics = ""] = NOT_WORSE.exec(clause) ?? [];
    if (than === undefined) throw gateInvalid(text, clause);
    return { kind: "not_worse", text: clause, than, metrics: metrics.split(",").map((name) => name.trim()).filter((name) => name !== "") };
  });
}

/** Judges each clause. `comparisonWith` compares the measurement with another one, which comes first; what it throws is the reason of a clause that fails. */
export function judgeGate(clauses: readonly GateClause[], record: EvaluationRecord, comparisonWith: (than: string) => EvaluationComparison): GateVerdict {
  const named = clauses.flatMap((clause) => (clause.kind === "bound" ? clause.metric : clause.metrics));
  const judged = clauses.map((clause) => ({ text: clause.text, ...(clause.kind === "bound" ? judgeBound(clause, record) : judgeNotWorse(clause, named, record, comparisonWith)) }));
  return { passed: judged.every(({ passed }) => passed), clauses: judged };
}

interface Judgement {
  readonly passed: boolean;
  readonly reason: string;
}

function judgeBound({ metric, test, bound }: GateClause & { readonly kind: "bound" }, { metrics }: EvaluationRecord): Judgement {
  const measured = metrics[metric];
  if (measured === undefined) return { passed: false, reason: `${metric} was not measured; there are ${Object.keys(metrics).join(", ")}` };
  const { value, low, high } = measured;
  return { passed: TESTS[test](value, bound), reason: `${metric} is ${show(value)} (${show(low)} to ${show(high)})` };
}

/** Worse is what `compareEvaluations` calls so. Too few rows to call anything so is no pass. */
function judgeNotWorse({ than, metrics }: GateClause & { readonly kind: "not_worse" }, named: readonly string[], record: EvaluationRecord, comparisonWith: (than: string) => EvaluationComparison): Judgement {
  const judged = metrics.length > 0 ? metrics : named.length > 0 ? [...new Set(named)] : [mainMetric(record)];
  let comparison: EvaluationComparison;
  try {
    comparison = comparisonWith(than);
  } catch (cause) {
    return { passed: false, reason: cause instanceof Error ? cause.message : String(cause) };
  }
  const rows = judged.map((name) => comparison.rows.find(({ metric }) => metric === name));
  const absent = judged.filter((_name, index) => rows[index] === undefined);
  if (absent.length > 0) return { passed: false, reason: `${absent.join(", ")} was not measured on both sides` };
  const found = rows.filter((row) => row !== undefined);
  const few = found.find(({ n }) => n < FEWEST_ROWS);
  if (few !== undefined) return { passed: false, reason: `${few.n} rows are too few to tell, at least ${FEWEST_ROWS} needed` };
  const worse = found.filter(({ verdict }) => verdict === "worse");
  const shown = worse.length > 0 ? worse : found;
  const findings = shown.map(({ metric, base, tuned, difference, verdict }) => `${metric} ${show(tuned)} against ${show(base)}: ${verdict} (difference ${show(difference.low)} to ${show(difference.high)})`);
  return { passed: worse.length === 0, reason: [...findings, ...comparison.notes.map((note) => `note: ${note}`)].join("; ") };
}

/** The metric that stands for a measurement when nobody names one. */
export function mainMetric({ task, generation }: Pick<EvaluationRecord, "task" | "generation">): string {
  if (task.kind === "mixed") return generation === null ? "loss" : "exact_match";
  if (task.kind !== "text") return "f1_micro";
  return generation === null ? "loss" : "f1";
}

function show(value: number): string {
  return value.toFixed(4);
}
