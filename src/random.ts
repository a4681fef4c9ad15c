/** A seeded source of choices: the same seed gives the same sequence on every machine. */
export interface Random {
  /** A number in [0, 1). */
  readonly next: () => number;
  /** A whole number in [low, high], both included. */
  readonly between: (low: number, high: number) => number;
  /** One of the values. @throws RangeError when there is none. */
  readonly pick: <T>(values: readonly T[]) => T;
  /** `count` different values in random order (all of them when there are fewer). */
  readonly sample: <T>(values: readonly T[], count: number) => T[];
  /** A copy of the values in random order, every order equally likely. */
  readonly shuffle: <T>(values: readonly T[]) => T[];
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean;
}

/** Makes a random source from a 32-bit seed. Source: splitmix32 (Steele, Lea, Flood 2014, the finalizer of MurmurHash3); shuffles as Fisher and Yates do, from the end (Durstenfeld 1964). */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(values: readonly T[]): T => {
    if (values.length === 0) throw new RangeError("Cannot pick a value: the list must hold at least one, current length is 0");
    return values[between(0, values.length - 1)] as T;
  };
  const sample = <T>(values: readonly T[], count: number): T[] => {
    const rest = [...values];
    const chosen: T[] = [];
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(between(0, rest.length - 1), 1));
    return chosen;
  };
  const shuffle = <T>(values: readonly T[]): T[] => {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = between(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  };
  return { next, between, pick, sample, shuffle, chance: (probability) => next() < probability };
}
