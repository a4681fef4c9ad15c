/** Gives the compared runs of a row, reading each row again only when it has not been asked for lately. */
export function createRunsCache(readRuns: (row: number) => Uint32Array, most = 1 << 14): (row: number) => Uint32Array {
  const recent = new Map<number, Uint32Array>();
  return (row) => {
    const known = recent.get(row);
    if (known !== undefined) return known;
    const runs = readRuns(row);
    if (recent.size >= most) recent.delete(recent.keys().next().value!);
    recent.set(row, runs);
    return runs;
  };
}
