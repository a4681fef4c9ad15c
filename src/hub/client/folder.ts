import { join, sep } from "node:path";
import { isFile, walk } from "../../files/index.ts";
import type { HubFile } from "./changes.ts";

export interface FolderOptions {
  readonly directory: string;
  /** The folder of the repository it becomes. Default: its root. */
  readonly pathInRepository?: string;
  /** Whether a file goes along, by its path below `directory` with `/`. Default: all. */
  readonly include?: (path: string) => boolean;
}

/** The files of a directory as changes, sorted by path. Files and folders whose name begins with a dot are left out. */
export function folderChanges({ directory, pathInRepository = "", include = () => true }: FolderOptions): readonly HubFile[] {
  const prefix = pathInRepository === "" ? "" : `${pathInRepository.replace(/\/+$/, "")}/`;
  return [...walk(directory)]
    .map((path) => path.split(sep).join("/"))
    .filter((path) => include(path) && isFile(join(directory, path)))
    .toSorted()
    .map((path) => ({ path: `${prefix}${path}`, source: { file: join(directory, path) } }));
}
