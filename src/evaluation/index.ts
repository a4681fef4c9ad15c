export { benchmarkModel, perplexityDifference, type BenchmarkOptions, type ModelBenchmark } from "./benchmark.ts";
export {
  BOOTSTRAP_DEFAULTS,
  bootstrapMean,
  bootstrapMeanDifference,
  bootstrapRatio,
  bootstrapRatioDifference,
  type BootstrapOptions,
  type Interval,
  type RatioSample,
} from "./bootstrap.ts";
export { compareEvaluations } from "./compare.ts";
export { evaluateModel, type EvaluateOptions, type Evaluation, type EvaluationSettings } from "./evaluate.ts";
export { formatComparison, formatEvaluation } from "./format.ts";
export { judgeGate, mainMetric, parseGate, type GateClause, type GateVerdict } from "./gate.ts";
export { exactMatchSignature, isExactMatch, type ExactMatchOptions } from "./metrics/exact-match.ts";
export { rougeSignature, scoreRouge, scoreRougeBest, type OverlapScore, type RougeOptions, type RougeType } from "./metrics/rouge.ts";
export { scoreSquad, type SquadScore } from "./metrics/squad.ts";
export type { EvaluationProgress } from "./predict.ts";
export { EVALUATION_FILES, readEvaluation, writeEvaluation } from "./report.ts";
export { encodeEvaluationRows, type EvaluationRow, type EvaluationRowsOptions } from "./rows.ts";
export { evaluateInChild, type EvaluateInChildOptions, type EvaluationRequest } from "./run.ts";
export type { TaskKind } from "./task.ts";
