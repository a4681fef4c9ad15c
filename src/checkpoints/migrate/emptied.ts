// Directories in which nothing is left when all that leaves has left.
import { dirname, join } from "node:path";
import { scanDirectory } from "../../files/index.ts";

export interface Departures {
  /** Everything that leaves its directory, relative to the workspace. */
  readonly gone: Iterable<string>;
  /** Everything that comes, by its last path. */
  readonly arrived: Iterable<string>;
  /** Directories that stay, empty or not. */
  readonly kept: Iterable<string>;
  /** Where a directory stands in the end. */
  readonly placeOf: (directory: string) => string;
}

/** The inner before the outer. Only what lost something is looked at; a directory that was empty before stays. */
export function findEmptied(workspace: string, { gone, arrived, kept, placeOf }: Departures): readonly string[] {
  const left = new Set(gone);
  const stays = new Set(["", ".", ...kept]);
  for (const path of arrived) for (let place = dirname(path); place !== "."; place = dirname(place)) stays.add(place);
  const emptied: string[] = [];
  const open = [...new Set([...left].map((path) => dirname(path)))].sort((a, b) => b.split("/").length - a.split("/").length);
  for (const directory of open) {
    if (stays.has(placeOf(directory)) || left.has(directory)) continue;
    const entries = scanDirectory(join(workspace, directory));
    if ("refused" in entries || entries.some(({ name }) => !left.has(`${directory}/${name}`))) continue;
    emptied.push(directory);
    left.add(directory);
    open.push(dirname(directory));
  }
  return emptied;
}
