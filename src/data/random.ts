import { createRandom as createDraws, type Random as Draws } from "./sample/random.ts";

/** A seeded source of choices and orders: the same seed gives the same sequence on every machine. */
export interface Random extends Draws {
  /** A copy of the values in random order, every order equally likely. */
  readonly shuffle: <T>(values: readonly T[]) => readonly T[];
}

/** Makes a random source from a 32-bit seed; shuffles as Fisher and Yates do, from the end (Durstenfeld 1964). */
export function createRandom(seed: number): Random {
  const draws = createDraws(seed);
  const shuffle = <T>(values: readonly T[]): readonly T[] => {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = draws.between(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  };
  return { ...draws, shuffle };
}
