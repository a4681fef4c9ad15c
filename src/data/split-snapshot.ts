// Dated split files of seed 000: `splits_20251106/test_run_20251106.jsonl`, `splits_cleaned_20251113/test.jsonl`. A date in a name is a copy's only
// version there; ours are told apart by digest.

export interface SplitSnapshotName {
  readonly split: "train" | "validation" | "test";
  /** Of the directory, `YYYY-MM-DD`; absent when the file stands alone. */
  readonly date?: string;
  readonly cleaned: boolean;
  /** Date of the run that the file was made for, `YYYY-MM-DD`. */
  readonly runDate?: string;
}

/** Reads the last two parts of a path; undefined when the file is no split, or a date is none of the calendar. */
export function parseSplitSnapshotName(path: string): SplitSnapshotName | undefined {
  const [file = "", directory = ""] = path.replaceAll("\\", "/").split("/").toReversed();
  const inFile = /^(?<split>train|validation|test)(?:[_-]run[_-](?<run>\d{8}))?\.jsonl$/.exec(file)?.groups;
  if (inFile === undefined) return undefined;
  const inDirectory = /^splits_(?<cleaned>cleaned_)?(?<date>\d{8})$/.exec(directory)?.groups;
  if (inDirectory === undefined && inFile["run"] === undefined) return undefined;
  const [date, runDate] = [parseDay(inDirectory?.["date"]), parseDay(inFile["run"])];
  if (date === null || runDate === null) return undefined;
  return { split: inFile["split"] as SplitSnapshotName["split"], ...(date !== undefined && { date }), cleaned: inDirectory?.["cleaned"] !== undefined, ...(runDate !== undefined && { runDate }) };
}

/** `20251106` → `2025-11-06`; null for no day of the calendar. */
function parseDay(digits: string | undefined): string | null | undefined {
  if (digits === undefined) return undefined;
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day) ? day : null;
}
