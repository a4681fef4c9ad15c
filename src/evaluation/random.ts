// xoshiro128** by Blackman and Vigna ("Scrambled Linear Pseudorandom Number Generators", 2021), its state filled by splitmix32.

/** A source of whole numbers from 0 to below `bound` (at most 2^32): the same seed gives the same numbers everywhere. */
export type RandomIndex = (bound: number) => number;

/** @param seed any integer; its low 32 bits count */
export function seededIndex(seed: number): RandomIndex {
  let filler = seed >>> 0;
  const state = Uint32Array.from({ length: 4 }, () => {
    filler = (filler + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(filler ^ (filler >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  });
  const rotate = (word: number, by: number): number => ((word << by) | (word >>> (32 - by))) >>> 0;
  return (bound) => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotate(state[3]!, 11);
    return Math.floor((result / 2 ** 32) * bound);
  };
}
