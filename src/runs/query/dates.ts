// Dates in a filter: a day, a minute, or how long ago. A date stands for the whole of what it names: `started = 2026-01-05` is any time of that day.

/** Milliseconds since 1970: from `from` up to, not including, `to`. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads `2026`, `2026-01`, `2026-01-05`, `2026-01-05T10:30[:00[.000]][Z|+01:00]`, `now`, `7d`, `12h`, `30m`, `2w` (that long ago); UTC unless it says otherwise. */
export function parseTime(text: string, now: Date): TimeSpan | undefined {
  const ago = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text);
  if (ago !== null) return moment(now.getTime() - Number(ago[1]) * UNITS[ago[2]!]!);
  if (text === "now") return moment(now.getTime());
  const calendar = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text);
  if (calendar !== null) return calendarSpan(Number(calendar[1]), calendar[2], calendar[3]);
  const clock = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (clock === null) return undefined;
  const [, day, minute, second, fraction, zone] = clock;
  const from = Date.parse(`${day}T${minute}${second ?? ":00"}${fraction?.slice(0, 4) ?? ""}${zone ?? "Z"}`);
  return Number.isNaN(from) ? undefined : { from, to: from + (second === undefined ? 60_000 : fraction === undefined ? 1000 : 1) };
}

function moment(time: number): TimeSpan {
  return { from: time, to: time };
}

function calendarSpan(year: number, month: string | undefined, day: string | undefined): TimeSpan | undefined {
  const at = (months: number, days: number): number => Date.UTC(year, months, days);
  if (month === undefined) return { from: at(0, 1), to: Date.UTC(year + 1, 0, 1) };
  const index = Number(month) - 1;
  if (index < 0 || index > 11) return undefined;
  if (day === undefined) return { from: at(index, 1), to: at(index + 1, 1) };
  const from = at(index, Number(day));
  return new Date(from).getUTCMonth() === index && day !== "00" ? { from, to: from + UNITS["d"]! } : undefined;
}

/** A timestamp of a record in ms since 1970; without a zone it is read as UTC. NaN when it is none. */
export function timestampMs(text: string): number {
  return Date.parse(/[Zz]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes("T") ? text : `${text.replace(/(\.\d{3})\d+$/, "$1")}Z`);
}
