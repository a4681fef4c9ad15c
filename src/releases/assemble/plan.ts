// What a release of a run would hold: everything is looked at and hashed, nothing is written.
import { digestJson, sha256, sha256FileInTurns, statFile } from "../../files/index.ts";
import { RELEASE_SCHEMA_VERSION, type ReleaseFile, type ReleaseRecord } from "../../records/index.ts";
import { packageVersion } from "../../runs/index.ts";
import { unverified, weightsChanged, type UnverifiedModel } from "../errors.ts";
import { describeBase } from "./base-model.ts";
import { datasetPart } from "./dataset.ts";
import { evaluationPart } from "./evaluation.ts";
import { ggufPart, verifyCommand } from "./gguf.ts";
import { chooseLicence } from "./licence.ts";
import type { PlannedFile } from "./part.ts";
import { openSourceRun, type SourceRun } from "./source-run.ts";
import { adapterPart, configPart, mergedPart } from "./weights.ts";

export interface ReleaseOptions {
  readonly runDirectory: string;
  /** A checkpoint of the run. Default: the best, else the last: the one that `merge`, `quantize` and `evaluate` take. */
  readonly checkpoint?: string;
  /** What the model is called. Default: the run's tag. */
  readonly name?: string;
  /** Quantized models to take. Default: all there are. */
  readonly types?: readonly string[];
  /** Take quantized models that nobody verified or that did not pass. Default: refuse. */
  readonly allowUnverified?: boolean;
  /** Id of the base on the Hub. Default: what the run was told, when that is one. */
  readonly baseModelId?: string;
  /** Where the files of the base lie, for the licence in its card. Default: where the run found them. */
  readonly baseModelDirectory?: string;
  /** The licence of the model. Default: that of base and data, when they agree. */
  readonly licence?: string;
  readonly signal?: AbortSignal;
}

export interface ReleasePlan {
  /** Without version and time. */
  readonly content: Omit<ReleaseRecord, "version" | "created_at">;
  /** Each file of the content, and what it is a second name of. */
  readonly sources: readonly PlannedFile[];
  /** Taken although nobody showed them to be sound. */
  readonly unverified: readonly UnverifiedModel[];
  readonly run: SourceRun;
}

/**
 * Gathers and hashes the parts of a release. @throws `releases.unverified`, `releases.run_not_finished`, `releases.no_checkpoint`,
 * `releases.file_changed` when a file is not the one its record describes
 */
export async function planRelease(options: ReleaseOptions): Promise<ReleasePlan> {
  const run = openSourceRun(options.runDirectory, options.checkpoint);
  const { record, checkpoint } = run;
  const { base, licence: baseLicence, missing: baseMissing } = describeBase(run, options.baseModelId, options.baseModelDirectory);
  const adapter = adapterPart(run, base.id);
  const merged = mergedPart(run);
  const gguf = ggufPart(run, merged.facts, options.types);
  if (gguf.facts.unverified.length > 0 && options.allowUnverified !== true) throw unverified(gguf.facts.unverified, verifyCommand(run));
  const evaluation = evaluationPart(run, merged.facts);
  const dataset = datasetPart(run);
  const licence = chooseLicence({ ...(options.licence !== undefined && { decided: options.licence }), base: baseLicence, dataset: dataset.facts?.licence ?? null });
  const sources = [adapter, merged, gguf, evaluation, configPart(run)].flatMap(({ files }) => files);
  const files: ReleaseFile[] = [];
  for (const source of sources) files.push(await hashFile(source, options.signal));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const licenceMissing = licence.chosen === null ? [{ what: "licence", reason: licence.conflict ?? "neither the base nor the dataset says one", command: "tunesmith release create --license ID" }] : [];
  const content: ReleasePlan["content"] = {
    schema_version: RELEASE_SCHEMA_VERSION,
    name: options.name ?? record.tag,
    digest: contentDigest({ files, run: record.id, config: record.config_digest, dataset: dataset.facts?.digest ?? null }),
    package_version: packageVersion(),
    run: {
      id: record.id,
      name: record.name,
      version: record.version,
      started_at: record.started_at,
      ended_at: record.ended_at,
      last_step: record.last_step,
      git_commit: record.git?.commit ?? null,
      notes: record.notes,
      metrics: record.metrics,
    },
    config: record.config,
    config_digest: record.config_digest,
    checkpoint: { id: checkpoint.metadata.id, name: checkpoint.name, epoch: checkpoint.metadata.training.epoch, step: checkpoint.metadata.training.global_step, weights_digest: checkpoint.metadata.weights.sha256 },
    base_model: base,
    prompt_format: checkpoint.metadata.prompt_format,
    dataset: dataset.facts,
    evaluation: evaluation.facts,
    gguf: [...gguf.facts.models],
    licence,
    files,
    missing: [adapter.missing, merged.missing, gguf.missing, evaluation.missing, dataset.missing, baseMissing, licenceMissing].flat(),
  };
  return { content, sources, unverified: gguf.facts.unverified, run };
}

/** What makes two releases the same. */
function contentDigest({ files, ...origin }: { readonly files: readonly ReleaseFile[]; readonly run: string; readonly config: string; readonly dataset: string | null }): string {
  return digestJson({ ...origin, files: files.map(({ path, sha256: digest }) => [path, digest]) });
}

async function hashFile({ path, role, from, recorded }: PlannedFile, signal: AbortSignal | undefined): Promise<ReleaseFile> {
  if ("text" in from) return { path, role, size_bytes: Buffer.byteLength(from.text), sha256: sha256(from.text) };
  const digest = await sha256FileInTurns(from.file, signal);
  if (recorded !== undefined && digest !== recorded) throw weightsChanged(from.file, digest, recorded);
  return { path, role, size_bytes: statFile(from.file).sizeBytes, sha256: digest };
}
