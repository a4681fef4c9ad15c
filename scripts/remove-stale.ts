// Deletes from dist/ what was compiled from a source that is no longer there: the compiler adds and replaces, but never deletes. Part of
// `npm run build`.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files of `<root>/dist`, relative to it, that no file of `<root>/src` makes. */
export function findStale(root: string): readonly string[] {
  const dist = join(root, "dist");
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => {
    const source = /^(.+?)(\.d\.ts|\.js|\.js\.map)$/.exec(name)?.[1];
    return source !== undefined && !existsSync(join(root, "src", `${source}.ts`));
  });
}

/** Deletes them. Directories that become empty stay: nobody imports a directory. */
export function removeStale(root: string): readonly string[] {
  const stale = findStale(root);
  for (const name of stale) rmSync(join(root, "dist", name));
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) removeStale(fileURLToPath(new URL("..", import.meta.url)));
