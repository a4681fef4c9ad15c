// A dataset is replaced only by a complete one, and the one it replaces stays beside it.
import { dirname } from "node:path";
import { exists, nearestDirectory, removeEmpty, rename, requireFreeBytes, withLock, writeDirectoryAtomic } from "../../files/index.ts";
import type { DatasetRecord } from "../../records/index.ts";
import { outputTaken } from "../errors.ts";
import { loadDataset } from "../load.ts";
import { SPLIT_NAMES } from "../row.ts";
import { wholeText } from "../words.ts";
import { writeDatasetFiles, type DatasetContents } from "./write.ts";

/** Where a dataset is now, and what happened there. */
export interface PlacedDataset {
  readonly path: string;
  /** `unchanged`: these very rows were there already and nothing was written. */
  readonly status: "written" | "replaced" | "unchanged";
  /** Where the dataset that stood at `path` went. */
  readonly previousPath?: string;
  readonly record: DatasetRecord;
}

/** More than the files take: Arrow offsets, records and slack. */
const BYTES_PER_TEXT_BYTE = 2;
const BYTES_PER_ROW = 256;

/**
 * Puts a dataset in place under a lock; what stands there is moved aside when the new files are complete, or left when it is the same. When it
 * fails, not even an empty folder is left.
 * @param writeFiles fills the directory; a test hands in one that fails
 * @throws `data.output_taken`, `files.disk_too_small`, `files.locked`
 */
export async function placeDataset(path: string, contents: DatasetContents, writeFiles = writeDatasetFiles): Promise<PlacedDataset> {
  const standing = nearestDirectory(dirname(path));
  try {
    return await withLock(`${path}.lock`, () => placeLocked(path, contents, writeFiles));
  } catch (thrown) {
    removeEmpty(dirname(path), standing);
    throw thrown;
  }
}

async function placeLocked(path: string, contents: DatasetContents, writeFiles: typeof writeDatasetFiles): Promise<PlacedDataset> {
  const standing = exists(path) ? loadStanding(path) : undefined;
  if (standing?.digest === contents.record.digest && standing.created_at !== null) return { path, status: "unchanged", record: standing };
  const previousPath = standing === undefined ? undefined : freePath(`${path}.previous-${standing.digest.slice(0, 8)}`);
  requireFreeBytes(path, sizeOf(contents));
  await writeDirectoryAtomic(
    path,
    (temporary) => {
      writeFiles(temporary, contents);
      if (previousPath !== undefined) rename(path, previousPath);
    },
    { replace: true },
  );
  return { path, status: previousPath === undefined ? "written" : "replaced", previousPath, record: contents.record };
}

/** What is no dataset is nothing this command may move. */
function loadStanding(path: string): DatasetRecord {
  try {
    return loadDataset(path).record;
  } catch (cause) {
    throw outputTaken(path, cause);
  }
}

function freePath(path: string): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? path : `${path}-${count}`;
    if (!exists(candidate)) return candidate;
  }
}

function sizeOf({ splits }: DatasetContents): number {
  const rows = SPLIT_NAMES.flatMap((name) => splits[name]);
  return 2 ** 20 + rows.reduce((sum, row) => sum + BYTES_PER_ROW + BYTES_PER_TEXT_BYTE * Buffer.byteLength(wholeText(row)), 0);
}
