// Names of checkpoint directories: `epoch-02_step-000400`, `last`, `best-hmean-0.8920` (scheme of seed 004). One grammar writes and reads them.
import { metricName } from "../records/index.ts";

/** What a checkpoint's name says. `epoch` is 0-based; widths are minimal, larger numbers get longer. */
export type CheckpointName =
  | { readonly kind: "step"; readonly epoch: number; readonly step: number; readonly metric?: NamedScore; readonly prefix?: string; readonly rank?: number }
  | { readonly kind: "best"; readonly metric?: NamedScore; readonly prefix?: string; readonly rank?: number }
  | { readonly kind: "last"; readonly prefix?: string; readonly rank?: number };

export interface NamedScore {
  /** Last path segment of the monitored metric: `val/hmean` → `hmean`. */
  readonly name: string;
  readonly value: number;
}

const SCORE = String.raw`-(?<value>-?\d+\.\d+)`;
const STEP = /^(?:(?<prefix>[A-Za-z0-9._-]+?)_)?epoch-(?<epoch>\d+)_step-(?<step>\d+)/;
const METRIC = new RegExp(String.raw`^_(?<name>[A-Za-z0-9._-]+?)${SCORE}$`);
const BEST = new RegExp(String.raw`^(?:(?<prefix>[A-Za-z0-9._-]+?)_)?best(?:-(?<name>[A-Za-z0-9._-]+?)${SCORE})?$`);
const LAST = /^(?:(?<prefix>[A-Za-z0-9._-]+?)_)?last$/;

/** `epoch-02_step-000400`, with `_loss-1.2345` behind it when a metric is given. @throws RangeError for negative or fractional numbers */
export function formatCheckpointName(parts: { readonly epoch: number; readonly step: number; readonly metric?: NamedScore }): string {
  return formatParsedName({ kind: "step", ...parts });
}

/** `best-<metric>-<value>`: last path segment of the metric, four decimals. @throws RangeError when the value is not finite */
export function formatBestName(metric: NamedScore): string {
  return formatParsedName({ kind: "best", metric });
}

/** The inverse of {@link parseCheckpointName}: `[<prefix>_]<name>[_v<rank>]`. Only `[A-Za-z0-9._-]` is ever written. @throws RangeError */
export function formatParsedName(name: CheckpointName): string {
  const prefix = writable(name.prefix ?? "").replace(/^[._-]+|[-_]+$/g, "");
  if (name.rank !== undefined) requireCount("rank", name.rank);
  return `${prefix === "" ? "" : `${prefix}_`}${formatBare(name)}${name.rank === undefined ? "" : `_v${name.rank}`}`;
}

/** Reads a checkpoint name back, with or without `.ckpt`; undefined when it is none of ours. */
export function parseCheckpointName(text: string): CheckpointName | undefined {
  const [stem, rank] = splitRank(text.replace(/\.ckpt$/, ""));
  const step = STEP.exec(stem);
  if (step?.groups !== undefined) {
    const tail = stem.slice(step[0].length);
    const metric = METRIC.exec(tail);
    if (tail !== "" && metric === null) return undefined;
    return {
      kind: "step",
      epoch: Number(step.groups["epoch"]),
      step: Number(step.groups["step"]),
      ...optional({ metric: metric === null ? undefined : scoreOf(metric), prefix: step.groups["prefix"], rank }),
    };
  }
  const best = BEST.exec(stem);
  if (best !== null) return { kind: "best", ...optional({ metric: scoreOf(best), prefix: best.groups?.["prefix"], rank }) };
  const last = LAST.exec(stem);
  if (last !== null) return { kind: "last", ...optional({ prefix: last.groups?.["prefix"], rank }) };
  return undefined;
}

function formatBare(name: CheckpointName): string {
  const score = name.kind === "last" || name.metric === undefined ? undefined : formatScore(name.metric);
  if (name.kind === "last") return "last";
  if (name.kind === "best") return score === undefined ? "best" : `best-${score}`;
  requireCount("epoch", name.epoch);
  requireCount("step", name.step);
  const base = `epoch-${pad(name.epoch, 2)}_step-${pad(name.step, 6)}`;
  return score === undefined ? base : `${base}_${score}`;
}

function formatScore(metric: NamedScore): string {
  if (!Number.isFinite(metric.value)) throw new RangeError(`Cannot name a checkpoint by ${metric.name}: its value is ${metric.value}, a finite number is needed`);
  if (Math.abs(metric.value) >= 1e21) throw new RangeError(`Cannot name a checkpoint by ${metric.name}: its value is ${metric.value}, too large to write without an exponent`);
  const name = writable(metricName(metric.name)).replace(/-+$/, "");
  if (name === "") throw new RangeError(`Cannot name a checkpoint by ${JSON.stringify(metric.name)}: the metric has no name`);
  return `${name}-${metric.value.toFixed(4).replace(/^-(0\.0+)$/, "$1")}`;
}

function writable(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, "_");
}

function scoreOf(match: RegExpExecArray): NamedScore | undefined {
  const { name, value } = match.groups ?? {};
  return name === undefined || value === undefined ? undefined : { name, value: Number(value) };
}

/** Lightning's `-v1` behind a name that was taken says that there were several, not which is better. */
function splitRank(stem: string): readonly [string, number | undefined] {
  const match = /^(.+)[-_]v(\d+)$/.exec(stem);
  return match === null ? [stem, undefined] : [match[1]!, Number(match[2])];
}

function requireCount(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`Cannot name a checkpoint: ${what} must be a whole number >= 0, current value is ${value}`);
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function optional<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
