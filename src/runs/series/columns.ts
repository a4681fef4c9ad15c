// The points of one series as columns that grow. Ordered by step when asked for; of points with one step the later one counts.

/** `steps`, `times` (ms since 1970, NaN where unknown) and `values` (NaN: a gap), all of one length, ordered by step, each step once. */
export interface SeriesColumns {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export const COLUMNS = ["steps", "times", "values"] as const;

/** Columns that are being filled. */
export interface GrowingSeries {
  push(step: number, time: number, value: number): void;
  /** Drops every point behind `step`: the run went back and goes on from there. */
  cutAfter(step: number): void;
  /** What was pushed, in order of steps. A view: the next push may change it. */
  columns(): SeriesColumns;
}

export function growSeries(initial?: SeriesColumns): GrowingSeries {
  let room = Math.max(64, Math.ceil((initial?.steps.length ?? 0) * 1.25));
  let [steps, times, values] = [new Float64Array(room), new Float64Array(room), new Float64Array(room)];
  let count = initial?.steps.length ?? 0;
  if (initial !== undefined) {
    steps.set(initial.steps);
    times.set(initial.times);
    values.set(initial.values);
  }
  let ordered = true;

  const grow = (): void => {
    room *= 2;
    [steps, times, values] = [steps, times, values].map((old) => {
      const larger = new Float64Array(room);
      larger.set(old);
      return larger;
    }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
  };
  const order = (): void => {
    if (ordered) return;
    const rows = Uint32Array.from({ length: count }, (_zero, row) => row).sort((a, b) => steps[a]! - steps[b]! || a - b);
    const last = rows.filter((row, at) => at === count - 1 || steps[row] !== steps[rows[at + 1]!]);
    [steps, times, values] = [steps, times, values].map((old) => {
      const sorted = new Float64Array(room);
      for (let at = 0; at < last.length; at += 1) sorted[at] = old[last[at]!]!;
      return sorted;
    }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
    count = last.length;
    ordered = true;
  };
  return {
    push(step, time, value) {
      if (count > 0 && ordered) {
        const before = steps[count - 1]!;
        // The same step again is the commonest repetition: it takes the place of the first.
        if (step === before) count -= 1;
        else if (step < before) ordered = false;
      }
      if (count === room) grow();
      steps[count] = step;
      times[count] = time;
      values[count] = value;
      count += 1;
    },
    cutAfter(step) {
      order();
      while (count > 0 && steps[count - 1]! > step) count -= 1;
    },
    columns() {
      order();
      return { steps: steps.subarray(0, count), times: times.subarray(0, count), values: values.subarray(0, count) };
    },
  };
}
