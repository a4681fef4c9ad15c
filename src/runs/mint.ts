// Taking the directory of a run: whoever makes it has it. A name that is taken yields that of the next free second, so that any number of
// processes that start at once get a directory each; the record of the run keeps the real moment.
import { join } from "node:path";
import { tryMakeDirectory } from "../files/index.ts";
import type { RunScheme, TimeZone } from "../records/index.ts";
import { memberTaken, runNamesExhausted } from "./errors.ts";
import { formatDatedName, formatRunName, type RunName } from "./names.ts";

/** How the directories of runs are called. */
export interface Naming {
  /** Default: `hierarchical`. */
  readonly scheme?: RunScheme;
  /** The clock of the stamp in the name. Default: `utc`. */
  readonly time_zone?: TimeZone;
}

const TRIES = 3600;

/** Makes the directory of a run below `outputDir`. @returns its name below `outputDir`, with `/` @throws `runs.names_exhausted` */
export function mintRunName(outputDir: string, name: RunName, { scheme = "hierarchical", time_zone = "utc" }: Naming = {}): string {
  return mint(outputDir, name.startedAt, (startedAt) => (scheme === "dated" ? formatDatedName({ startedAt }, time_zone) : formatRunName({ ...name, startedAt }, time_zone)));
}

/** Makes the directory of a sweep, `<date>/<time>` below `multirunDir`; its runs are made in it. @throws `runs.names_exhausted` */
export function createSweepDirectory(multirunDir: string, startedAt: Date, timeZone: TimeZone = "utc"): string {
  return join(multirunDir, mint(multirunDir, startedAt, (time) => formatDatedName({ startedAt: time }, timeZone)));
}

/** Makes the directory of one member of a sweep. @throws `runs.member_taken` */
export function mintMember(sweepDirectory: string, member: number): string {
  const directory = join(sweepDirectory, String(member));
  if (!tryMakeDirectory(directory)) throw memberTaken(sweepDirectory, member);
  return directory;
}

function mint(outputDir: string, from: Date, nameAt: (time: Date) => string): string {
  for (let second = 0; second < TRIES; second += 1) {
    const name = nameAt(new Date(from.getTime() + 1000 * second));
    if (tryMakeDirectory(join(outputDir, ...name.split("/")))) return name;
  }
  throw runNamesExhausted(outputDir, nameAt(from));
}
