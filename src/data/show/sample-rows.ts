import { createRandom } from "../../random.ts";
import type { Row } from "../row.ts";

export interface RowSampling {
  readonly count: number;
  readonly seed: number;
  /** Which rows take part. Default: all. */
  readonly fits?: (row: Row) => boolean;
}

/** Rows chosen by chance, each equally likely, in the order in which they stand; only these are held. Source: Vitter 1985, algorithm R. */
export function sampleRows(rows: Iterable<Row>, { count, seed, fits = () => true }: RowSampling): { readonly rows: readonly Row[]; readonly seen: number } {
  const random = createRandom(seed);
  const chosen: { readonly at: number; readonly row: Row }[] = [];
  let seen = 0;
  for (const row of rows) {
    if (!fits(row)) continue;
    seen += 1;
    if (chosen.length < count) chosen.push({ at: seen, row });
    else {
      const place = random.between(0, seen - 1);
      if (place < count) chosen[place] = { at: seen, row };
    }
  }
  return { rows: chosen.sort((a, b) => a.at - b.at).map(({ row }) => row), seen };
}
