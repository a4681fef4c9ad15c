import { extname, join } from "node:path";
import { runIsolated, siblingModule } from "../engine/ffi/index.ts";
import { findCheckpoint, isCheckpoint, readCheckpointMetadata, requireCheckpoint } from "../checkpoints/index.ts";
import { readAdapter } from "../engine/models/index.ts";
import { exists, isDirectory, isFile, listDirectory, readJson } from "../files/index.ts";
import { mergeTargetTaken } from "./errors.ts";
import type { MergeRequest, MergeResult } from "./merge-worker.ts";
import { describeOrigin } from "./origin.ts";

export interface MergeOptions {
  /** A checkpoint, a run (its best checkpoint, or its last when none was judged), or a PEFT directory from elsewhere. */
  readonly modelPath: string;
  /** The base model on disk. */
  readonly basePath: string;
  /** New, empty, or what an earlier merge wrote, which is replaced. */
  readonly outputDir: string;
  /** Default `auto`: as the base is stored, 16 bits for a quantized one. */
  readonly dtype?: MergeRequest["dtype"];
  readonly signal?: AbortSignal;
}

export interface MergedModel extends MergeResult {
  readonly checkpoint: string;
}

/**
 * Writes W + scale · B · A for every adapted weight, in f32 onto the original weights, as a Hugging Face directory.
 * @throws `training.base_mismatch`, `training.merge_target_taken`, `checkpoints.missing`, `models.*`, `files.disk_too_small`, `engine.crashed`
 */
export async function mergeCheckpoint(options: MergeOptions): Promise<MergedModel> {
  requireReplaceable(options.outputDir);
  const checkpoint = chooseAdapter(options.modelPath);
  const provenance = describeOrigin(checkpoint, options.basePath);
  const request: MergeRequest = { checkpoint, basePath: options.basePath, outputDir: options.outputDir, dtype: options.dtype ?? "auto", provenance };
  const result = await runIsolated<MergeRequest, never, MergeResult>(siblingModule(import.meta.url, "./merge-worker"), request, { what: `Merging ${checkpoint}`, signal: options.signal });
  return { ...result, checkpoint };
}

/** The PEFT directory that a path means: itself when it comes from elsewhere, else {@link chooseCheckpoint}. @throws `checkpoints.missing` */
export function chooseAdapter(path: string): string {
  const isForeign = isFile(join(path, "adapter_config.json")) && !isCheckpoint(path) && !isFile(join(path, "..", "..", "run.json"));
  return isForeign ? path : chooseCheckpoint(path);
}

/** The name of the base of what `chooseAdapter` found. @throws `records.invalid`, `models.adapter_unusable` */
export function baseOfAdapter(directory: string): string {
  return isCheckpoint(directory) ? readCheckpointMetadata(directory).model.base_model : readAdapter(directory).baseModel;
}

/** The checkpoint that a path means: itself, or the best, else the last, of a run. @throws `checkpoints.missing` */
export function chooseCheckpoint(path: string): string {
  return (findCheckpoint(path, "best") ?? requireCheckpoint(path, "last")).directory;
}

/** What the files of a merged model end with. */
const MODEL_FILES = [".json", ".safetensors", ".model", ".txt", ".jinja"];

/** What a merged BERT keeps in a folder of its own. */
const POOLING = "1_Pooling";

/** Nothing but an earlier merge is ever replaced: not the base model, not a folder of models, not a project. */
function requireReplaceable(directory: string): void {
  if (!exists(directory)) return;
  if (!isDirectory(directory)) throw mergeTargetTaken(directory, "it is a file");
  const { files, directories } = listDirectory(directory);
  const foreign = [...directories.filter((name) => name !== POOLING), ...files.filter((name) => !MODEL_FILES.includes(extname(name)))];
  if (foreign.length > 0) throw mergeTargetTaken(directory, `it holds ${foreign.slice(0, 3).join(", ")}${foreign.length > 3 ? ", …" : ""}`);
  if (files.length > 0 && !isMerged(directory)) throw mergeTargetTaken(directory, "it holds files that no merge wrote");
}

function isMerged(directory: string): boolean {
  const path = join(directory, "config.json");
  const config: unknown = isFile(path) ? readJson(path) : undefined;
  return typeof config === "object" && config !== null && "tunesmith" in config;
}
