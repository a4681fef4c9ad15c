// The order of renames: inner before outer, and no rename before its target is free. A circle (A to B, B to A) goes through a name in between.

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Steps that bring about all moves of one level. Names are compared without case, as some file systems do. @param moves sources and targets are each different */
export function orderMoves(moves: readonly Move[]): readonly Move[] {
  const waiting = new Map(moves.map((move) => [fold(move.from), move]));
  const ordered: Move[] = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(({ to }) => !waiting.has(fold(to)));
    for (const move of free) {
      ordered.push(move);
      waiting.delete(fold(move.from));
    }
    if (free.length > 0) continue;
    const [key, { from, to }] = [...waiting][0]!;
    const between = `${from}.migrating`;
    ordered.push({ from, to: between });
    waiting.delete(key);
    waiting.set(fold(between), { from: between, to });
  }
  return ordered;
}

/** Where a path stands after the moves from number `start` (default 0) on. */
export type Follow = (path: string, start?: number) => string;

/** Follows moves that are done in their order, no two of them from one path; thousands of them cost a path no more than a few do. */
export function createFollow(moves: readonly Move[]): Follow {
  const numbers = new Map(moves.map(({ from }, number) => [from, number]));
  return (path, start = 0) => {
    let here = path;
    for (let next = findNext(numbers, here, start); next !== undefined; next = findNext(numbers, here, next + 1)) {
      const { from, to } = moves[next]!;
      here = to + here.slice(from.length);
    }
    return here;
  };
}

/** The first move, from `start` on, of the path or a directory above it. */
function findNext(numbers: ReadonlyMap<string, number>, path: string, start: number): number | undefined {
  let first: number | undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const number = numbers.get(path.slice(0, end));
    if (number !== undefined && number >= start && (first === undefined || number < first)) first = number;
  }
  return first;
}

/** The name that two spellings share on a file system that does not tell case apart. */
export function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
