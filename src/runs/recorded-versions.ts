// The versions that run directories hold. A version that a record once had does not change, so what was read is kept below `.tunesmith/index`
// and only what is new, or had no version yet, is read again. It is a cache: deleted, damaged or foreign, every run.json is read.
import { basename, dirname, join, relative, resolve } from "node:path";
import { glance, readSmallText, sha256, writeFileAtomic } from "../files/index.ts";
import { discoverRuns } from "./query/discover.ts";
import { MULTIRUN, OUTPUTS, RUN_FILE } from "./workspace.ts";

interface KnownRecord {
  /** Empty: the record has none. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface RecordedVersionsOptions {
  /** From how many directories on what was read is kept. Default 500. */
  readonly keepFrom?: number;
  /** Up to how many directories every run.json is compared by size and time of change; above that, those without a version. Default 20,000. */
  readonly compareUpTo?: number;
}

const HEAD = "tunesmith versions 1";
const LARGEST = 1 << 26;
/** The cache is written again when this many records, and this share of them, were read beside it. */
const REWRITE_FROM = 200;
const REWRITE_SHARE = 1 / 64;

/** Every version in a run.json below `outputDir` and in the `multirun` beside it. Reads leniently: a damaged record keeps its version taken. */
export function readRecordedVersions(outputDir: string, { keepFrom = 500, compareUpTo = 20_000 }: RecordedVersionsOptions = {}): ReadonlySet<string> {
  // Runs of a sweep count with those of the output directory, and the other way round.
  const base = basename(resolve(outputDir)) === MULTIRUN ? join(dirname(resolve(outputDir)), OUTPUTS) : resolve(outputDir);
  const { directories } = discoverRuns(base, Date.now());
  const isKept = directories.length >= keepFrom;
  const path = cachePath(base);
  const known = isKept ? readCache(path) : new Map<string, KnownRecord>();
  const found = new Map<string, KnownRecord>();
  const versions = new Set<string>();
  let fresh = 0;
  for (const directory of directories) {
    const old = known.get(directory);
    let record = old;
    if (old === undefined || old.version === "" || directories.length <= compareUpTo) {
      const file = join(base, directory, RUN_FILE);
      const stat = glance(file);
      if (stat === undefined) continue;
      if (old === undefined || old.sizeBytes !== stat.sizeBytes || old.modifiedMs !== stat.modifiedMs) {
        record = { version: readVersion(file), sizeBytes: stat.sizeBytes, modifiedMs: stat.modifiedMs };
        fresh += 1;
      }
    }
    if (record === undefined) continue;
    if (record.version !== "") versions.add(record.version);
    found.set(directory, record);
  }
  if (isKept && fresh >= Math.max(REWRITE_FROM, REWRITE_SHARE * directories.length)) writeCache(path, found);
  return versions;
}

/** The member of the whole record, or of what is left of a damaged one; empty when it has none. */
function readVersion(path: string): string {
  const content = readSmallText(path, LARGEST);
  if (!("text" in content)) return "";
  // As we write it: two spaces before the members of the record, more before those of its parts.
  if (content.text.startsWith('{\n  "')) {
    const own = /\n {2}"version": (?:"([^"\\\n]*)"|null)/.exec(content.text);
    if (own !== null) return own[1] ?? "";
  }
  try {
    const record = JSON.parse(content.text) as { readonly version?: unknown } | null;
    return typeof record?.version === "string" ? record.version : "";
  } catch {
    // Every listing names the damage.
    return /"version"\s*:\s*"([^"\\\n]*)"/.exec(content.text)?.[1] ?? "";
  }
}

function cachePath(base: string): string {
  const workspace = dirname(base);
  const name = basename(base).replaceAll(/[^A-Za-z0-9_-]/g, "_");
  return join(workspace, ".tunesmith", "index", `versions-${name}-${sha256(relative(workspace, base)).slice(0, 8)}.tsv`);
}

function readCache(path: string): Map<string, KnownRecord> {
  const known = new Map<string, KnownRecord>();
  const content = readSmallText(path, 1 << 29);
  const lines = "text" in content ? content.text.split("\n") : [];
  // The number of lines stands at the end: a cut file is none.
  if (lines[0] !== HEAD || lines.at(-2) !== String(lines.length - 3)) return known;
  for (const line of lines.slice(1, -2)) {
    const [version, size, modified, directory] = line.split("\t");
    if (directory !== undefined) known.set(directory, { version: version!, sizeBytes: Number(size), modifiedMs: Number(modified) });
  }
  return known;
}

function writeCache(path: string, found: ReadonlyMap<string, KnownRecord>): void {
  const lines = [...found].filter(([directory, { version }]) => !/[\t\n]/.test(directory + version)).map(([directory, { version, sizeBytes, modifiedMs }]) => `${version}\t${sizeBytes}\t${modifiedMs}\t${directory}`);
  try {
    writeFileAtomic(path, `${[HEAD, ...lines, lines.length].join("\n")}\n`);
  } catch (cause) {
    if (!REFUSALS.has((cause as NodeJS.ErrnoException).code)) throw cause;
  }
}

/** A tree that cannot be written has no cache; neither has one whose index is being deleted. */
const REFUSALS: ReadonlySet<unknown> = new Set(["ENOENT", "EACCES", "EROFS", "EPERM", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"]);
