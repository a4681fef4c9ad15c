// Numbers, times and paths for people. Machines get the raw values with `--json`.
import { isAbsolute, relative } from "node:path";

/** `0 B`, `512 B`, `1.5 KiB`, `37.0 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${power === 0 ? Math.round(bytes) : (bytes / 2 ** (10 * power)).toFixed(1)} ${units[power]}`;
}

/** `0s`, `42s`, `3m 05s`, `2h 07m`, `4d 03h`, from milliseconds. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86400)}d ${two(Math.floor((seconds % 86400) / 3600))}h`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** `0.8765`; four decimals unless told otherwise; `–` for nothing. */
export function formatNumber(value: number | null | undefined, decimals = 4): string {
  return value === undefined || value === null || !Number.isFinite(value) ? "–" : value.toFixed(decimals);
}

/** `+6.45 %`. */
export function formatPercent(value: number, decimals = 2): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(decimals)} %`;
}

/** A path as somebody who works here would write it: relative where it lies below the working directory. */
export function formatPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === "" || fromHere.startsWith("..") || isAbsolute(fromHere) ? path : fromHere;
}

/** A command to copy into a shell: words that a shell would take apart are quoted. */
export function formatCommand(...words: readonly string[]): string {
  return ["tunesmith", ...words.map((word) => (/^[\p{L}\p{N}_@%+=:,./<>-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))].join(" ");
}

export { countOf as formatAmount } from "../plural.ts";
