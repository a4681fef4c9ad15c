// A model that a server is told to serve, found and traced to what made it: by the version, id or name of a run, by a path, or by a Hub id.
import { basename, join, resolve } from "node:path";
import type { PromptFormat } from "../data/index.ts";
import type { FoundModel, ModelIdentity, ShelfPlace } from "../serving/index.ts";
import { TunesmithError } from "../errors.ts";
import { quantizedTypeMissing } from "./errors.ts";
import { findModel } from "./find-model.ts";
import { inferenceFiles, type InferenceFiles } from "./inference-files.ts";
import { fromLegacyPath } from "./legacy-path.ts";
import type { Print } from "./print.ts";
import { openPromptRenderer } from "./prompt-renderer.ts";
import type { World } from "./world.ts";

export interface ServingWish {
  /** The base of a checkpoint. Default: the one it names. */
  readonly baseModel?: string;
  /** Default: what the model says of itself, else its chat template, else none. */
  readonly promptFormat?: PromptFormat;
  /** Sends prompts as they are. */
  readonly raw: boolean;
  readonly threads?: number;
  readonly contextLength?: number;
  readonly parallel: number | "auto";
  readonly maxWaiting: number;
  readonly timeoutMs: number;
  /** Where runs lie. */
  readonly outputDir: string;
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** The place of one word of the command line: `support=v1.2` is called `support` whatever stands there later. */
export function shelfPlace(word: string, wish: ServingWish): ShelfPlace {
  const [, name, source] = /^([A-Za-z0-9][\w.-]*)=(.+)$/.exec(word) ?? [];
  return { ...(name === undefined ? {} : { name }), source: source ?? word, find: (wanted) => findServed(wanted, wish) };
}

/** @throws `runs.*`, `files.missing`, `models.*`, `hub.*`, `checkpoints.*`, `cli.quantized_type_missing` */
async function findServed(source: string, wish: ServingWish): Promise<FoundModel> {
  const found = await locate(source, wish);
  const { isEncoder } = await import("../engine/models/index.ts");
  const hubOrPath = found.run === undefined ? await findIfEncoder(found.path, wish) : undefined;
  if (hubOrPath !== undefined && isEncoder(hubOrPath)) return encoder(hubOrPath, source, wish);
  const files = await inferenceFiles(found.path, wish);
  const identity = await identify(files, found);
  return { identity, open: () => openDecoder(files, identity, wish) };
}

interface Located {
  readonly path: string;
  readonly name: string;
  /** Undefined for what is no run of this workspace. */
  readonly run?: { readonly id: string; readonly version: string | null };
}

/** What stands at a path is that; anything else without a slash names a run. `v1.2:q4_k_m` is a quantized model of it. */
async function locate(source: string, { outputDir, print }: ServingWish): Promise<Located> {
  const [{ exists, isFile }, { findRun, queryRuns, readRun, rowName }, { placesOf, showIndexing }] = await Promise.all([
    import("../files/index.ts"),
    import("../runs/index.ts"),
    import("./commands/runs/places.ts"),
  ]);
  const path = await fromLegacyPath(source, print);
  if (exists(path)) {
    const record = isFile(join(path, "run.json")) ? readRun(path).record : undefined;
    return { path, name: record?.tag ?? nameOf(path), ...(record && { run: { id: record.id, version: record.version } }) };
  }
  if (/[\\/]|\.gguf$/.test(path)) return { path, name: path };
  const [, wanted = path, type] = /^(.+?):([a-z]\w*)$/.exec(path) ?? [];
  const places = await placesOf({ outputDir, historyFile: undefined });
  const progress = { onProgress: showIndexing(print) };
  const newest = wanted === "latest" ? (await queryRuns(places, [{ filter: "status = finished", limit: 1 }], progress)).selections[0]?.rows[0] : undefined;
  const row = newest ?? (await findRun(wanted, places, progress));
  const { runNotHere } = await import("./errors.ts");
  if (row.run === undefined) throw runNotHere(rowName(row), "serve");
  const { directory, record } = row.run;
  const run = { id: record.id, version: row.entry?.version ?? record.version };
  return { path: type === undefined ? directory : await quantizedOf(directory, record.artifacts["quantized"], type), name: record.tag, run };
}

/** `…-q4_k_m.gguf` of what `quantize` wrote for the run. */
async function quantizedOf(runDirectory: string, artifact: string | undefined, type: string): Promise<string> {
  const [{ isDirectory, listDirectory }, { findArtifact }] = await Promise.all([import("../files/index.ts"), import("../runs/index.ts")]);
  const directory = findArtifact(artifact ?? "quantized", runDirectory);
  const files = directory !== undefined && isDirectory(directory) ? listDirectory(directory).files.filter((name) => name.endsWith(".gguf")) : [];
  const file = files.find((name) => name.endsWith(`-${type}.gguf`));
  if (directory === undefined || file === undefined) throw quantizedTypeMissing(runDirectory, type, files);
  return join(directory, file);
}

/** Where a path or Hub id leads, when it may be an encoder; a checkpoint is none. */
async function findIfEncoder(wanted: string, wish: ServingWish): Promise<string | undefined> {
  const { exists, isDirectory } = await import("../files/index.ts");
  if (isDirectory(wanted) && !exists(join(wanted, "config.json"))) return undefined;
  return exists(wanted) ? wanted : (await findModel(wanted, wish)).path;
}

async function encoder(path: string, source: string, { threads, maxWaiting, timeoutMs }: ServingWish): Promise<FoundModel> {
  const [{ onnxModelDirectory, openEncoderSource }, { openModelPool, rawPrompt, singleQuestion }, { readProvenance }] = await Promise.all([import("../engine/models/index.ts"), import("../serving/index.ts"), import("./model-provenance.ts")]);
  const opened = openEncoderSource(path);
  opened.close();
  // An ONNX file is called `model.onnx` in every model: its folder says more.
  const identity: ModelIdentity = { name: nameOf(/\.onnx$/i.test(source) ? resolve(onnxModelDirectory(source)) : source), ...traceOf(readProvenance(path)), digest: opened.digest };
  return {
    identity,
    open: async () => ({
      identity,
      pool: await openModelPool({ modelPath: path, kind: "encoder", threads, maxWaiting, timeoutMs, name: identity.name }),
      promptFormat: null,
      renderPrompt: rawPrompt,
      renderChat: (turns) => rawPrompt(singleQuestion(turns), ""),
    }),
  };
}

async function openDecoder(files: InferenceFiles, identity: ModelIdentity, wish: ServingWish) {
  const { openModelPool } = await import("../serving/index.ts");
  const { threads, contextLength, parallel, maxWaiting, timeoutMs } = wish;
  const adapters = files.adapterPath === undefined ? [] : [{ path: files.adapterPath }];
  const pool = await openModelPool({ modelPath: files.modelPath, adapters, threads, contextLength, parallel, maxWaiting, timeoutMs, name: identity.name });
  try {
    const own = files.promptFormat ?? (pool.info.chatTemplate === undefined ? "raw" : "chat");
    const promptFormat = wish.raw ? "raw" : (wish.promptFormat ?? own);
    return { identity, pool, promptFormat, ...(await openPromptRenderer(files, promptFormat)) };
  } catch (thrown) {
    await pool.close();
    throw thrown;
  }
}

/** From a checkpoint's metadata, or from what a file says of its own making; the version also from the run that it names. */
async function identify(files: InferenceFiles, { name, run }: Located): Promise<ModelIdentity> {
  const { digest } = files;
  if (files.adapterPath !== undefined) {
    const { isCheckpoint, readCheckpointMetadata } = await import("../checkpoints/index.ts");
    if (!isCheckpoint(files.name)) return { name, ...traceOf({ base_model: files.base?.name ?? "" }), digest };
    const { id, run_id: runId, dataset_digest: datasetDigest, model } = readCheckpointMetadata(files.name);
    const version = run?.version ?? (await versionOf(files.runDirectory));
    return { name, version, digest, runId, checkpoint: id, datasetDigest, baseModel: model.base_model };
  }
  const { readProvenance } = await import("./model-provenance.ts");
  const trace = traceOf(readProvenance(files.modelPath));
  return { name, ...trace, version: run?.version ?? trace.version, runId: run?.id ?? trace.runId, digest };
}

async function versionOf(runDirectory: string | undefined): Promise<string | null> {
  if (runDirectory === undefined) return null;
  const { readRun } = await import("../runs/index.ts");
  try {
    return readRun(runDirectory).record.version;
  } catch (thrown) {
    if (thrown instanceof TunesmithError) return null;
    throw thrown;
  }
}

function traceOf(provenance: Readonly<Record<string, string>>): Omit<ModelIdentity, "name" | "digest"> {
  const said = (key: string) => (provenance[key] === undefined || provenance[key] === "" ? null : provenance[key]);
  return { version: said("version"), runId: said("run_id"), checkpoint: said("checkpoint_id"), datasetDigest: said("dataset_digest"), baseModel: said("base_model") };
}

function nameOf(path: string): string {
  return basename(path.replace(/[\\/]+$/, "")).replace(/\.gguf$/i, "") || path;
}
