// Files as they are to stand in a repository, and how they compare with those that stand there: by content, never by name or size.
import { createHash } from "node:crypto";
import { sha256, withFile } from "../../files/index.ts";
import type { ContentDifference } from "../errors.ts";
import type { FileSource, RemoteFile } from "../hub-port.ts";

export interface PublishedFile {
  /** In the repository. */
  readonly path: string;
  readonly source: FileSource;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export function textFile(path: string, text: string): PublishedFile {
  const bytes = new TextEncoder().encode(text);
  return { path, source: { bytes }, sizeBytes: bytes.byteLength, sha256: sha256(bytes) };
}

/** Those that are not there, or are there with other content. */
export function findDifferences(files: readonly PublishedFile[], remote: ReadonlyMap<string, RemoteFile>): readonly ContentDifference[] {
  return files.flatMap((file): readonly ContentDifference[] => {
    const there = remote.get(file.path);
    if (there === undefined) return [{ path: file.path, here: file.sha256, there: null }];
    const here = there.sha256 === undefined ? gitBlobId(file) : file.sha256;
    return here === (there.sha256 ?? there.gitId) ? [] : [{ path: file.path, here, there: there.sha256 ?? there.gitId }];
  });
}

const PIECE_BYTES = 1 << 22;

/** SHA-1 of `blob <size>\0` and the content. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export function gitBlobId({ source, sizeBytes }: Pick<PublishedFile, "source" | "sizeBytes">): string {
  const hash = createHash("sha1").update(`blob ${sizeBytes}\0`);
  if ("bytes" in source) return hash.update(source.bytes).digest("hex");
  return withFile(source.file, (file) => {
    for (let offset = 0; offset < file.sizeBytes; offset += PIECE_BYTES) hash.update(file.read(offset, Math.min(PIECE_BYTES, file.sizeBytes - offset)));
    return hash.digest("hex");
  });
}
