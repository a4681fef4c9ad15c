/** A partition of 0…count-1 that grows by joining. */
export interface Sets {
  join(first: number, second: number): void;
  isJoined(first: number, second: number): boolean;
  /** Every set, each ascending, ordered by smallest member. */
  all(): readonly (readonly number[])[];
}

/** Starts with every number alone. Union-find with path halving (Tarjan, van Leeuwen 1984). */
export function createSets(count: number): Sets {
  const parent = Int32Array.from({ length: count }, (_, index) => index);
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
      const [low, high] = [rootOf(first), rootOf(second)].sort((a, b) => a - b) as [number, number];
      parent[high] = low;
    },
    isJoined: (first, second) => rootOf(first) === rootOf(second),
    all() {
      const members = new Map<number, number[]>();
      for (let index = 0; index < count; index++) {
        const root = rootOf(index);
        const set = members.get(root);
        if (set === undefined) members.set(root, [index]);
        else set.push(index);
      }
      return [...members.values()];
    },
  };
}
