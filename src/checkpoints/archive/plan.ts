import { join } from "node:path";
import { scanDirectory, statFile } from "../../files/index.ts";
import { notArchivable, nothingToArchive } from "../errors.ts";
import { archivePlace, hasArchive } from "./place.ts";

export interface PlannedFile {
  /** Relative to the checkpoints directory, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface ArchivePlan {
  readonly runDirectory: string;
  readonly checkpointsDirectory: string;
  /** In the order they are packed: by path. */
  readonly files: readonly PlannedFile[];
  /** Directories without a file below them. */
  readonly emptyDirectories: readonly string[];
  readonly contentBytes: number;
}

/**
 * What would be packed: everything below `<run>/checkpoints` but what a killed process was writing. Touches nothing.
 * @throws `checkpoints.nothing_to_archive`, `checkpoints.not_archivable` for links, pipes and folders that may not be read
 */
export function planArchive(runDirectory: string): ArchivePlan {
  const { checkpoints } = archivePlace(runDirectory);
  const files: PlannedFile[] = [];
  const emptyDirectories: string[] = [];
  const descend = (below: string): number => {
    const entries = scanDirectory(join(checkpoints, below));
    if ("refused" in entries) {
      if (below === "") throw nothingToArchive(runDirectory, hasArchive(runDirectory));
      throw notArchivable(join(checkpoints, below), `it cannot be read (${entries.refused})`);
    }
    let found = 0;
    for (const { name, kind } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === "" ? name : `${below}/${name}`;
      if (/^\..*\.tmp$/.test(name)) continue;
      if (kind === "link" || kind === "other") throw notArchivable(join(checkpoints, path), kind === "link" ? "it is a link" : "it is no regular file");
      if (/[\p{Cc}\\]/u.test(name)) throw notArchivable(join(checkpoints, JSON.stringify(path)), "its name holds a control character or a backslash");
      found += 1;
      if (kind === "file") files.push({ path, ...statFile(join(checkpoints, path)) });
      else if (descend(path) === 0) emptyDirectories.push(path);
    }
    return found;
  };
  descend("");
  if (files.length === 0) throw nothingToArchive(runDirectory, hasArchive(runDirectory));
  return { runDirectory, checkpointsDirectory: checkpoints, files, emptyDirectories, contentBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}
