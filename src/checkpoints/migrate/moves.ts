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

/** Where a path stands after moves done in their order. */
export function followMoves(moves: readonly Move[], path: string): string {
  return moves.reduce((here, { from, to }) => (here === from ? to : here.startsWith(`${from}/`) ? to + here.slice(from.length) : here), path);
}

/** The name that two spellings share on a file system that does not tell case apart. */
export function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
