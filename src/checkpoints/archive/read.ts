// Reading an archive from end to end: what it says it holds, and the digest of what it really holds.
import { createHash } from "node:crypto";
import { createTarReader, loadZstd, readZstd, type TarEntry, type Zstd } from "../../files/index.ts";
import type { ArchivedCheckpoint, ArchivedFile } from "../../records/index.ts";
import { archiveDamaged } from "../errors.ts";

/** Takes what is read; `undefined` members are not wanted. */
export interface ArchiveSink {
  directory?(path: string): void;
  /** Begins a file; what it returns takes its content. */
  file?(entry: TarEntry): { write(bytes: Uint8Array): void; close(sha256: string): void; abort(): void };
  same?(entry: TarEntry, target: string): void;
}

interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Content bytes read so far. */
  readonly onProgress?: (doneBytes: number) => void;
}

/**
 * Streams an archive into `sink`. Each path comes once, and a second name only of a file before it.
 * @throws `files.zstd_damaged`, `files.tar_refused`, `checkpoints.archive_damaged`, AbortError
 */
export async function readArchive(path: string, sink: ArchiveSink = {}, { signal, onProgress }: ReadOptions = {}): Promise<readonly (ArchivedFile & { readonly modifiedMs: number })[]> {
  const zstd: Zstd = await loadZstd();
  const tar = createTarReader(readZstd(zstd, path), path);
  const files = new Map<string, ArchivedFile & { readonly modifiedMs: number }>();
  let done = 0;
  for (let entry = await tar.next(); entry !== undefined; entry = await tar.next()) {
    const above = parentsOf(entry.path).find((parent) => files.has(parent));
    if (above !== undefined) throw archiveDamaged(path, `${entry.path} lies below ${above}, which is a file`);
    if (entry.kind === "directory") {
      sink.directory?.(entry.path);
      continue;
    }
    if (files.has(entry.path)) throw archiveDamaged(path, `it holds ${entry.path} twice`);
    if (entry.kind === "same") {
      const first = files.get(entry.target ?? "");
      if (first === undefined) throw archiveDamaged(path, `${entry.path} is a link to ${entry.target}, which is no file before it`);
      files.set(entry.path, { ...first, path: entry.path, same_as: first.same_as ?? first.path, modifiedMs: entry.modifiedMs });
      sink.same?.(entry, first.path);
      continue;
    }
    const hash = createHash("sha256");
    const target = sink.file?.(entry);
    try {
      for (let piece = await tar.read(); piece !== undefined; piece = await tar.read()) {
        signal?.throwIfAborted();
        hash.update(piece);
        target?.write(piece);
        onProgress?.((done += piece.byteLength));
      }
      const sha256 = hash.digest("hex");
      files.set(entry.path, { path: entry.path, size_bytes: entry.sizeBytes, sha256, same_as: null, modifiedMs: entry.modifiedMs });
      target?.close(sha256);
    } finally {
      target?.abort();
    }
  }
  return [...files.values()];
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_part, at) => parts.slice(0, at + 1).join("/"));
}

/** The checkpoints that files belong to: the first part of their path. `metadataOf` reads the sidecar of one. */
export function groupCheckpoints(
  files: readonly { readonly path: string; readonly size_bytes: number; readonly modifiedMs: number }[],
  metadataOf: (name: string) => Record<string, unknown> | null,
): ArchivedCheckpoint[] {
  const names = new Map<string, { kind: ArchivedCheckpoint["kind"]; bytes: number; modifiedMs: number }>();
  for (const { path, size_bytes, modifiedMs } of files) {
    const name = path.split("/")[0]!;
    const known = names.get(name) ?? { kind: path.includes("/") ? ("directory" as const) : ("file" as const), bytes: 0, modifiedMs: 0 };
    names.set(name, { ...known, bytes: known.bytes + size_bytes, modifiedMs: Math.max(known.modifiedMs, modifiedMs) });
  }
  return [...names].map(([name, { kind, bytes, modifiedMs }]) => ({
    name,
    kind,
    size_bytes: bytes,
    modified_at: new Date(modifiedMs).toISOString(),
    metadata: kind === "directory" ? metadataOf(name) : null,
  }));
}

/** An object of JSON, or null. */
export function parseMetadata(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
