/** A version of a dataset. Numbers only: a content has one version, so that there is nothing to try again. */
export interface DatasetVersionNumber {
  readonly major: number;
  readonly minor: number;
}

/** Reads `d1.3`, `1.3` and `d1` (= 1.0); undefined otherwise, also for versions of models (`v1.3`). */
export function parseDatasetVersion(text: string): DatasetVersionNumber | undefined {
  const match = /^d?(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text.trim());
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2] ?? 0) };
}

/** `d1.3` */
export function formatDatasetVersion({ major, minor }: DatasetVersionNumber): string {
  return `d${major}.${minor}`;
}

/** The first version above all that are known: the next minor, or the next major one; `d1.0` when none is. */
export function nextDatasetVersion(known: Iterable<string>, major = false): string {
  const numbers = [...known].map(parseDatasetVersion).filter((number) => number !== undefined);
  if (numbers.length === 0) return "d1.0";
  const highest = numbers.reduce((a, b) => (b.major - a.major || b.minor - a.minor) > 0 ? b : a);
  return formatDatasetVersion(major ? { major: highest.major + 1, minor: 0 } : { major: highest.major, minor: highest.minor + 1 });
}
