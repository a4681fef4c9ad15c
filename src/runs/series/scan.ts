// The lines of metrics.jsonl, one after the other. A line that is no row of ours hides only itself.
import { createQuickReader } from "./quick-line.ts";

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
      quick.learn(name, place);
    }
    return place;
  };
  const quick = createQuickReader(sink);
  const readTime = (text: string): number => {
    const ms = Date.parse(text);
    if (ISO_TIME.test(text) && !Number.isNaN(ms)) quick.learnTime(text, ms);
    return ms;
  };
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
      if (!quick.read(text, begin, end)) {
        const line = text.slice(begin, end);
        if (line.trim() !== "") readLine(line);
      }
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
