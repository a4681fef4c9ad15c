// All series of one log in memory, filled from its bytes.
import { growSeries, type GrowingSeries, type SeriesColumns } from "./columns.ts";
import { createMetricScanner } from "./scan.ts";

export interface SeriesTable {
  /** Reads further lines. */
  read(bytes: Uint8Array): void;
  /** Series by name in order of appearance; those that hold a point. */
  columns(): ReadonlyMap<string, SeriesColumns>;
  /** Lines that could not be used. */
  readonly broken: number;
}

/** @param initial what earlier lines said @param initialBroken lines of them that could not be used @param only keep just these series (default: all) */
export function createSeriesTable(initial: ReadonlyMap<string, SeriesColumns> = new Map(), initialBroken = 0, only?: ReadonlySet<string>): SeriesTable {
  const places = new Map<string, number>();
  const series: GrowingSeries[] = [];
  const ignored = growSeries();
  let broken = initialBroken;
  const seriesOf = (name: string): number => {
    let place = places.get(name);
    if (place === undefined) {
      place = series.length;
      places.set(name, place);
      series.push(only !== undefined && !only.has(name) ? ignored : growSeries(initial.get(name)));
    }
    return place;
  };
  for (const name of initial.keys()) seriesOf(name);
  const scan = createMetricScanner({
    seriesOf,
    point(place, step, time, value) {
      const growing = series[place]!;
      if (growing !== ignored) growing.push(step, time, value);
    },
    resume(step) {
      for (const growing of series) growing.cutAfter(step);
    },
    broken() {
      broken += 1;
    },
  });
  return {
    read: scan,
    columns: () => new Map([...places].map(([name, place]) => [name, series[place]!.columns()] as const).filter(([, { steps }]) => steps.length > 0)),
    get broken() {
      return broken;
    },
  };
}
