// The quantized models of a run, and whether each was shown to answer as what was trained.
import { basename, join, resolve } from "node:path";
import { openGguf } from "../../engine/gguf/index.ts";
import { exists, isFile, readJson } from "../../files/index.ts";
import { parseRecord, quantizationRecordSchema, verificationRecordSchema, type QuantizationRecord, type QuantizedModel, type ReleasedGguf, type ReleasedVerification, type VerificationRecord } from "../../records/index.ts";
import { findArtifact } from "../../runs/index.ts";
import { typesMissing, type UnverifiedModel } from "../errors.ts";
import { lacking, type Part, type PlannedFile } from "./part.ts";
import { checkpointPlace, suggest, type SourceRun } from "./source-run.ts";

const RECORD_FILE = "quantization_metrics.json";
const VERIFICATION_FILE = "verification.json";
const PREFIX = "tunesmith.";

export interface GgufFacts {
  readonly models: readonly ReleasedGguf[];
  /** Those nobody showed to be sound. */
  readonly unverified: readonly UnverifiedModel[];
}

/** @param merged the merged model that quantized files may have been made of @param types only these; default: all. @throws `releases.types_missing` */
export function ggufPart(run: SourceRun, merged: string | undefined, types?: readonly string[]): Part<GgufFacts> {
  const { directory, record, place } = run;
  const command = suggest("quantize", "--model-path", checkpointPlace(run), "--output-dir", place(join(directory, "quantized")));
  const folder = findArtifact(record.artifacts["quantized"] ?? "quantized", directory);
  const path = folder === undefined ? undefined : join(folder, RECORD_FILE);
  if (folder === undefined || path === undefined || !exists(path)) {
    if (types !== undefined && types.length > 0) throw typesMissing(types, []);
    return lacking({ models: [], unverified: [] }, "quantized models", "nothing was quantized", command);
  }
  const made = parseRecord(quantizationRecordSchema, readJson(path), path);
  const absent = types?.filter((type) => !made.types.some((one) => one.type === type)) ?? [];
  if (absent.length > 0) throw typesMissing(absent, made.types.map(({ type }) => type));
  const wanted = made.types.filter(({ type }) => types?.includes(type) ?? true);
  const strangers = wanted.map((model) => ({ model, reason: whyStrange(model, folder, made, run, merged) }));
  const own = strangers.filter(({ reason }) => reason === undefined).map(({ model }) => model);
  const verification = readVerification(folder);
  const models = own.map((model) => describe(model, verification));
  const files: PlannedFile[] = own.map((model) => ({ path: `gguf/${model.path}`, role: "gguf", from: { file: join(folder, model.path) }, recorded: model.sha256 }));
  const records = own.length === 0 ? [] : [RECORD_FILE, VERIFICATION_FILE].filter((name) => isFile(join(folder, name))).map((name): PlannedFile => ({ path: `gguf/${name}`, role: "gguf", from: { file: join(folder, name) } }));
  return {
    files: [...files, ...records],
    missing: strangers.flatMap(({ model, reason }) => (reason === undefined ? [] : [{ what: `gguf ${model.type}`, reason, command }])),
    facts: { models, unverified: models.flatMap(judge) },
  };
}

/** A file belongs to the checkpoint that it names; one that names none, to the model that its record says it was made of. */
function whyStrange(model: QuantizedModel, folder: string, made: QuantizationRecord, { checkpoint, directory }: SourceRun, merged: string | undefined): string | undefined {
  const path = join(folder, model.path);
  if (!isFile(path)) return `${model.path} is gone`;
  const said = readGgufProvenance(path)["checkpoint_id"];
  if (said !== undefined && said !== "") return said === checkpoint.metadata.id ? undefined : `${model.path} was made of ${said}, not of ${checkpoint.metadata.id}`;
  const sources = [merged, checkpoint.directory].filter((place) => place !== undefined).map((place) => resolve(place));
  const source = made.source.adapter ?? made.source.path;
  return [resolve(source), resolve(directory, "..", "..", source), resolve(directory, basename(source))].some((place) => sources.includes(place)) ? undefined : `${model.path} does not say which checkpoint it was made of`;
}

/** `tunesmith.*` of a GGUF file by key without the prefix. */
export function readGgufProvenance(path: string): Readonly<Record<string, string>> {
  const file = openGguf(path);
  file.close();
  return Object.fromEntries([...file.metadata].flatMap(([key, { value }]) => (key.startsWith(PREFIX) && typeof value === "string" ? [[key.slice(PREFIX.length), value]] : [])));
}

function readVerification(folder: string): VerificationRecord | undefined {
  const path = join(folder, VERIFICATION_FILE);
  return isFile(path) ? parseRecord(verificationRecordSchema, readJson(path), path) : undefined;
}

function describe(model: QuantizedModel, verification: VerificationRecord | undefined): ReleasedGguf {
  const { type, sha256, size_bytes, bits_per_weight, perplexity } = model;
  return { path: `gguf/${model.path}`, type, sha256, size_bytes, bits_per_weight, perplexity, verification: verificationOf(sha256, verification) };
}

/** By content: a file that was made anew since is not the one that was looked at. */
function verificationOf(sha256: string, verification: VerificationRecord | undefined): ReleasedVerification | null {
  const found = verification?.models.find((model) => model.sha256 === sha256);
  if (found === undefined) return null;
  const { passed, kl_divergence, top1_agreement, answers, reasons } = found;
  return { passed, kl_divergence_mean: kl_divergence.mean, top1_agreement, identical_answers: answers.identical, answers: answers.count, reasons };
}

/** Why a quantized model is not fit to be handed on; nothing when it is. */
export function judge({ path, verification }: ReleasedGguf): readonly UnverifiedModel[] {
  if (verification === null) return [{ path, reason: "was never verified" }];
  return verification.passed ? [] : [{ path, reason: `did not pass: ${verification.reasons.join(", ")}` }];
}

/** What verifies the quantized models of a run. */
export function verifyCommand(run: SourceRun): string {
  return suggest("verify", "--model-path", checkpointPlace(run), "--dataset-path", run.record.dataset?.path ?? "DATASET");
}
