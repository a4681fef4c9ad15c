export { benchmarkModel, benchmarkSpeed, perplexityDifference, type BenchmarkOptions, type ModelBenchmark, type ModelSpeed, type SpeedOptions } from "./benchmark.ts";
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
export { bleuOfCounts, bleuSignature, countBleu, scoreBleu, type BleuOptions, type BleuScore } from "./metrics/bleu.ts";
export { chrfOfCounts, chrfSignature, countChrf, scoreChrf, type ChrfOptions } from "./metrics/chrf.ts";
export { addCounts, averageScores, type AveragedScores, type ClassScore, type Counts, type CountsByClass } from "./metrics/counts.ts";
export { entitySignature, scoreEntities, type EntityOptions, type EntityOutcome, type EntityRow } from "./metrics/entities.ts";
export { ENTITY_ERRORS, type EntityError } from "./metrics/entity-errors.ts";
export { normalizeEntity, type Entity, type EntityNormalization } from "./metrics/entity.ts";
export { ENTITY_FILTERS, filterEntities, type EntityFilter, type FilteredEntities } from "./metrics/entity-filters.ts";
export { placeEntities } from "./metrics/entity-places.ts";
export { parseEntities } from "./metrics/entity-parse.ts";
export { exactMatchSignature, isExactMatch, type ExactMatchOptions } from "./metrics/exact-match.ts";
export { parseLabels } from "./metrics/label-parse.ts";
export { countLabels, MULTI_LABEL_SIGNATURE, multiLabelOfCounts, type LabelRow, type MultiLabelScores } from "./metrics/multi-label.ts";
export { rougeSignature, scoreRouge, scoreRougeBest, type OverlapScore, type RougeOptions, type RougeType } from "./metrics/rouge.ts";
export { scoreSquad, squadSignature, type SquadScore, type SquadVersion } from "./metrics/squad.ts";
export { compareTable, measureTable, sumColumns, type MetricTable, type SummedMetric } from "./metrics/table.ts";
export { entityTable, labelTable, tagAnswerTable, tagTable, textTable, type TagRow, type TextRow } from "./metrics/tables.ts";
export { findScheme, fitTags, parseTags, tagEntities } from "./metrics/tag-answers.ts";
export { countTags, tagSignature, type TagMode } from "./metrics/tags.ts";
export type { EvaluationProgress } from "./predict.ts";
export { EVALUATION_FILES, readEvaluation, writeEvaluation } from "./report.ts";
export { encodeEvaluationRows, type EvaluationRow, type EvaluationRowsOptions } from "./rows.ts";
export { evaluateInChild, type EvaluateInChildOptions, type EvaluationRequest } from "./run.ts";
export type { EntitySettings } from "./task.ts";
