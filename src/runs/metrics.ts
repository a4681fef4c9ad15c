// metrics.jsonl: one flushed line per logged step. A torn last line (power cut, kill) is skipped by readers and closed by the next append.
import { join } from "node:path";
import { appendLine, exists, readText, withFile } from "../files/index.ts";
import { metricRowSchema, parseRecord, type MetricRow } from "../records/index.ts";
import { createMetricScanner } from "./series/scan.ts";
import { METRICS_FILE } from "./workspace.ts";

/** Numbers of one step, by name: `{ step: 10, loss: 1.25, learning_rate: 2e-4 }`. */
export interface StepMetrics {
  /** Optimizer steps done. */
  readonly step: number;
  readonly [name: string]: number | string | undefined;
}

export interface MetricPoint {
  readonly step: number;
  readonly value: number;
}

/** A line of a line file that could not be used. `line` is 1-based. */
export interface BrokenLine {
  readonly line: number;
  readonly message: string;
}

export interface MetricLog {
  /** In file order. */
  readonly rows: readonly MetricRow[];
  readonly broken: readonly BrokenLine[];
  readonly lastStep: number;
}

/** Appends one line and flushes it. Numbers that are not finite are written as null. */
export function appendMetricRow(runDirectory: string, metrics: StepMetrics, time: Date): void {
  const row = Object.fromEntries(Object.entries({ ...metrics, time: time.toISOString() }).filter(([, value]) => value !== undefined));
  appendLine(join(runDirectory, METRICS_FILE), JSON.stringify(row));
}

/** Reads a run's metrics; a missing file is an empty log. */
export function readMetrics(runDirectory: string): MetricLog {
  const path = join(runDirectory, METRICS_FILE);
  const { values, broken } = readJsonLines(path, (value, where) => parseRecord(metricRowSchema, value, where));
  return { rows: values, broken, lastStep: values.reduce((last, row) => Math.max(last, row.step), 0) };
}

const TAIL_BYTES = 1 << 16;

/** The last step a run logged, from the end of its log alone; 0 without one. */
export function readLastStep(runDirectory: string): number {
  const path = join(runDirectory, METRICS_FILE);
  if (!exists(path)) return 0;
  let last: number | undefined;
  const see = (step: number): void => void (last = Math.max(last ?? 0, step));
  const scan = createMetricScanner({ seriesOf: () => 0, point: (_series, step) => see(step), resume: (step) => void (last = step), broken: () => {} });
  withFile(path, (file) => scan(file.read(Math.max(0, file.sizeBytes - TAIL_BYTES), Math.min(TAIL_BYTES, file.sizeBytes))));
  return last ?? readMetrics(runDirectory).lastStep;
}

/**
 * The curves in a log, by name, ordered by step. Of rows with the same step the later one counts, and a row with `resumed_from` takes away what
 * was logged behind that step before. Null reads as NaN. For long logs and parts of them: {@link readSeries}.
 */
export function metricSeries(log: MetricLog): ReadonlyMap<string, readonly MetricPoint[]> {
  const curves = new Map<string, Map<number, number>>();
  for (const { step, time: _time, resumed_from: resumed, ...values } of log.rows) {
    if (typeof resumed === "number") {
      for (const curve of curves.values()) for (const logged of curve.keys()) if (logged > resumed) curve.delete(logged);
      continue;
    }
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "string") continue;
      const curve = curves.get(name) ?? new Map<number, number>();
      curve.set(step, value ?? Number.NaN);
      curves.set(name, curve);
    }
  }
  return new Map([...curves].filter(([, curve]) => curve.size > 0).map(([name, curve]) => [name, [...curve].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step)]));
}

/** Reads a file of one JSON value per line: blank lines are passed over, unusable ones are reported and skipped. A missing file is empty. */
export function readJsonLines<T>(path: string, read: (value: unknown, where: string) => T): { readonly values: readonly T[]; readonly broken: readonly BrokenLine[] } {
  if (!exists(path)) return { values: [], broken: [] };
  const values: T[] = [];
  const broken: BrokenLine[] = [];
  for (const [index, text] of readText(path).split("\n").entries()) {
    if (text.trim() === "") continue;
    try {
      values.push(read(JSON.parse(text), `${path}, line ${index + 1}`));
    } catch (cause) {
      const message = cause instanceof SyntaxError ? `not valid JSON: ${cause.message}` : (cause as Error).message;
      broken.push({ line: index + 1, message });
    }
  }
  return { values, broken };
}
