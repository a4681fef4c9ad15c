// From a name of any era to one of ours: what it becomes, and what it said that ours cannot say.
import { formatParsedName, parseCheckpointName, type CheckpointName, type NamedScore } from "../names.ts";
import { parseForeignCheckpointName, type ForeignCheckpointName } from "../legacy.ts";
import type { CatalogEntry } from "../catalog/entry.ts";

export type Target =
  | { readonly action: "rename"; readonly parsed: ForeignCheckpointName; readonly directory: string; readonly stem: string; readonly extension: string; readonly lost: LostWords | undefined }
  | { readonly action: "skip"; readonly parsed: ForeignCheckpointName | undefined; readonly reason: string };

/** What the new name does not carry; it goes into the sidecar. */
export interface LostWords {
  readonly name: string;
  readonly epoch?: number;
  readonly step?: number;
  readonly metric?: NamedScore;
  readonly architecture?: string;
  readonly encoder?: string;
  readonly model?: string;
  readonly batch_size?: number;
  readonly saved_at?: string;
}

const EXTENSION = /\.(?:ckpt|pth\.tar|pth|pt|bin|safetensors)$/;
/** Left of a slash in a metric's name, which once made a directory of it. */
const METRIC_DIRECTORY = /^(?:val|valid|validation|test|train|eval)$/;

/** @returns the name that the grammar gives, before any conflict with what stands there */
export function findTarget(entry: CatalogEntry): Target {
  const cut = entry.path.lastIndexOf("/");
  const [directory, name] = [entry.path.slice(0, Math.max(0, cut)), entry.path.slice(cut + 1)];
  const extension = EXTENSION.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - extension.length);
  const ours = parseCheckpointName(stem);
  if (ours !== undefined) return { action: "skip", parsed: ours, reason: "already in scheme" };
  const parent = directory.slice(directory.lastIndexOf("/") + 1);
  const alone = parseForeignCheckpointName(name);
  const together = parseForeignCheckpointName(`${parent}/${name}`);
  const hoisted = name.includes("=") && together !== undefined && (METRIC_DIRECTORY.test(parent) || alone === undefined);
  const parsed = hoisted ? together : alone;
  if (parsed === undefined) return { action: "skip", parsed, reason: "its name cannot be read" };
  const known = completed(parsed, entry);
  if (typeof known === "string") return { action: "skip", parsed, reason: known };
  try {
    return {
      action: "rename",
      parsed,
      directory: hoisted ? directory.slice(0, Math.max(0, directory.lastIndexOf("/"))) : directory,
      stem: formatParsedName(known),
      extension,
      lost: findLost(parsed, known, hoisted ? `${parent}/${name}` : name),
    };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return { action: "skip", parsed, reason: cause.message };
  }
}

/** A name of ours from the words of a foreign one; what it leaves out comes from the facts known otherwise. */
function completed(parsed: ForeignCheckpointName, { facts }: CatalogEntry): CheckpointName | string {
  const beside = { ...(parsed.prefix !== undefined && { prefix: parsed.prefix }), ...(parsed.rank !== undefined && { rank: parsed.rank }) };
  const score = parsed.metric === undefined ? {} : { metric: parsed.metric };
  if (parsed.kind === "last") return { kind: "last", ...beside };
  if (parsed.kind === "best") return { kind: "best", ...score, ...beside };
  const epoch = parsed.epoch ?? facts.epoch?.value;
  const step = parsed.step ?? facts.step?.value;
  if (epoch === undefined) return "its epoch is not known";
  if (step === undefined) return "its step is not known";
  return { kind: "step", epoch: Math.floor(epoch), step, ...score, ...beside };
}

function findLost(parsed: ForeignCheckpointName, known: CheckpointName, name: string): LostWords | undefined {
  const { metric, architecture, encoder, model, batchSize, savedAt, epoch, step } = parsed;
  const carried = known.kind !== "last" && metric !== undefined && Number(metric.value.toFixed(4)) === metric.value;
  const words: Omit<LostWords, "name"> = {
    ...(known.kind !== "step" && epoch !== undefined && { epoch }),
    ...(known.kind !== "step" && step !== undefined && { step }),
    ...(metric !== undefined && !carried && { metric }),
    ...(architecture !== undefined && { architecture }),
    ...(encoder !== undefined && { encoder }),
    ...(model !== undefined && { model }),
    ...(batchSize !== undefined && { batch_size: batchSize }),
    ...(savedAt !== undefined && { saved_at: savedAt }),
  };
  return Object.keys(words).length === 0 ? undefined : { name, ...words };
}
