// What the llama library can load for any model a person names: a GGUF file, and for a checkpoint its adapter as one. Conversions are kept in
// .tunesmith/cache by the digest of what they were made from; the folder may be deleted at any time.
import { join } from "node:path";
import type { PromptFormat } from "../data/index.ts";
import { TunesmithError } from "../errors.ts";
import { findModel } from "./find-model.ts";
import { fromLegacyPath } from "./legacy-path.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface InferenceFiles {
  /** GGUF file. */
  readonly modelPath: string;
  /** LoRA adapter as a GGUF file. */
  readonly adapterPath?: string;
  /** What a person would call it. */
  readonly name: string;
  /** Digest of the weights: of the adapter for a checkpoint. */
  readonly digest: string;
  /** The format it was trained with, where that is known. */
  readonly promptFormat?: PromptFormat;
  /** Jinja of the chat template it was trained with, where the file does not hold it: of a checkpoint whose base has another one. */
  readonly chatTemplate?: string;
  /** For a checkpoint: what its adapter is applied to. */
  readonly base?: InferenceFiles;
  /** For a checkpoint: the directory of the run, if it lies in one. */
  readonly runDirectory?: string;
}

interface InferenceParts {
  readonly print: Print;
  readonly world: World;
  readonly signal?: AbortSignal;
  /** The base of a checkpoint. Default: the one it names. */
  readonly baseModel?: string;
}

const CACHE = join(".tunesmith", "cache", "gguf");

/** Finds or makes the files. @throws `cli.not_a_model`, `checkpoints.missing`, `models.*`, `hub.*` */
export async function inferenceFiles(wanted: string, parts: InferenceParts): Promise<InferenceFiles> {
  const modelPath = await fromLegacyPath(wanted, parts.print);
  const [{ exists, isDirectory }, { unpackIfNeeded }] = await Promise.all([import("../files/index.ts"), import("./packed-checkpoints.ts")]);
  await unpackIfNeeded(modelPath, parts);
  if (modelPath.endsWith(".gguf") && exists(modelPath)) return ggufFile(modelPath);
  if (isDirectory(modelPath) && !exists(join(modelPath, "config.json"))) return checkpointFiles(modelPath, parts);
  const { path } = await findModel(modelPath, parts);
  return path.endsWith(".gguf") ? ggufFile(path) : directoryFiles(path, modelPath, parts);
}

async function ggufFile(path: string): Promise<InferenceFiles> {
  const [{ findPromptFormat, readProvenance }, { sha256File }] = await Promise.all([import("./model-provenance.ts"), import("../files/index.ts")]);
  return { modelPath: path, name: path, digest: sha256File(path), promptFormat: findPromptFormat(readProvenance(path)) };
}

async function directoryFiles(path: string, name: string, { signal }: InferenceParts): Promise<InferenceFiles> {
  const [{ openModel }, { findPromptFormat, readProvenance }] = await Promise.all([import("../engine/models/index.ts"), import("./model-provenance.ts")]);
  const source = openModel(path);
  const { digest } = source;
  const stored = source.info("model.embed_tokens.weight").type;
  source.close();
  const type = stored === "f32" || stored === "bf16" ? stored : "f16";
  const promptFormat = findPromptFormat(readProvenance(path));
  const modelPath = await cached(`${digest.slice(0, 32)}-${type}.gguf`, async (outputPath) => {
    const { convertModel } = await import("../quantization/index.ts");
    await convertModel({ modelPath: path, outputPath, type, provenance: promptFormat === undefined ? {} : { prompt_format: promptFormat }, signal });
  });
  return { modelPath, name, digest, promptFormat };
}

async function checkpointFiles(path: string, parts: InferenceParts): Promise<InferenceFiles> {
  const [{ baseOfAdapter, chooseAdapter, readChatTemplate }, { isCheckpoint, readCheckpointMetadata }, { isFile }, { findPromptFormat }] = await Promise.all([
    import("../training/index.ts"),
    import("../checkpoints/index.ts"),
    import("../files/index.ts"),
    import("./model-provenance.ts"),
  ]);
  const checkpoint = chooseAdapter(path);
  const metadata = isCheckpoint(checkpoint) ? readCheckpointMetadata(checkpoint) : undefined;
  const baseName = parts.baseModel ?? baseOfAdapter(checkpoint);
  const { path: basePath } = await findModel(baseName, parts);
  const base = basePath.endsWith(".gguf") ? await ggufFile(basePath) : await directoryFiles(basePath, baseName, parts);
  if (metadata !== undefined && metadata.model.base_model_digest !== null && !basePath.endsWith(".gguf") && base.digest !== metadata.model.base_model_digest) throw wrongBase(checkpoint, baseName, metadata.model.base_model);
  const digest = metadata?.weights.sha256 ?? (await digestOfAdapter(checkpoint));
  const adapterPath = await cached(`${digest.slice(0, 32)}-lora.gguf`, async (outputPath) => {
    const { convertAdapter } = await import("../quantization/index.ts");
    await convertAdapter({ adapterPath: checkpoint, modelPath: basePath, outputPath, signal: parts.signal });
  });
  const runDirectory = join(checkpoint, "..", "..");
  return {
    modelPath: base.modelPath,
    adapterPath,
    base,
    name: checkpoint,
    digest,
    promptFormat: metadata && findPromptFormat({ prompt_format: metadata.prompt_format }),
    chatTemplate: readChatTemplate(checkpoint),
    runDirectory: isFile(join(runDirectory, "run.json")) ? runDirectory : undefined,
  };
}

/** Of a PEFT directory from elsewhere: its scale stands in its configuration, not in its weights. */
async function digestOfAdapter(directory: string): Promise<string> {
  const { sha256, sha256File } = await import("../files/index.ts");
  return sha256(["adapter_model.safetensors", "adapter_config.json"].map((file) => sha256File(join(directory, file))).join("\n"));
}

/** The format a model is asked in when nothing records it: its own chat template where it has one, else Alpaca. */
export async function defaultPromptFormat(ggufPath: string): Promise<PromptFormat> {
  const { openGguf } = await import("../engine/gguf/index.ts");
  const file = openGguf(ggufPath);
  const template = file.metadata.has("tokenizer.chat_template");
  file.close();
  return template ? "chat" : "alpaca";
}

async function cached(name: string, make: (outputPath: string) => Promise<void>): Promise<string> {
  const { exists } = await import("../files/index.ts");
  const path = join(CACHE, name);
  if (!exists(path)) await make(path);
  return path;
}

function wrongBase(checkpoint: string, given: string, trainedOn: string): TunesmithError {
  return new TunesmithError({
    code: "cli.wrong_base",
    message: `Cannot put ${checkpoint} on ${given}: it was trained on ${trainedOn}, whose weights have another digest`,
    hint: `Pass --base-model ${trainedOn}.`,
  });
}
