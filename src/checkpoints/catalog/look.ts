// Walking a tree: every directory with what its listing says. A directory whose time has not changed has the same names, and is not listed again.
import { basename, join } from "node:path";
import { findRealPath, glance, scanDirectory } from "../../files/index.ts";
import { ARCHIVE_FILE } from "../archive/place.ts";
import { findCandidates, isSkippedDirectory, type Candidate } from "./candidates.ts";

/** One directory as it was listed. Names are sorted. */
export interface Listing {
  /** Milliseconds; -1 when it changed so recently that a later change might not show. */
  readonly modifiedMs: number;
  readonly directories: readonly string[];
  /** Links that lead to directories. */
  readonly links: readonly string[];
  readonly candidates: readonly Candidate[];
  /** Configurations of a run, as names relative to the directory: `.hydra/config.yaml`, `run.json`. */
  readonly configs: readonly string[];
  /** The sentinel of an aborted run stands here. */
  readonly failed: boolean;
  /** The archive of a run's checkpoints stands here. */
  readonly packed: boolean;
}

export interface SeenDirectory {
  /** Relative to the root, empty for the root itself. */
  readonly path: string;
  readonly listing: Listing;
  /** Position of the directory above, -1 for the root. */
  readonly parent: number;
}

export interface Look {
  readonly directories: readonly SeenDirectory[];
  /** Directories that could not be listed. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  /** How many were listed anew. */
  readonly listed: number;
}

const CONFIGS = ["config.yaml", "hparams.yaml", "run.json"];
const DEEPEST = 64;

/**
 * Looks through a tree. Links to directories inside the tree are not followed (they are seen where they stand), those that lead outside are,
 * once each: circles end.
 * @param known listings of an earlier look, by path relative to the root
 */
export function lookThrough(root: string, known: (path: string) => Listing | undefined, now: number): Look {
  const directories: SeenDirectory[] = [];
  const refused: { path: string; reason: string }[] = [];
  const followed: string[] = [findRealPath(root) ?? root];
  let listed = 0;
  const open: { path: string; parent: number; depth: number }[] = [{ path: "", parent: -1, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, parent, depth } = next;
    const place = path === "" ? root : `${root}/${path}`;
    const seen = glance(place);
    if (seen === undefined || !seen.isDirectory) {
      refused.push({ path, reason: seen === undefined ? "it cannot be seen" : "it is no directory" });
      continue;
    }
    let listing = known(path);
    if (listing === undefined || listing.modifiedMs !== seen.modifiedMs) {
      const fresh = listDirectory(place, settledTime(seen.modifiedMs, now));
      if ("refused" in fresh) {
        refused.push({ path, reason: fresh.refused });
        continue;
      }
      listing = fresh;
      listed += 1;
    }
    directories.push({ path, listing, parent });
    if (depth === DEEPEST) {
      refused.push({ path, reason: `it lies ${DEEPEST} directories deep` });
      continue;
    }
    const here = directories.length - 1;
    const below = path === "" ? "" : `${path}/`;
    const inward = listing.links.filter((name) => follows(`${place}/${name}`, followed));
    for (const name of [...listing.directories, ...inward].sort().reverse()) open.push({ path: below + name, parent: here, depth: depth + 1 });
  }
  return { directories, refused, listed };
}

/**
 * A time that can be compared later, or -1 for one so fresh that the next write might leave it unchanged: clocks of file systems tick
 * every few milliseconds, of some every two seconds.
 */
export function settledTime(modifiedMs: number, now: number): number {
  const tick = Number.isInteger(modifiedMs / 1000) ? 2_000 : 50;
  return modifiedMs > now - tick ? -1 : modifiedMs;
}

function follows(link: string, followed: string[]): boolean {
  const target = findRealPath(link);
  if (target === undefined || followed.some((place) => isWithin(target, place) || isWithin(place, target))) return false;
  followed.push(target);
  return true;
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(place === "/" ? place : `${place}/`);
}

function listDirectory(place: string, modifiedMs: number): Listing | { readonly refused: string } {
  const entries = scanDirectory(place);
  if ("refused" in entries) return entries;
  const files: string[] = [];
  const directories: string[] = [];
  const links: string[] = [];
  for (const { name, kind } of entries) {
    if (kind === "file") files.push(name);
    else if (kind === "directory") directories.push(name);
    else if (kind === "link") {
      const seen = glance(join(place, name));
      if (seen !== undefined) (seen.isDirectory ? links : files).push(name);
    }
  }
  files.sort();
  const hydra = directories.includes(".hydra") && glance(join(place, ".hydra", "config.yaml")) !== undefined ? [".hydra/config.yaml"] : [];
  return {
    modifiedMs,
    directories: directories.filter((name) => !isSkippedDirectory(name)).sort(),
    links: links.filter((name) => !isSkippedDirectory(name)),
    candidates: findCandidates(basename(place), files, directories),
    configs: [...hydra, ...CONFIGS.filter((name) => files.includes(name))],
    failed: files.includes(".FAILURE"),
    packed: files.includes(ARCHIVE_FILE),
  };
}
