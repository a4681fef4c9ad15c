import { join } from "node:path";
import { glance, remove } from "../../files/index.ts";
import { namesIn, uploadsPlace } from "./places.ts";

/** Throws away uploads that nobody continued since `before`, in ms since 1970. @returns how many */
export function sweepUploads(directory: string, before: number): number {
  const root = uploadsPlace(directory);
  const old = namesIn(root).filter((name) => {
    const newest = [join(root, name), ...namesIn(join(root, name)).map((part) => join(root, name, part))].map((path) => glance(path)?.modifiedMs ?? 0);
    return Math.max(...newest) < before;
  });
  for (const name of old) remove(join(root, name));
  return old.length;
}
