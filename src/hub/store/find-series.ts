// Which large files of a repository are states of one and the same thing: the same file of one checkpoint after another
// (`checkpoint-500/model.safetensors`, `checkpoint-1000/model.safetensors`), and one path from commit to commit.

/** A large file at a path of a commit. */
export interface PlacedFile {
  readonly path: string;
  readonly oid: string;
}

/** Files that hold numbers side by side; others would gain nothing. */
const NUMBERS = /\.(?:safetensors|bin|pt|pth)$/;
const STEP = /(^|\/)checkpoint-(\d+)(?=\/)/;

/**
 * Series, each oldest first, of at least two contents that differ.
 * @param history the large files of each commit, oldest commit first
 */
export function findSeries(history: readonly (readonly PlacedFile[])[]): readonly (readonly { readonly oid: string }[])[] {
  const byPath = new Map<string, string[]>();
  for (const files of history) {
    for (const { path, oid } of files) {
      if (!NUMBERS.test(path)) continue;
      const states = byPath.get(path) ?? [];
      if (states.at(-1) !== oid) byPath.set(path, [...states, oid]);
    }
  }
  const byName = new Map<string, { readonly step: number; readonly states: readonly string[] }[]>();
  for (const [path, states] of byPath) {
    const step = Number(STEP.exec(path)?.[2] ?? 0);
    const name = path.replace(STEP, "$1checkpoint-*");
    byName.set(name, [...(byName.get(name) ?? []), { step, states }]);
  }
  return [...byName.values()].flatMap((members) => {
    const ordered = members.toSorted((a, b) => a.step - b.step).flatMap(({ states }) => states);
    // A content that comes back counts where it stands last: nothing may be a difference to itself by way of others.
    const oids = ordered.filter((oid, index) => ordered.lastIndexOf(oid) === index);
    return oids.length < 2 ? [] : [oids.map((oid) => ({ oid }))];
  });
}
