// Names that other trainings gave their checkpoints (seeds 000 and 002 to 004, eras C1 to C14), read into the same facts. Nothing is written in them.
import { parseCheckpointName, type NamedScore } from "./names.ts";

/** What a foreign checkpoint name says; everything it does not say is absent. */
export interface ForeignCheckpointName {
  readonly kind: "step" | "best" | "last";
  /** 0-based. */
  readonly epoch?: number;
  readonly step?: number;
  /** The metric as it was spelled: `val_loss`, `val/loss`, `hmean`. */
  readonly metric?: NamedScore;
  readonly encoder?: string;
  readonly batchSize?: number;
  /** `YYYYMMDD_HHMMSS`, local to a machine that is not known. */
  readonly savedAt?: string;
  readonly prefix?: string;
  /** Lightning's `-v1`: there were several; which is better is not said. */
  readonly rank?: number;
}

const STAMP = String.raw`(?:_(?<savedAt>\d{8}_\d{6}))?`;
const SCORE = String.raw`(?<metric>[A-Za-z0-9_./-]+?)=(?<value>-?\d+\.\d+)`;
const GRAMMARS: readonly (readonly [ForeignCheckpointName["kind"], RegExp])[] = [
  // epoch=67-step=18564 · epoch_09_step_002730 · epoch_epoch_22_step_step_001932_20251009_015037 · resnet34_bs4_epoch_epoch=28_step_step=23722
  ["step", new RegExp(String.raw`^(?:(?<encoder>[A-Za-z0-9_]+)_bs(?<batchSize>\d+)_)?(?:epoch_)?epoch[=_-](?<epoch>\d+)[_-](?:step_)?step[=_-](?<step>\d+)(?:-loss_${SCORE})?${STAMP}$`)],
  ["step", /^checkpoint-(?<step>\d+)$/],
  // val/hmean=0.8920-best · best-hmean(0.8920)
  ["best", new RegExp(String.raw`^${SCORE}-best$`)],
  ["best", /^best-(?<metric>[A-Za-z0-9_./-]+?)\((?<value>-?\d+\.\d+)\)$/],
  ["last", new RegExp(`^last${STAMP}$`)],
];

/**
 * Reads the name of a checkpoint of any scheme, ours included. A metric's slash once made a directory of half the name
 * (`…-loss_val/loss=1.6217.ckpt`): the parent is tried together with the file.
 * @param path a name, or a path whose last parts hold it
 */
export function parseForeignCheckpointName(path: string): ForeignCheckpointName | undefined {
  const parts = path.replaceAll("\\", "/").replace(/\/+$/, "").replace(/\.ckpt$/, "").split("/");
  const [parent, name] = [parts.at(-2), parts.at(-1) ?? ""];
  return (parent === undefined ? undefined : readStem(`${parent}/${name}`)) ?? parseCheckpointName(name) ?? readStem(name);
}

function readStem(stem: string): ForeignCheckpointName | undefined {
  for (const [kind, grammar] of GRAMMARS) {
    const groups = grammar.exec(stem)?.groups;
    if (groups === undefined) continue;
    const { epoch, step, metric, value, encoder, batchSize, savedAt } = groups;
    return {
      kind,
      ...(epoch !== undefined && { epoch: Number(epoch) }),
      ...(step !== undefined && { step: Number(step) }),
      ...(metric !== undefined && value !== undefined && { metric: { name: metric, value: Number(value) } }),
      ...(encoder !== undefined && { encoder }),
      ...(batchSize !== undefined && { batchSize: Number(batchSize) }),
      ...(savedAt !== undefined && { savedAt }),
    };
  }
  return undefined;
}
