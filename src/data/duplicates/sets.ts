/** A partition of 0…count-1 that grows by joining. */
export interface Sets {
  /** @returns whether they were apart */
  join(first: number, second: number): boolean;
  isJoined(first: number, second: number): boolean;
  /** The smallest member of the set of a number. */
  rootOf(index: number): number;
}

/** Starts with every number alone. Union-find with path halving (Tarjan, van Leeuwen 1984). */
export function createSets(count: number): Sets {
  const parent = new Int32Array(count);
  for (let index = 0; index < count; index++) parent[index] = index;
  const rootOf = (index: number): number => {
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  return {
    join(first, second) {
      const [a, b] = [rootOf(first), rootOf(second)];
      if (a === b) return false;
      parent[Math.max(a, b)] = Math.min(a, b);
      return true;
    },
    isJoined: (first, second) => rootOf(first) === rootOf(second),
    rootOf,
  };
}
