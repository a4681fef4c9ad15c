// The history made whole again: what is there stays as it is written, line by line; what run directories and the tags of a remote know besides is
// put where its time or its version belongs. A plan first; carrying it out keeps the old file.
import { join, dirname, resolve } from "node:path";
import { exists, readBytes, readText, sha256, withLock, writeFileAtomic } from "../files/index.ts";
import { historyEntrySchema, parseRecord, type HistoryEntry } from "../records/index.ts";
import { historyChanged } from "./errors.ts";
import { formatHistoryLine, historyEntryOf } from "./history.ts";
import type { BrokenLine } from "./metrics.ts";
import { listRuns, type StoredRun } from "./read.ts";
import { formatStamp } from "./stamps.ts";
import { parseTagMessage, parseVersionTag, type RemoteTag } from "./tags.ts";
import { compareVersionNumbers, formatVersion, parseVersion, type Version } from "./version.ts";
import { historyLockPath, historyPathFor } from "./workspace.ts";

export interface RebuildOptions {
  readonly outputDir: string;
  /** Default: beside `outputDir`. */
  readonly historyPath?: string;
  /** Tags of the model's repository. Default: none. */
  readonly tags?: readonly RemoteTag[];
}

export interface AddedLine {
  readonly source: "run" | "tag";
  /** The run or the tag. */
  readonly name: string;
  readonly version: string | null;
  readonly status: string;
}

/** What would be written, and why. Nothing was touched. */
export interface HistoryRebuild {
  readonly historyPath: string;
  /** The whole new file, a line each. */
  readonly lines: readonly string[];
  /** SHA-256 of the file the plan was made of; null when there was none. */
  readonly digest: string | null;
  /** Lines that stay as they are. */
  readonly kept: number;
  readonly added: readonly AddedLine[];
  /** Lines that cannot be used: left out, and kept in the backup. */
  readonly broken: readonly BrokenLine[];
  readonly skippedTags: readonly { readonly name: string; readonly reason: string }[];
  /** Sentences a person should read: a version that two runs claim, a run that cannot be read. */
  readonly warnings: readonly string[];
}

interface PlacedLine {
  readonly text: string;
  readonly timeMs: number;
  readonly version: Version | undefined;
  readonly entry: HistoryEntry;
}

/** Compares the history with run directories and tags. Reads; writes nothing. */
export function planHistoryRebuild(options: RebuildOptions): HistoryRebuild {
  const historyPath = options.historyPath ?? historyPathFor(options.outputDir);
  const { lines, broken, digest } = readLines(historyPath);
  const kept = lines.length;
  const { runs, unreadable } = listRuns(options.outputDir);
  const added: AddedLine[] = [];
  const add = (entry: HistoryEntry, source: AddedLine["source"], name: string): void => {
    const line = placed(formatHistoryLine(entry), entry);
    lines.splice(placeFor(line, lines), 0, line);
    added.push({ source, name, version: entry.version, status: String(entry.metadata["status"] ?? "finished") });
  };
  for (const { record } of runs.toReversed().filter((run) => isMissing(run, lines))) add(historyEntryOf(record), "run", record.name);
  const skippedTags: { name: string; reason: string }[] = [];
  for (const tag of options.tags ?? []) {
    const told = readTag(tag, lines);
    if ("reason" in told) skippedTags.push({ name: tag.name, reason: told.reason });
    else add(told.entry, "tag", tag.name);
  }
  const warnings = [...unreadable.map(({ directory, message }) => `${directory} cannot be read, its line is not made: ${message}`), ...doubledVersions(lines)];
  return { historyPath, lines: lines.map(({ text }) => text), digest, kept, added, broken, skippedTags, warnings };
}

/** Whether the file would change. */
export function isRebuildNeeded({ added, broken }: HistoryRebuild): boolean {
  return added.length > 0 || broken.length > 0;
}

/**
 * Writes the planned history under its lock; the old file is kept in `.tunesmith/history`.
 * @returns where it is kept, null when there was none or nothing changes @throws `runs.history_changed`
 */
export function applyHistoryRebuild(plan: HistoryRebuild, now: () => Date = () => new Date()): Promise<{ readonly backup: string | null }> {
  const { historyPath, digest, lines } = plan;
  return withLock(historyLockPath(historyPath), () => {
    if (!isRebuildNeeded(plan)) return { backup: null };
    if (readDigest(historyPath) !== digest) throw historyChanged(historyPath);
    const backup = digest === null ? null : join(dirname(resolve(historyPath)), ".tunesmith", "history", `${formatStamp(now())}-${digest.slice(0, 8)}.jsonl`);
    if (backup !== null) writeFileAtomic(backup, readBytes(historyPath));
    writeFileAtomic(historyPath, lines.map((line) => `${line}\n`).join(""));
    return { backup };
  });
}

function readLines(historyPath: string): { readonly lines: PlacedLine[]; readonly broken: readonly BrokenLine[]; readonly digest: string | null } {
  const lines: PlacedLine[] = [];
  const broken: BrokenLine[] = [];
  const text = exists(historyPath) ? readText(historyPath) : "";
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      lines.push(placed(line.trim(), parseRecord(historyEntrySchema, JSON.parse(line), `${historyPath}, line ${index + 1}`)));
    } catch (cause) {
      broken.push({ line: index + 1, message: (cause as Error).message });
    }
  }
  return { lines, broken, digest: readDigest(historyPath) };
}

function readDigest(historyPath: string): string | null {
  return exists(historyPath) ? sha256(readBytes(historyPath)) : null;
}

function placed(text: string, entry: HistoryEntry): PlacedLine {
  return { text, entry, timeMs: Date.parse(entry.timestamp), version: entry.version === null ? undefined : parseVersion(entry.version) };
}

/** A run that ended belongs into the history, once for the way it ended; one that was stopped may still go on. */
function isMissing({ record }: StoredRun, lines: readonly PlacedLine[]): boolean {
  if (record.status !== "finished" && record.status !== "failed") return false;
  return !lines.some(({ entry }) => {
    const id = entry.metadata["run_id"];
    if (id === record.id) return entry.version === record.version;
    return id === undefined && record.version !== null && entry.version === record.version;
  });
}

/** What a tag tells of a version whose run is not here; or why it tells nothing. */
function readTag({ name, message, timestamp }: RemoteTag, lines: readonly PlacedLine[]): { readonly entry: HistoryEntry } | { readonly reason: string } {
  const tag = parseVersionTag(name);
  if (tag === undefined) return { reason: "it is no version" };
  if (tag.subject === "dataset") return { reason: "it is the version of a dataset" };
  const version = formatVersion(tag.version);
  if (lines.some((line) => line.version !== undefined && formatVersion(line.version) === version)) return { reason: "its version is recorded" };
  const { F1, Acc, samples, ...others } = parseTagMessage(message ?? "");
  const overall = { ...(F1 !== undefined && { f1_micro: F1 }), ...(Acc !== undefined && { accuracy: Acc }), ...others };
  const metadata = { source: "tag", remote_tag: name, ...(message !== undefined && { message }) };
  return { entry: { version, timestamp: timestamp ?? "unknown", config: samples === undefined ? {} : { train_size: samples }, metrics: { overall }, metadata } };
}

/** Before the first later line; without a time, before the first higher version; else at the end. */
function placeFor(line: PlacedLine, lines: readonly PlacedLine[]): number {
  const isLater = (other: PlacedLine): boolean => {
    if (!Number.isNaN(line.timeMs)) return other.timeMs > line.timeMs;
    return line.version !== undefined && other.version !== undefined && compareVersionNumbers(other.version, line.version) > 0;
  };
  const index = lines.findIndex(isLater);
  return index < 0 ? lines.length : index;
}

function doubledVersions(lines: readonly PlacedLine[]): readonly string[] {
  const claims = new Map<string, Set<string>>();
  for (const { entry, version } of lines) {
    if (version === undefined) continue;
    const name = entry.metadata["run"] ?? entry.metadata["run_id"] ?? "a line without a run";
    claims.set(formatVersion(version), (claims.get(formatVersion(version)) ?? new Set()).add(String(name)));
  }
  return [...claims].filter(([, names]) => names.size > 1).map(([version, names]) => `${version} is claimed by ${[...names].join(" and ")}`);
}
