// Run directories: `<experiment_tag>-<model>_<phase>_<YYYYMMDD_HHMMSS>` (scheme of seed 004, in UTC), written and read by one grammar.
// To stay readable without a list of models, a tag we write holds no `-` and a phase no `_`; the model may hold both.

export interface RunName {
  readonly tag: string;
  readonly model: string;
  readonly phase: string;
  readonly startedAt: Date;
}

const RUN_NAME = /^(?<head>.+)_(?<phase>[A-Za-z0-9.-]+)_(?<stamp>\d{8}_\d{6})$/;
const UNKNOWN = "unknown";

/** The directory name of a run, to the second, UTC. Characters outside `[A-Za-z0-9._-]` become `_`; an empty part becomes its default. */
export function formatRunName(name: RunName): string {
  const tag = sanitise(name.tag).replaceAll("-", "_") || "run";
  const model = sanitise(name.model).replace(/-unknown$/, "_unknown") || UNKNOWN;
  const phase = sanitise(name.phase).replaceAll("_", "-") || "training";
  return `${tag}-${model}_${phase}_${formatStamp(name.startedAt)}`;
}

/**
 * Reads a run directory's name; undefined when it is of another scheme. The model begins at the first `-`, except that a trailing
 * `-unknown` is the model (names written before the model was known).
 */
export function parseRunName(directoryName: string): RunName | undefined {
  const { head, phase, stamp } = RUN_NAME.exec(directoryName)?.groups ?? {};
  if (head === undefined || phase === undefined || stamp === undefined) return undefined;
  const startedAt = parseStamp(stamp);
  const cut = head.endsWith(`-${UNKNOWN}`) ? head.length - UNKNOWN.length - 1 : head.indexOf("-");
  if (startedAt === undefined || cut < 1 || cut === head.length - 1) return undefined;
  return { tag: head.slice(0, cut), model: head.slice(cut + 1), phase, startedAt };
}

/** `YYYYMMDD_HHMMSS` in UTC. */
export function formatStamp(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `${digits.slice(0, 8)}_${digits.slice(9, 15)}`;
}

/** The inverse of {@link formatStamp}; undefined for what is not a date of the calendar. */
export function parseStamp(stamp: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(stamp);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) || formatStamp(time) !== stamp ? undefined : time;
}

/** A model's short name for a run: the last segment of a path or Hub id, without `.gguf`. */
export function modelLabel(modelName: string): string {
  const last = modelName.replaceAll("\\", "/").split("/").findLast((part) => part !== "" && part !== "." && part !== "..");
  return (last ?? modelName).replace(/\.gguf$/i, "");
}

const PART_LIMIT = 80;

/** Accents are dropped, every other run of forbidden characters becomes one `_`; no leading dots or dashes; long parts are cut. */
function sanitise(part: string): string {
  return part
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[.\-_]+/, "")
    .slice(0, PART_LIMIT)
    .replace(/[.\-_]+$/, "");
}
