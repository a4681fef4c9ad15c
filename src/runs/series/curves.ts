// All curves of a run for whoever draws them: thinned by the reader of series, so that a long log costs no more than its chart.
import type { MetricPoint } from "../metrics.ts";
import { listSeries, readSeries } from "./read.ts";

/** Every series of a run by name, ordered by step, at most `points` each (default: all). Touches disk; may write a cache in the workspace's index. */
export function readCurves(runDirectory: string, points?: number): ReadonlyMap<string, readonly MetricPoint[]> {
  const { series } = listSeries(runDirectory);
  return new Map(series.map(({ name }) => [name, readSeries(runDirectory, { name, points }).points.map(({ step, value }) => ({ step, value }))]));
}
