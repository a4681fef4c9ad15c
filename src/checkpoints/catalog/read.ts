// The catalog of a tree: look through it, take from the index what has not changed, describe the rest, keep the index.
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve, sep } from "node:path";
import { glance, type Glance } from "../../files/index.ts";
import { ARCHIVE_FILE, readArchiveIndex } from "../archive/place.ts";
import { treeMissing } from "../errors.ts";
import { readSidecar, type ParseYaml } from "../sidecars.ts";
import type { CheckpointClaims } from "../sidecars/claims.ts";
import type { Candidate } from "./candidates.ts";
import { createFactPool, describeEntry, type FactPool } from "./describe.ts";
import type { CatalogEntry, CheckpointFormat } from "./entry.ts";
import { entryPath, readIndex, writeIndex, type StoredDirectory, type StoredEntry } from "./index-file.ts";
import { lookThrough, settledTime } from "./look.ts";
import { findContexts, type DirectoryContext } from "./contexts.ts";
import { describePacked } from "./packed.ts";
import { readRunContext, type PlaceOf, type RunContext } from "./run-context.ts";

export interface CatalogOptions {
  /** Reads YAML text; `config` knows how. */
  readonly parseYaml: ParseYaml;
  /** Which run a path belongs to; `runs` knows. Default: none does. */
  readonly placeOf?: PlaceOf;
  /** What the header of a weights file says. Default: nothing. @throws for a file that cannot be read */
  readonly peek?: (path: string, format: CheckpointFormat) => CheckpointClaims | undefined;
  /** The folder that holds `outputs`; paths are relative to it. Default: found from the tree's own path. */
  readonly workspace?: string;
  /** `off`: neither read nor written; `rebuild`: not read. Default: `use`. */
  readonly index?: "use" | "rebuild" | "off";
  /** Trees with fewer checkpoints get no index. Default: 100. */
  readonly indexFrom?: number;
  /** Called now and then with the checkpoints described so far. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Default: the clock. */
  readonly now?: () => number;
}

export interface Catalog {
  /** Absolute. */
  readonly root: string;
  /** Absolute. */
  readonly workspace: string;
  /** In the order of the tree. */
  readonly entries: readonly CatalogEntry[];
  /** What archives of runs hold, at the paths where it stood. */
  readonly packed: readonly CatalogEntry[];
  /** Directories and archives that could not be read, relative to the root. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  /** Entries whose weights are the very bytes of an earlier one (links), by path: the path of that one. */
  readonly linked: ReadonlyMap<string, string>;
  /** How many entries were described anew; the others came from the index. */
  readonly described: number;
  /** Why the index was not kept, when it should have been. */
  readonly indexRefused?: string;
}

/**
 * Catalogs every checkpoint below `root`. Reads directory listings, sidecars, configurations and headers; writes only the index under
 * `<workspace>/.tunesmith/index/`. @throws `checkpoints.tree_missing`
 */
export function readCatalog(root: string, options: CatalogOptions): Catalog {
  const place = resolve(root);
  if (glance(place)?.isDirectory !== true) throw treeMissing(root);
  const now = (options.now ?? Date.now)();
  const workspace = resolve(options.workspace ?? findWorkspace(place));
  const prefix = relative(workspace, place).replaceAll(sep, "/");
  const told = `${prefix}\n${options.placeOf === undefined ? "" : "runs "}${options.peek === undefined ? "" : "headers"}`;
  const indexPath = join(workspace, ".tunesmith", "index", `checkpoints-${createHash("sha256").update(told).digest("hex").slice(0, 12)}.bin`);
  const stored = (options.index ?? "use") === "use" ? readIndex(indexPath, prefix, prefix) : new Map<string, StoredDirectory>();

  const look = lookThrough(place, (path) => stored.get(path)?.listing, now);
  const contexts = findContexts(look.directories, { root: place, workspace, prefix, placeOf: options.placeOf ?? (() => undefined), known: (path) => stored.get(path)?.context });
  const total = look.directories.reduce((sum, { listing }) => sum + listing.candidates.length, 0);
  const builder: Builder = { options, root: place, prefix, now, pool: createFactPool(), runs: new Map() };

  const kept = new Map<string, StoredDirectory>();
  const entries: CatalogEntry[] = [];
  const packed: CatalogEntry[] = [];
  const refused = [...look.refused];
  let described = 0;
  const stamps: number[] = [];
  const byDevice = new Map<number, Map<number, string>>();
  const linked = new Map<string, string>();
  let changed = look.listed > 0 || stored.size !== look.directories.length;
  for (const [at, { path, listing }] of look.directories.entries()) {
    const context = contexts[at]!;
    const earlier = stored.get(path);
    const old = earlier?.context === context.signature ? earlier : undefined;
    changed ||= earlier?.context !== context.signature;
    const directory = path === "" ? place : `${place}/${path}`;
    const ofDirectory = listing.candidates.map((candidate, position) => {
      const seen = takeStamps(stamps, directory, candidate);
      if (seen === undefined) return undefined;
      const reusable = old?.listing === listing ? old.entries[position] : old?.entries[old.listing.candidates.findIndex(({ name }) => name === candidate.name)];
      const isKept = reusable !== undefined && isAsStored(reusable, stamps);
      const one = isKept ? reusable : describe(builder, path, candidate, stamps, context);
      if (!isKept) described += 1;
      if (!isKept && described % 250 === 0) options.onProgress?.(described, total);
      const first = firstWith(seen, one.entry.path, byDevice);
      if (first !== one.entry.path) linked.set(one.entry.path, first);
      return one;
    });
    for (const one of ofDirectory) if (one !== undefined) entries.push(one.entry);
    if (listing.packed) {
      const read = readPacked(builder, path, context);
      if ("refused" in read) refused.push({ path: entryPath("", path, ARCHIVE_FILE), reason: read.refused });
      else packed.push(...read);
    }
    kept.set(path, { listing, context: context.signature, entries: ofDirectory });
  }
  const indexRefused = (changed || described > 0) && options.index !== "off" && entries.length >= (options.indexFrom ?? 100) ? keepIndex(indexPath, prefix, kept) : undefined;
  return { root: place, workspace, entries, packed: withoutUnpacked(packed, entries), refused, linked, described, ...(indexRefused !== undefined && { indexRefused }) };
}

/** The folder that holds `outputs`, `multirun` or `lightning_logs` on the way to the tree, else the tree itself. */
export function findWorkspace(root: string): string {
  const parts = resolve(root).split(sep);
  const at = parts.findLastIndex((part) => ["outputs", "multirun", "lightning_logs", "lightning_logs_backup"].includes(part));
  return at > 0 ? parts.slice(0, at).join(sep) || sep : resolve(root);
}

interface Builder {
  readonly options: CatalogOptions;
  readonly root: string;
  readonly prefix: string;
  readonly now: number;
  readonly pool: FactPool;
  readonly runs: Map<string, RunContext>;
}

function describe(builder: Builder, path: string, candidate: Candidate, stamps: readonly number[], context: DirectoryContext): StoredEntry {
  const { options, prefix, now, pool, root } = builder;
  const directory = path === "" ? root : `${root}/${path}`;
  const main = candidate.main === "." ? directory : `${directory}/${candidate.main}`;
  const entry = describeEntry(
    {
      candidate,
      path: entryPath(prefix, path, candidate.name),
      sizeBytes: candidate.pieces.reduce((sum, _piece, at) => sum + stamps[2 + 2 * at]!, /(?:\.index|^metadata)\.json$/.test(candidate.main) ? 0 : stamps[0]!),
      modifiedMs: stamps[1]!,
      sidecars: candidate.sidecars.map((name) => readSidecar(`${directory}/${name}`, options.parseYaml)),
      run: runOf(builder, context),
      peek: () => options.peek?.(candidate.name === "" ? directory : main, candidate.format),
    },
    pool,
  );
  return { entry, stamps: Float64Array.from(stamps, (stamp, at) => (at % 2 === 1 ? settledTime(stamp, now) : stamp)), stampsAt: 0, stampCount: stamps.length };
}

/** A packing that was cut off leaves both: what stands at its path counts once. */
function withoutUnpacked(packed: readonly CatalogEntry[], entries: readonly CatalogEntry[]): readonly CatalogEntry[] {
  if (packed.length === 0) return packed;
  const standing = new Set(entries.map(({ path }) => path));
  return packed.filter(({ path }) => !standing.has(path));
}

function readPacked(builder: Builder, path: string, context: DirectoryContext): readonly CatalogEntry[] | { readonly refused: string } {
  try {
    const index = readArchiveIndex(path === "" ? builder.root : `${builder.root}/${path}`);
    if (index === undefined) return { refused: "it has no index" };
    return describePacked(index, entryPath(builder.prefix, path, "checkpoints"), runOf(builder, context), builder.pool);
  } catch (cause) {
    return { refused: (cause as Error).message };
  }
}

function runOf({ options, runs }: Builder, context: DirectoryContext): RunContext | undefined {
  const { directory, configs, failed, signature } = context;
  const known = runs.get(signature);
  if (known !== undefined) return known;
  const place = context.findPlace();
  if (place === undefined) return undefined;
  const run = readRunContext(place, directory, configs, failed, options.parseYaml);
  runs.set(signature, run);
  return run;
}

/** The path under which the same bytes were seen first. */
function firstWith({ device, inode }: Glance, path: string, byDevice: Map<number, Map<number, string>>): string {
  if (inode === 0) return path;
  const known = byDevice.get(device) ?? new Map<number, string>();
  byDevice.set(device, known);
  const first = known.get(inode);
  if (first === undefined) known.set(inode, path);
  return first ?? path;
}

/** Puts size and time of the file, its pieces and its sidecars into `stamps`, in a row; undefined when the file itself is not there. */
function takeStamps(stamps: number[], directory: string, candidate: Candidate): Glance | undefined {
  const main = glance(candidate.main === "." ? directory : `${directory}/${candidate.main}`);
  if (main === undefined) return undefined;
  stamps.length = 0;
  stamps.push(main.sizeBytes, main.modifiedMs);
  for (const name of candidate.pieces) push(stamps, directory, name);
  for (const name of candidate.sidecars) push(stamps, directory, name);
  return main;
}

function push(stamps: number[], directory: string, name: string): void {
  const seen = glance(`${directory}/${name}`);
  stamps.push(seen?.sizeBytes ?? 0, seen?.modifiedMs ?? 0);
}

function isAsStored({ stamps, stampsAt, stampCount }: StoredEntry, now: readonly number[]): boolean {
  if (stampCount !== now.length) return false;
  for (let at = 0; at < stampCount; at += 1) if (stamps[stampsAt + at] !== now[at]) return false;
  return true;
}

/** An index that cannot be kept (a read-only tree, a full disk) is a remark, not an error. */
function keepIndex(path: string, root: string, directories: ReadonlyMap<string, StoredDirectory>): string | undefined {
  try {
    writeIndex(path, root, directories);
    return undefined;
  } catch (cause) {
    return `${dirname(path)}: ${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}`;
  }
}
