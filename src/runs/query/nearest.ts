/** The known name that is closest in spelling; undefined when none is close enough to have been meant. */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  const low = wanted.toLowerCase();
  let best: { readonly name: string; readonly cost: number } | undefined;
  for (const name of known) {
    const other = name.toLowerCase();
    const cost = other === low ? 0 : other.endsWith(`.${low}`) ? 0.5 : editDistance(low, other);
    if (best === undefined || cost < best.cost) best = { name, cost };
  }
  return best !== undefined && best.cost <= Math.max(2, wanted.length / 3) ? best.name : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_zero, at) => at)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same, swapped));
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
