// The threads of one graph wait for each other by spinning: next to another busy program, all cores can be several times slower than one.
// Which number is fastest is therefore measured, again and again; the result of a step does not depend on it.

export interface ThreadTuner {
  /** How many threads the next window is computed with. */
  next(): number;
  /** How fast it was, in tokens per second. */
  note(tokensPerSecond: number): void;
}

/** Windows measured per candidate, and windows computed with the fastest before measuring again. */
const PROBES = 2;
const KEPT = 24;

/** Chooses among all cores, half of them, a quarter, … and one. */
export function createThreadTuner(most: number): ThreadTuner {
  const candidates = halvings(most);
  let speeds = new Map<number, number>();
  let best = most;
  let window = 0;
  const probing = () => window < PROBES * candidates.length;
  const current = () => (probing() ? candidates[Math.floor(window / PROBES)]! : best);
  return {
    next: current,
    note(tokensPerSecond) {
      if (candidates.length === 1) return;
      if (probing()) speeds.set(current(), Math.max(speeds.get(current()) ?? 0, tokensPerSecond));
      window += 1;
      if (window === PROBES * candidates.length) best = fastest(speeds, most);
      if (window < PROBES * candidates.length + KEPT) return;
      window = 0;
      speeds = new Map();
    },
  };
}

/** A tuner that always says the same. */
export function fixedThreads(count: number): ThreadTuner {
  return { next: () => count, note: () => {} };
}

function halvings(most: number): readonly number[] {
  return most <= 1 ? [1] : [most, ...halvings(Math.floor(most / 2))];
}

function fastest(speeds: ReadonlyMap<number, number>, otherwise: number): number {
  return [...speeds].reduce((best, [count, speed]) => (speed > best.speed ? { count, speed } : best), { count: otherwise, speed: 0 }).count;
}
