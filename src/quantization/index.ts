export { convertAdapter, convertModel, type ConvertAdapterOptions, type ConvertModelOptions } from "./convert.ts";
export { compareModels, type CompareOptions, type Divergence } from "./divergence.ts";
export { measurePerplexity, measureSpeed, testGeneration, type Perplexity, type ScoredSequence, type Speed } from "./measure.ts";
export { findQuantizationRecord, QUANTIZATION_RECORD_FILE, quantizeModel, recordTaskMetrics, type QuantizeModelContext, type QuantizeModelOptions } from "./quantize-model.ts";
export { modelNameOf, type MergedAdapter, type ModelToQuantize, type SourceType } from "./source.ts";
export type { ImportanceSource, QuantizationEvent, TextSource } from "./work.ts";
export { nothingToVerify } from "./errors.ts";
export { DEFAULT_THRESHOLDS, findVerification, VERIFICATION_RECORD_FILE, verifyModels, type VerifyModelsContext, type VerifyModelsOptions } from "./verify.ts";
export type { VerificationCandidate, VerificationProgress } from "./verify-worker.ts";
