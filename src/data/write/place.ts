// A dataset is replaced only by a complete one, and the one it replaces stays beside it.
import { join } from "node:path";
import { exists, rename, withLock, writeJson } from "../../files/index.ts";
import type { DatasetRecord } from "../../records/index.ts";
import { outputTaken } from "../errors.ts";
import { openDataset } from "../load.ts";
import { carryUses } from "../versions/uses.ts";

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
const BYTES_PER_ROW = 256;

/**
 * Puts the files of a dataset in place under a lock; what stands there is moved aside, or left when it is the same.
 * @param files a directory on the same file system, which becomes the dataset
 * @throws `data.output_taken`, `files.locked`
 */
export function placeDataset(path: string, files: string, record: DatasetRecord): Promise<PlacedDataset> {
  return withLock(`${path}.lock`, () => {
    const standing = findStanding(path);
    if (standing?.digest === record.digest && standing.created_at !== null) return { path, status: "unchanged", record: standing };
    writeJson(join(files, "dataset.json"), record);
    if (standing !== undefined) carryUses(path, files);
    const previousPath = standing === undefined ? undefined : freePath(`${path}.previous-${standing.digest.slice(0, 8)}`);
    if (previousPath !== undefined) rename(path, previousPath);
    rename(files, path);
    return { path, status: previousPath === undefined ? "written" : "replaced", ...(previousPath === undefined ? {} : { previousPath }), record };
  });
}

/** The record of the dataset at a path, if one is there. What is no dataset is nothing this command may move. @throws `data.output_taken` */
export function findStanding(path: string): DatasetRecord | undefined {
  if (!exists(path)) return undefined;
  try {
    return openDataset(path).check();
  } catch (cause) {
    throw outputTaken(path, cause);
  }
}

/** Bytes that the files of rows of these sizes need, with something to spare. */
export function sizeOfFiles(sizes: Uint32Array): number {
  return 2 ** 20 + sizes.reduce((sum, size) => sum + size + BYTES_PER_ROW, 0);
}

function freePath(path: string): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? path : `${path}-${count}`;
    if (!exists(candidate)) return candidate;
  }
}
