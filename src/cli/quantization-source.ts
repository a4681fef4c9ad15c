// What `tunesmith quantize` is pointed at: a model as it is, or a checkpoint whose adapter is merged into its base on the way.
import { basename, join, resolve } from "node:path";
import { isEncoder } from "../engine/models/index.ts";
import type { MergedAdapter, ModelToQuantize } from "../quantization/index.ts";
import { findModel } from "./find-model.ts";
import { fromLegacyPath } from "./legacy-path.ts";
import { readProvenance } from "./model-provenance.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface QuantizationSource extends ModelToQuantize {
  /** What the file names begin with. */
  readonly name?: string;
  /** Where the files go unless told otherwise. */
  readonly outputDir: string;
  readonly provenance: Readonly<Record<string, string>>;
  /** It answers with vectors or scores. */
  readonly isEncoder: boolean;
}

interface SourceParts {
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
  /** The base of a checkpoint. Default: the one it names. */
  readonly baseModel: string | undefined;
}

/** @throws `checkpoints.missing`, `training.base_mismatch`, `hub.*` */
export async function findQuantizationSource(wanted: string, parts: SourceParts): Promise<QuantizationSource> {
  const path = await fromLegacyPath(wanted, parts.print);
  const [{ exists, isDirectory }, { unpackIfNeeded }] = await Promise.all([import("../files/index.ts"), import("./packed-checkpoints.ts")]);
  await unpackIfNeeded(path, parts);
  if (isDirectory(path) && !exists(join(path, "config.json"))) return checkpointSource(path, parts);
  if (parts.baseModel !== undefined) parts.print.warn(`${wanted} is a whole model and needs no base: ${parts.baseModel} is not used`);
  const { path: modelPath, source } = await findModel(wanted, parts);
  return { modelPath, outputDir: source === "path" ? join(modelPath, "..", "quantized") : "quantized", provenance: readProvenance(modelPath), isEncoder: isEncoder(modelPath) };
}

async function checkpointSource(path: string, parts: SourceParts): Promise<QuantizationSource> {
  const [{ baseOfAdapter, chooseAdapter, describeOrigin, readChatTemplate }, { isFile }] = await Promise.all([import("../training/index.ts"), import("../files/index.ts")]);
  const checkpoint = chooseAdapter(path);
  const { path: modelPath } = await findModel(parts.baseModel ?? baseOfAdapter(checkpoint), parts);
  const adapter: MergedAdapter = { path: checkpoint, chatTemplate: readChatTemplate(checkpoint) };
  const runDirectory = resolve(checkpoint, "..", "..");
  const inRun = isFile(join(runDirectory, "run.json"));
  const name = basename(inRun ? runDirectory : resolve(checkpoint));
  return {
    modelPath,
    adapter,
    name,
    outputDir: inRun ? join(checkpoint, "..", "..", "quantized") : join(checkpoint, "..", "quantized"),
    provenance: { "general.name": name, ...describeOrigin(checkpoint, modelPath) },
    isEncoder: isEncoder(modelPath),
  };
}
