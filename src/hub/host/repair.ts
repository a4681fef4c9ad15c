// What a process that was killed left behind. Nobody else has the directory open when this runs.
import { join } from "node:path";
import { glance, isDirectory, listDirectory, remove } from "../../files/index.ts";
import { clearLeftovers } from "../git/leftovers.ts";
import type { Host } from "./host.ts";

/** Uploads in parts are continued within a day. */
const UPLOAD_LASTS_MS = 24 * 3600 * 1000;

export interface Repair {
  /** Unfinished uploads and half-made repositories that were thrown away. */
  readonly removed: number;
  /** References that stand for nothing: `model alice/m refs/heads/main`. */
  readonly damaged: readonly string[];
}

/** Throws away what was not finished, opens what a dead process locked, and looks at every reference. */
export function repairHost(host: Host): Repair {
  const removed = clearUploads(host) + host.repositories.all().reduce((sum, { directory }) => sum + clearLeftovers(directory), 0);
  const damaged = host.repositories.all().flatMap(({ git, kind, id }) => {
    try {
      return git.refs.list().filter((ref) => !git.hasObject(ref.id)).map(({ name }) => `${kind} ${id} ${name}`);
    } catch (thrown) {
      return [`${kind} ${id}: ${(thrown as Error).message}`];
    }
  });
  return { removed, damaged };
}

function clearUploads({ directory, now }: Host): number {
  const root = join(directory, "uploads");
  if (!isDirectory(root)) return 0;
  const { files, directories } = listDirectory(root);
  const before = now().getTime() - UPLOAD_LASTS_MS;
  const isOld = (path: string) => Math.max(...[path, ...listDirectory(path).files.map((name) => join(path, name))].map((each) => glance(each)?.modifiedMs ?? 0)) < before;
  const dead = [...files, ...directories.filter((name) => /^(new|deleted)-/.test(name) || isOld(join(root, name)))];
  for (const name of dead) remove(join(root, name));
  return dead.length;
}
