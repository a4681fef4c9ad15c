// How alike two short texts are: twice the characters in common over all characters, where "in common" is the longest common run and then, on
// either side of it, the longest again. J. W. Ratcliff and D. E. Metzener, "Pattern Matching: The Gestalt Approach", Dr. Dobb's Journal, July
// 1988; the same number as Python's `difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()`.

/** 0 to 1, and 1 for two empty texts. Not symmetric: of runs equally long the earliest in `a` is taken. Time grows with |a|·|b|, and more for texts much alike. */
export function similarity(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const length = left.length + right.length;
  return length === 0 ? 1 : (2 * countCommon(left, right)) / length;
}

function countCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const { size, startA, startB } = longestRun(a, b);
  if (size === 0) return 0;
  return size + countCommon(a.slice(0, startA), b.slice(0, startB)) + countCommon(a.slice(startA + size), b.slice(startB + size));
}

/** Of runs equally long the one that starts earliest in `a`, then in `b`. */
function longestRun(a: readonly string[], b: readonly string[]): { readonly size: number; readonly startA: number; readonly startB: number } {
  let best = { size: 0, startA: 0, startB: 0 };
  let above = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const row = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      if (a[i] !== b[j]) continue;
      const size = above[j]! + 1;
      row[j + 1] = size;
      if (size > best.size) best = { size, startA: i + 1 - size, startB: j + 1 - size };
    }
    above = row;
  }
  return best;
}
