// Run directories, each scheme one grammar that writes and reads. Hierarchical: `<experiment_tag>-<model>_<phase>_<YYYYMMDD_HHMMSS>` (seed 004).
// To stay readable without a list of models, a tag we write holds no `-` and a phase no `_`; the model may hold both.
// Dated: `<YYYY-MM-DD>/<HH-MM-SS>`, a member of a sweep with `/<n>` behind it (seed 002).
import type { TimeZone } from "../records/index.ts";
import { formatDatedStamp, formatStamp, parseDatedStamp, parseStamp } from "./stamps.ts";
import { sanitise, shorten } from "./words.ts";

export interface RunName {
  readonly tag: string;
  readonly model: string;
  readonly phase: string;
  readonly startedAt: Date;
}

export interface DatedName {
  readonly startedAt: Date;
  /** Number in a sweep. */
  readonly member?: number;
}

const RUN_NAME = /^(?<head>.+)_(?<phase>[A-Za-z0-9.-]+)_(?<stamp>\d{8}_\d{6})$/;
const UNKNOWN = "unknown";
const LIMITS = { tag: 64, model: 64, phase: 32 } as const;

/**
 * The directory name of a run, to the second. Characters outside `[A-Za-z0-9._-]` become `_`; an empty part becomes its default; a part over
 * its limit (tag and model 64, phase 32 characters) is cut and ends in a hash of the whole.
 */
export function formatRunName(name: RunName, zone: TimeZone = "utc"): string {
  const tag = shorten(sanitise(name.tag).replaceAll("-", "_"), LIMITS.tag) || "run";
  const model = shorten(sanitise(name.model).replace(/-unknown$/, "_unknown"), LIMITS.model) || UNKNOWN;
  const phase = shorten(sanitise(name.phase), LIMITS.phase).replaceAll("_", "-") || "training";
  return `${tag}-${model}_${phase}_${formatStamp(name.startedAt, zone)}`;
}

/**
 * Reads a run directory's name; undefined when it is of another scheme. The model begins at the first `-`, except that a trailing
 * `-unknown` is the model (names written before the model was known).
 */
export function parseRunName(directoryName: string, zone: TimeZone = "utc"): RunName | undefined {
  const { head, phase, stamp } = RUN_NAME.exec(directoryName)?.groups ?? {};
  if (head === undefined || phase === undefined || stamp === undefined) return undefined;
  const startedAt = parseStamp(stamp, zone);
  const cut = head.endsWith(`-${UNKNOWN}`) ? head.length - UNKNOWN.length - 1 : head.indexOf("-");
  if (startedAt === undefined || cut < 1 || cut === head.length - 1) return undefined;
  return { tag: head.slice(0, cut), model: head.slice(cut + 1), phase, startedAt };
}

/** `2026-03-01/12-00-00`, `2026-03-01/12-00-00/3`. */
export function formatDatedName(name: DatedName, zone: TimeZone = "utc"): string {
  return `${formatDatedStamp(name.startedAt, zone)}${name.member === undefined ? "" : `/${name.member}`}`;
}

/** The inverse of {@link formatDatedName}; undefined for anything else. */
export function parseDatedName(text: string, zone: TimeZone = "utc"): DatedName | undefined {
  const match = /^([^/]+\/[^/]+?)(?:\/(0|[1-9]\d{0,8}))?$/.exec(text);
  const startedAt = match === null ? undefined : parseDatedStamp(match[1]!, zone);
  if (match === null || startedAt === undefined) return undefined;
  return { startedAt, ...(match[2] !== undefined && { member: Number(match[2]) }) };
}

/** A model's short name for a run: the last segment of a path or Hub id, without `.gguf`. */
export function modelLabel(modelName: string): string {
  const last = modelName.replaceAll("\\", "/").split("/").findLast((part) => part !== "" && part !== "." && part !== "..");
  return (last ?? modelName).replace(/\.gguf$/i, "");
}
