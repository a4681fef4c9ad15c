// Where runs lie below an output directory, without opening anything: `<run>`, `<date>/<time>` and `<date>/<time>/<n>`, the same in the `multirun`
// beside it. A container is a directory whose listing was used: while its time of change is the same, so are the names in it.
import { join, relative, sep } from "node:path";
import { glance, scanDirectory } from "../../files/index.ts";
import { RUN_FILE, runFolders } from "../workspace.ts";

export interface Discovery {
  /** Directories that are runs once they hold a run.json; relative to the output directory (`../multirun/…` beside it), with `/`, sorted. */
  readonly directories: readonly string[];
  /** Path and time of change in ms; -1 when nothing is there; NaN (null in JSON) when the change is too young for the clock of the file system to tell the next one apart. */
  readonly containers: readonly (readonly [path: string, modifiedMs: number | null])[];
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d-\d\d-\d\d/;
const YOUNG_MS = 2000;
const ABSENT = -1;

/** Lists the containers and what may be runs in them. `now` in ms since 1970. */
export function discoverRuns(outputDir: string, now: number): Discovery {
  const directories: string[] = [];
  const containers: (readonly [string, number | null])[] = [];
  const namesIn = (path: string): readonly string[] => {
    const place = join(outputDir, path);
    const modifiedMs = glance(place)?.modifiedMs;
    const entries = scanDirectory(place);
    containers.push([path, modifiedMs === undefined ? ABSENT : now - modifiedMs > YOUNG_MS ? modifiedMs : null]);
    return "refused" in entries ? [] : entries.flatMap(({ name, kind }) => (!name.startsWith(".") && (kind === "directory" || (kind === "link" && glance(join(place, name))?.isDirectory)) ? [name] : []));
  };
  for (const folder of runFolders(outputDir)) {
    const path = relative(outputDir, folder).split(sep).join("/");
    for (const name of namesIn(path)) {
      const place = path === "" ? name : `${path}/${name}`;
      if (!DATE.test(name)) directories.push(place);
      else for (const time of namesIn(place)) directories.push(...membersOf(outputDir, `${place}/${time}`, namesIn));
    }
  }
  return { directories: directories.sort(), containers };
}

/** A dated directory is a run, or a sweep of numbered ones. */
function membersOf(outputDir: string, path: string, namesIn: (path: string) => readonly string[]): readonly string[] {
  if (!TIME.test(path.slice(path.lastIndexOf("/") + 1)) || glance(join(outputDir, path, RUN_FILE)) !== undefined) return [path];
  const entries = scanDirectory(join(outputDir, path));
  if ("refused" in entries || !entries.some(({ name, kind }) => kind === "directory" && /^\d+$/.test(name))) return [path];
  return namesIn(path).filter((name) => /^\d+$/.test(name)).map((name) => `${path}/${name}`);
}

/** Whether no container changed since it was listed: then no run came and none went. */
export function isUnchanged(outputDir: string, containers: Discovery["containers"]): boolean {
  return containers.length > 0 && containers.every(([path, modifiedMs]) => modifiedMs !== null && (glance(join(outputDir, path))?.modifiedMs ?? ABSENT) === modifiedMs);
}
