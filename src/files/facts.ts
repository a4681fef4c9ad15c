import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sha256File } from "./digest.ts";

/** What stands at a path, a link not looked through; the members given in a plan are verified before anything is done to the path. */
export interface PathFacts {
  readonly kind: "file" | "directory" | "link" | "other";
  /** Of a file. */
  readonly size_bytes?: number;
  /** Of a file, ms since 1970. */
  readonly modified_ms?: number;
  /** SHA-256 of a file. Reading it costs the whole file. */
  readonly digest?: string;
  /** Of a directory: nothing is in it. */
  readonly empty?: boolean;
  /** Of a directory: SHA-256 of some files in it, by their path in it, with `/`. */
  readonly contents?: Readonly<Record<string, string>>;
}

/** Kind, size and time of what stands at a path, without its digest; undefined when nothing does. */
export function observePath(path: string): PathFacts | undefined {
  const stat = lookAt(path);
  if (stat === undefined) return undefined;
  if (stat.isFile()) return { kind: "file", size_bytes: Number(stat.size), modified_ms: Number(stat.mtimeMs) };
  return { kind: stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "link" : "other" };
}

/** Below a file nothing stands either. */
function lookAt(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw cause;
  }
}

/** In what way a path is not as it was expected, in words; undefined when it is. */
export function findDifference(path: string, expected: PathFacts): string | undefined {
  const found = observePath(path);
  if (found === undefined) return `nothing stands there, expected is a ${expected.kind}`;
  if (found.kind !== expected.kind) return `a ${found.kind} stands there, expected is a ${expected.kind}`;
  if (expected.size_bytes !== undefined && found.size_bytes !== expected.size_bytes) return `it has ${found.size_bytes} bytes, expected are ${expected.size_bytes}`;
  if (expected.modified_ms !== undefined && found.modified_ms !== expected.modified_ms) return "it was modified since";
  if (expected.digest !== undefined && sha256File(path) !== expected.digest) return "its contents changed";
  for (const [inside, digest] of Object.entries(expected.contents ?? {})) {
    const file = join(path, inside);
    if (observePath(file)?.kind !== "file") return `${inside} is not in it`;
    if (sha256File(file) !== digest) return `the contents of ${inside} changed`;
  }
  if (expected.empty === true && readdirSync(path).length > 0) return "the directory is not empty";
  return undefined;
}
