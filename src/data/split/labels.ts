/** The labels of each row: those of row `r` are `values[starts[r]]` to `values[starts[r + 1] - 1]`, each an index into `names`, ascending and each once. */
export interface LabelColumn {
  readonly names: readonly string[];
  readonly starts: Uint32Array;
  readonly values: Uint32Array;
}

/** A column of labels filled row by row; names are numbered as they come. */
export function createLabelColumn(): { readonly add: (labels: readonly string[]) => void; readonly finish: () => LabelColumn } {
  const numbers = new Map<string, number>();
  const starts = [0];
  const values: number[] = [];
  return {
    add: (labels) => {
      const indices = [...new Set(labels)].map((name) => {
        const known = numbers.get(name) ?? numbers.size;
        numbers.set(name, known);
        return known;
      });
      values.push(...indices.sort((a, b) => a - b));
      starts.push(values.length);
    },
    finish: () => sortNames([...numbers.keys()], Uint32Array.from(starts), Uint32Array.from(values)),
  };
}

/** Every different set of labels as one label of its own; a row without labels has the empty set. */
export function labelSets(column: LabelColumn): LabelColumn {
  const sets = createLabelColumn();
  for (let row = 0; row + 1 < column.starts.length; row++) sets.add([labelsOf(column, row).join(" + ")]);
  return sets.finish();
}

/** The names of a row's labels. */
export function labelsOf({ names, starts, values }: LabelColumn, row: number): readonly string[] {
  return Array.from(values.subarray(starts[row], starts[row + 1]), (index) => names[index]!);
}

/** Numbers labels by their name, so that no number depends on the order of the rows. */
function sortNames(found: readonly string[], starts: Uint32Array, values: Uint32Array): LabelColumn {
  const names = [...found].sort();
  const places = new Map(names.map((name, index) => [name, index]));
  const numbers = Uint32Array.from(found, (name) => places.get(name)!);
  const renamed = values.map((index) => numbers[index]!);
  for (let row = 0; row + 1 < starts.length; row++) renamed.subarray(starts[row], starts[row + 1]).sort();
  return { names, starts, values: renamed };
}
