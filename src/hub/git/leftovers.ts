// What a process that was killed leaves in a repository. None of it is ever read; it only takes room, and locks stop everybody.
import { join } from "node:path";
import { removeFile, scanDirectory } from "../../files/index.ts";
import { packFolder } from "./keep-pack.ts";

/**
 * Deletes unfinished objects and packs, packs whose index was never written, and locks. Nobody else may have the repository open.
 * @returns how many files went
 */
export function clearLeftovers(directory: string): number {
  const packs = namesIn(packFolder(directory));
  const paths = [
    ...namesIn(join(directory, "objects")).filter((name) => /^[0-9a-f]{2}$/.test(name)).flatMap((folder) => namesIn(join(directory, "objects", folder)).filter((name) => name.startsWith("tmp_obj_")).map((name) => join("objects", folder, name))),
    ...packs.filter((name) => name.startsWith("tmp_") || (name.endsWith(".pack") && !packs.includes(name.replace(/pack$/, "idx")))).map((name) => join("objects/pack", name)),
    "HEAD.lock",
    "packed-refs.lock",
    "packed-refs.new",
    "config.lock",
    ...locksBelow(directory, "refs"),
  ];
  return paths.filter((path) => removeFile(join(directory, path))).length;
}

function locksBelow(directory: string, below: string): readonly string[] {
  const entries = scanDirectory(join(directory, below));
  if ("refused" in entries) return [];
  return entries.flatMap(({ name, kind }) => (kind === "directory" ? locksBelow(directory, `${below}/${name}`) : name.endsWith(".lock") ? [`${below}/${name}`] : []));
}

function namesIn(path: string): readonly string[] {
  const entries = scanDirectory(path);
  return "refused" in entries ? [] : entries.map(({ name }) => name);
}
