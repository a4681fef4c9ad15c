import { join } from "node:path";
import { runIsolated, siblingModule } from "../engine/ffi/index.ts";
import { defaultThreads } from "../engine/llama/index.ts";
import { exists, readJson, withScratchDirectory, writeJson } from "../files/index.ts";
import { parseRecord, VERIFICATION_SCHEMA_VERSION, verificationRecordSchema, type VerificationRecord, type VerificationThresholds, type VerifiedModel } from "../records/index.ts";
import type { Compared, VerificationProgress, VerificationWork, VerificationWorkDone } from "./verify-worker.ts";

/** Name of the record, beside the quantized models. */
export const VERIFICATION_RECORD_FILE = "verification.json";

/** What only rounding, and what four bits, may cost a model. */
export const DEFAULT_THRESHOLDS: VerificationThresholds = { max_kl_unquantized: 0.001, max_kl: 0.1, min_top1_agreement: 0.9 };

export interface VerifyModelsOptions extends Omit<VerificationWork, "scratchDir" | "threads"> {
  /** Gets `verification.json`. */
  readonly outputDir: string;
  /** Default: {@link DEFAULT_THRESHOLDS}. */
  readonly thresholds?: VerificationThresholds;
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  /** ISO 8601, for the record. */
  readonly createdAt: string;
}

export interface VerifyModelsContext {
  readonly onProgress?: (progress: VerificationProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Compares models with the reference they were made from, in a child process: the distribution of every scored token, and greedy answers token
 * for token. Writes `verification.json` whether they pass or not.
 * @throws `quantization.nothing_to_verify_on`, `quantization.other_vocabulary`, `models.*`, `llama.*`, `files.disk_too_small`, `engine.crashed`
 */
export async function verifyModels(options: VerifyModelsOptions, { onProgress, signal }: VerifyModelsContext = {}): Promise<VerificationRecord> {
  const { reference, candidates, sequences, datasetDigest, maxNewTokens, outputDir, createdAt, thresholds = DEFAULT_THRESHOLDS, threads = defaultThreads() } = options;
  const done = await withScratchDirectory(join(outputDir, VERIFICATION_RECORD_FILE), (scratchDir) =>
    runIsolated<VerificationWork, VerificationProgress, VerificationWorkDone>(
      siblingModule(import.meta.url, "./verify-worker"),
      { reference, candidates, sequences, datasetDigest, maxNewTokens, threads, scratchDir },
      { what: `Verification of ${reference.name}`, onEvent: onProgress, signal },
    ),
  );
  const models = done.models.map((model): VerifiedModel => judge(model, thresholds));
  const record = verificationRecordSchema.parse({
    schema_version: VERIFICATION_SCHEMA_VERSION,
    created_at: createdAt,
    ...done,
    thresholds,
    models,
    passed: models.every(({ passed }) => passed),
  });
  writeJson(join(outputDir, VERIFICATION_RECORD_FILE), record);
  return record;
}

/** The record of a folder; undefined when nothing was verified there. @throws `records.invalid`, `records.too_new` */
export function findVerification(directory: string): VerificationRecord | undefined {
  const path = join(directory, VERIFICATION_RECORD_FILE);
  return exists(path) ? parseRecord(verificationRecordSchema, readJson(path), path) : undefined;
}

/** Whether a model is close enough to its reference, and if not, why. */
export function judge(model: Compared, thresholds: VerificationThresholds): VerifiedModel {
  const limit = ["f32", "f16", "bf16"].includes(model.type) ? thresholds.max_kl_unquantized : thresholds.max_kl;
  const { mean } = model.kl_divergence;
  const reasons = [
    ...(mean > limit ? [`its mean KL divergence is ${mean.toPrecision(3)}, at most ${limit} is allowed`] : []),
    ...(model.top1_agreement < thresholds.min_top1_agreement ? [`it finds the same token most probable for ${(100 * model.top1_agreement).toFixed(1)} % of the tokens, at least ${100 * thresholds.min_top1_agreement} % are needed`] : []),
  ];
  return { ...model, passed: reasons.length === 0, reasons };
}
