// Times in names, to the second: `20260301_120000`, and `2026-03-01/12-00-00` for the dated scheme. A name does not say its zone: ours are UTC
// unless the workspace keeps the old habit of local time, and the record of the run always tells the real moment.
import type { TimeZone } from "../records/index.ts";

/** `YYYYMMDD_HHMMSS`. */
export function formatStamp(time: Date, zone: TimeZone = "utc"): string {
  const { date, clock } = partsOf(time, zone);
  return `${date.join("")}_${clock.join("")}`;
}

/** The inverse of {@link formatStamp}; undefined for what is not a moment of the calendar. Of an hour that a clock shows twice, the first is meant. */
export function parseStamp(stamp: string, zone: TimeZone = "utc"): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(stamp);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone === "utc" ? "Z" : ""}`);
  return Number.isNaN(time.getTime()) || formatStamp(time, zone) !== stamp ? undefined : time;
}

/** `YYYY-MM-DD/HH-MM-SS`. */
export function formatDatedStamp(time: Date, zone: TimeZone = "utc"): string {
  const { date, clock } = partsOf(time, zone);
  return `${date.join("-")}/${clock.join("-")}`;
}

/** The inverse of {@link formatDatedStamp}. */
export function parseDatedStamp(text: string, zone: TimeZone = "utc"): Date | undefined {
  return /^\d{4}-\d\d-\d\d\/\d\d-\d\d-\d\d$/.test(text) ? parseStamp(text.replaceAll("-", "").replace("/", "_"), zone) : undefined;
}

function partsOf(time: Date, zone: TimeZone): { readonly date: readonly string[]; readonly clock: readonly string[] } {
  const shifted = zone === "utc" ? time : new Date(time.getTime() - 60_000 * time.getTimezoneOffset());
  const [date = "", clock = ""] = shifted.toISOString().split("T");
  return { date: date.split("-"), clock: clock.slice(0, 8).split(":") };
}
