// The lines of metrics.jsonl, one after the other. A line that is no row of ours hides only itself.

/** Who hears what the lines say. */
export interface MetricSink {
  /** The number of a series; asked once for each name. */
  seriesOf(name: string): number;
  /** @param time ms since 1970, NaN where unknown @param value NaN for a number that was not finite */
  point(series: number, step: number, time: number, value: number): void;
  /** The run went back: what was logged behind `step` no longer counts. */
  resume(step: number): void;
  /** A line that cannot be used: no JSON (torn, foreign), no object, or without a step. */
  broken(): void;
}

/** Reads the lines of one log, piece by piece; what follows the last newline of a piece is a line too. */
export function createMetricScanner(sink: MetricSink): (bytes: Uint8Array) => void {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    let place = places.get(name);
    if (place === undefined) {
      place = sink.seriesOf(name);
      places.set(name, place);
    }
    return place;
  };
  const readTime = createTimeReader();
  const readLine = (line: string): void => {
    const row = parseRow(line);
    if (row === undefined) return sink.broken();
    const { step, time: timeText, resumed_from: resumed } = row;
    if (isStep(resumed)) return sink.resume(resumed);
    const time = typeof timeText === "string" ? readTime(timeText) : Number.NaN;
    for (const name of Object.keys(row)) {
      const value = row[name];
      if (name === "step" || name === "resumed_from") continue;
      if (typeof value === "number" || value === null) sink.point(placeOf(name), step, time, value !== null && Number.isFinite(value) ? value : Number.NaN);
    }
  };
  return (bytes) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    for (let begin = 0; begin < text.length; ) {
      const found = text.indexOf("\n", begin);
      const end = found === -1 ? text.length : found;
      const line = text.slice(begin, end);
      if (line.trim() !== "") readLine(line);
      begin = end + 1;
    }
  };
}

type Row = Readonly<Record<string, unknown>> & { readonly step: number };

function parseRow(line: string): Row | undefined {
  try {
    const row = JSON.parse(line) as Row | null;
    return typeof row === "object" && row !== null && isStep(row.step) ? row : undefined;
  } catch {
    // A torn or foreign line: whoever asks is told how many there were.
    return undefined;
  }
}

function isStep(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** ISO 8601 to ms since 1970. Rows follow each other within one minute mostly: then only the seconds are worked out. */
function createTimeReader(): (text: string) => number {
  let minute = "";
  let minuteMs = Number.NaN;
  return (text) => {
    if (text.length === 24 && text.startsWith(minute) && minute !== "" && ISO_TIME.test(text)) return minuteMs + Math.round(1000 * Number(text.slice(17, 23)));
    const ms = Date.parse(text);
    if (ISO_TIME.test(text) && !Number.isNaN(ms)) {
      minute = text.slice(0, 17);
      minuteMs = Math.floor(ms / 60_000) * 60_000;
    }
    return ms;
  };
}
