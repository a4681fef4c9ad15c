// Names that other trainings gave their checkpoints (seeds 000 and 002 to 004, eras C1 to C14, and what is common elsewhere), read into the
// same facts. Nothing is written in them.
import { metricName } from "../records/index.ts";
import { parseCheckpointName, type NamedScore } from "./names.ts";

/** What a foreign checkpoint name says; everything it does not say is absent. */
export interface ForeignCheckpointName {
  readonly kind: "step" | "best" | "last";
  /** 0-based. */
  readonly epoch?: number;
  readonly step?: number;
  /** Last path segment of the metric: `val/hmean` → `hmean`; a flattened `val_loss` stays so. */
  readonly metric?: NamedScore;
  readonly architecture?: string;
  readonly encoder?: string;
  readonly batchSize?: number;
  /** Words about the model that the name does not take apart. */
  readonly model?: string;
  /** `YYYYMMDD_HHMMSS`, local to a machine that is not known. */
  readonly savedAt?: string;
  readonly prefix?: string;
  /** Lightning's `-v1`: there were several; which is better is not said. */
  readonly rank?: number;
}

const STAMP = String.raw`(?:_(?<savedAt>\d{8}_\d{6}))?`;
const VALUE = String.raw`(?<value>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)`;
const SCORE = String.raw`(?<metric>[A-Za-z0-9_./-]+?)=${VALUE}`;
const CONFIG = String.raw`(?:(?<encoder>[A-Za-z0-9_]+)_bs(?<batchSize>\d+)_)?`;
const PREFIX = String.raw`(?:(?<prefix>[A-Za-z0-9._-]+?)[_-])??`;
const EPOCH = String.raw`(?:epoch_)?epoch[=_-](?<epoch>\d+)`;
const STEP = String.raw`[_-](?:step_)?step[=_-](?<step>\d+)`;

const GRAMMARS: readonly (readonly [ForeignCheckpointName["kind"], RegExp])[] = [
  // C1 epoch=67-step=18564 · C2 epoch-9-step-1030 · C3 epoch_09_step_002730 · C4, C5 …-loss_val/loss=1.6217 · C6 resnet34_bs4_epoch_epoch=28_step_step=23722 · C8 …_20251009_015037
  ["step", new RegExp(`^${CONFIG}${PREFIX}${EPOCH}${STEP}(?:-(?:loss_)?${SCORE})?${STAMP}$`)],
  // C11 epoch_05_step_000205_val_hmean_0.8756_dbnet_resnet18_20251012_101010
  ["step", new RegExp(`^${EPOCH}${STEP}_(?<metric>[A-Za-z][A-Za-z0-9_]*?)_(?<value>-?\\d+\\.\\d+)(?:_(?<model>[A-Za-z][A-Za-z0-9_.-]*?))?${STAMP}$`)],
  ["best", new RegExp(`^best_${EPOCH}${STEP}_(?<metric>[A-Za-z][A-Za-z0-9_]*?)_(?<value>-?\\d+\\.\\d+)(?:_(?<model>[A-Za-z][A-Za-z0-9_.-]*?))?${STAMP}$`)],
  // C7 epoch_09_step_002730_dbnet_resnet18
  ["step", new RegExp(`^${EPOCH}${STEP}_(?<architecture>[A-Za-z][A-Za-z0-9-]*)_(?<encoder>[A-Za-z][A-Za-z0-9_.-]*?)${STAMP}$`)],
  ["step", /^(?:checkpoint|global_step|iter)[-_]?(?<step>\d+)$/],
  // epoch=3-val_loss=0.5 · epoch_12 · model_epoch_12 · step=1000
  ["step", new RegExp(`^${PREFIX}${EPOCH}(?:-${SCORE})?$`)],
  ["step", new RegExp(String.raw`^${PREFIX}step[=_-](?<step>\d+)(?:-${SCORE})?$`)],
  // C9 val/hmean=0.8920-best · C12 best-hmean(0.8920)
  ["best", new RegExp(`^${SCORE}-best$`)],
  ["best", new RegExp(String.raw`^best-(?<metric>[A-Za-z0-9_./-]+?)\(${VALUE}\)$`)],
  ["best", /^(?:best[_-]model|model[_-]best|best[_-]checkpoint|checkpoint[_-]best)$/],
  // C10 last_20251011_004442
  ["last", new RegExp(`^last${STAMP}$`)],
  ["last", /^(?:last[_-](?:model|checkpoint)|(?:model|checkpoint)[_-]last)$/],
];

const EXTENSION = /\.(?:ckpt|pt|pth|bin|safetensors|pth\.tar)$/;

/**
 * Reads the name of a checkpoint of any scheme, ours included. A metric's slash once made a directory of half the name
 * (`…-loss_val/loss=1.6217.ckpt`): where the file's own name says nothing, the parent is tried together with it.
 * @param path a name, or a path whose last parts hold it
 */
export function parseForeignCheckpointName(path: string): ForeignCheckpointName | undefined {
  const parts = path.replaceAll("\\", "/").replace(/\/+$/, "").replace(EXTENSION, "").split("/");
  const [parent, name] = [parts.at(-2), parts.at(-1) ?? ""];
  return parseCheckpointName(name) ?? readStem(name) ?? (parent === undefined || !name.includes("=") ? undefined : readStem(`${parent}/${name}`));
}

function readStem(text: string): ForeignCheckpointName | undefined {
  const [, stem = text, rank] = /^(.+)[-_]v(\d+)$/.exec(text) ?? [];
  for (const [kind, grammar] of GRAMMARS) {
    const match = grammar.exec(stem);
    if (match === null) continue;
    const { epoch, step, metric, value, batchSize, ...words } = match.groups ?? {};
    const said = Object.entries(words).filter(([, word]) => word !== undefined);
    return {
      kind,
      ...(epoch !== undefined && { epoch: Number(epoch) }),
      ...(step !== undefined && { step: Number(step) }),
      ...(metric !== undefined && value !== undefined && { metric: { name: metricName(metric), value: Number(value) } }),
      ...(batchSize !== undefined && { batchSize: Number(batchSize) }),
      ...Object.fromEntries(said),
      ...(rank !== undefined && { rank: Number(rank) }),
    };
  }
  return undefined;
}

/** A quantized or converted model file: its stem without the type, and the type in lower case. */
export interface ModelFileName {
  readonly base: string;
  /** `q4_k_m`, `q8_0`, `iq4_xs`, `f16`, … */
  readonly quantization?: string;
  /** Of a model cut in pieces, from 1. */
  readonly piece?: { readonly number: number; readonly of: number };
}

const GGUF = /^(?<base>.+?)(?:[-._](?<type>(?:i?q\d_(?:k(?:_[sml])?|[01]|x?xs|[snm]l?|xxs)|bf16|f16|f32|fp16|mxfp4)))?(?:-(?<number>\d{5})-of-(?<of>\d{5}))?\.gguf$/i;

/** Reads `merged_model-q4_k_m.gguf`, `Llama-3.Q8_0.gguf`, `model-00001-of-00003.gguf`; undefined for another extension. */
export function parseModelFileName(path: string): ModelFileName | undefined {
  const groups = GGUF.exec(path.slice(path.lastIndexOf("/") + 1))?.groups;
  if (groups === undefined) return undefined;
  const { base = "", type, number, of } = groups;
  return { base, ...(type !== undefined && { quantization: type.toLowerCase() }), ...(number !== undefined && { piece: { number: Number(number), of: Number(of) } }) };
}
