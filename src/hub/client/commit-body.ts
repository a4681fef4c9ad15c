import type { HubDeletion, MeasuredFile } from "./changes.ts";
import { readSource } from "./source.ts";

export interface CommitHeader {
  readonly summary: string;
  readonly description: string;
  readonly parentCommit?: string;
}

const encoder = new TextEncoder();

/** The lines of `application/x-ndjson`: header, deletions, files. A file in the commit itself is turned into base64 as it is read. */
export async function* encodeCommit(header: CommitHeader, files: readonly MeasuredFile[], deletions: readonly HubDeletion[]): AsyncGenerator<Uint8Array> {
  yield line("header", header);
  for (const deletion of deletions) yield line(deletion.folder === true ? "deletedFolder" : "deletedFile", { path: deletion.folder === true ? `${deletion.delete.replace(/\/+$/, "")}/` : deletion.delete });
  for (const { mode, path, sha256, sizeBytes, source } of files) {
    if (mode === "large") {
      yield line("lfsFile", { path, algo: "sha256", oid: sha256, size: sizeBytes });
      continue;
    }
    yield encoder.encode(`{"key":"file","value":{"path":${JSON.stringify(path)},"encoding":"base64","content":"`);
    for await (const piece of readSource(source, 0, sizeBytes)) yield encoder.encode(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("base64"));
    yield encoder.encode('"}}\n');
  }
}

function line(key: string, value: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify({ key, value })}\n`);
}
