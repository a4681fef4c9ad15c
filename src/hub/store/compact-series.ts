// Checkpoints of one run, or versions of one file, hardly differ from one to the next: each is kept as its difference to the one after it.
// That way round the newest, which everybody reads, stays whole; the oldest, which retention deletes first, are bases of nothing.
import type { LargeFiles } from "./large-files.ts";
import type { Shrunk } from "./shrink.ts";

/** What became of one content of a series. */
export interface SeriesStep {
  readonly oid: string;
  readonly base: string;
  readonly result: Shrunk;
}

/**
 * Shrinks a series, oldest first; the last is left as it is, and one in eight stays whole, so that no content takes more than 7 others to
 * read. To be called again when the series has grown: what is shrunk already is left alone.
 * @param signal stops between two contents or in one, which then stays as it was
 */
export async function compactSeries(largeFiles: LargeFiles, series: readonly { readonly oid: string }[], signal?: AbortSignal): Promise<readonly SeriesStep[]> {
  const steps: SeriesStep[] = [];
  for (const [index, { oid }] of series.slice(0, -1).entries()) {
    if (signal?.aborted === true) break;
    const base = series[index + 1]!.oid;
    if (oid !== base) steps.push({ oid, base, result: await largeFiles.shrink(oid, base, signal) });
  }
  return steps;
}
