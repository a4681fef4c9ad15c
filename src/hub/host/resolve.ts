// Files by their names: `resolve` sends the content, wherever it lies, `raw` what git has of it. Headers as clients read them:
// X-Repo-Commit, ETag (the name of the file in their caches), X-Linked-Size, X-Linked-Etag.
import { findEntry } from "../git/paths.ts";
import type { Route, RouteReply } from "../../route.ts";
import { largeFileMissing } from "../store/errors.ts";
import { entryMissing } from "./errors.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import { CAUTION, dispositionOf, mediaTypeOf } from "./media-type.ts";
import { parseRange, type ByteSpan } from "./range.ts";
import { requirePlace } from "./revision.ts";
import { repositoryRoutes, type RepositoryCall } from "./routing.ts";

export function resolveRoutes(host: Host): readonly Route[] {
  return (["resolve", "raw"] as const).flatMap((verb) =>
    (["GET", "HEAD"] as const).flatMap((method) =>
      repositoryRoutes(host, { method, path: `/${verb}/*`, summary: verb === "raw" ? "A file as git has it" : "A file", needs: "read", base: "page" }, (call) => sendFile(call, verb === "raw")),
    ),
  );
}

/** @throws `hub.entry_missing` with X-Repo-Commit, so that clients remember that there is no such file in this commit */
function sendFile({ host, call, query, repository, rest }: RepositoryCall, raw: boolean): RouteReply {
  const { git } = repository;
  const { revision, commit, path } = requirePlace(git, rest);
  call.setHeaders({ "x-repo-commit": commit, "access-control-expose-headers": "*" });
  const entry = path === "" ? undefined : findEntry(git, commit, path);
  if (entry === undefined || entry.mode === "40000" || entry.mode === "160000") throw entryMissing(path, revision);
  const facts = fileFacts(git, entry.id);
  const pointer = raw ? undefined : facts.pointer;
  const etag = `"${pointer?.oid ?? entry.id}"`;
  const headers: Record<string, string> = {
    ...CAUTION,
    etag,
    "accept-ranges": "bytes",
    "content-disposition": dispositionOf(path, query.get("download") === "true" || query.get("download") === "1"),
    "cache-control": "no-cache",
    ...(pointer === undefined ? {} : { "x-linked-etag": etag, "x-linked-size": String(pointer.sizeBytes) }),
  };
  if (matchesTag(call.headers["if-none-match"], etag)) return { empty: true, status: 304, headers };
  const sizeBytes = pointer?.sizeBytes ?? facts.blobBytes;
  const read = (span: ByteSpan) => (pointer === undefined ? git.readObject(entry.id).bytes.subarray(span.start, span.end) : host.large.read(pointer.oid, span));
  if (pointer !== undefined && !host.large.has(pointer.oid)) throw largeFileMissing(pointer.oid);
  return sendRange({ method: call.method, range: rangeHeader(call.headers, etag), sizeBytes, mediaType: mediaTypeOf(path), headers, read });
}

interface Sending {
  readonly method: string;
  readonly range: string | undefined;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly read: (span: ByteSpan) => Uint8Array | AsyncIterable<Uint8Array>;
}

/** The whole or a part, by what was asked for. */
export function sendRange({ method, range, sizeBytes, mediaType, headers, read }: Sending): RouteReply {
  const asked = parseRange(range, sizeBytes);
  // JavaScript's client asks an empty file for its first byte, to learn its size, and takes no refusal.
  const isEmptyProbe = asked === "none" && sizeBytes === 0;
  if (asked === "none" && !isEmptyProbe) return { json: { error: `The file has ${sizeBytes} bytes: the range lies behind them` }, status: 416, headers: { ...headers, "content-range": `bytes */${sizeBytes}` } };
  const span = typeof asked === "string" ? { start: 0, end: sizeBytes } : asked;
  const status = typeof asked === "string" ? 200 : 206;
  const ranged: Readonly<Record<string, string>> = isEmptyProbe ? { "content-range": "bytes */0" } : status === 206 ? { "content-range": `bytes ${span.start}-${span.end - 1}/${sizeBytes}` } : {};
  const length = span.end - span.start;
  if (method === "HEAD") return { empty: true, status, headers: { ...headers, ...ranged, "content-type": mediaType, "content-length": String(length) } };
  return { stream: read(span), mediaType, sizeBytes: length, status, headers: { ...headers, ...ranged } };
}

/** A part of what is another file by now is of no use. */
function rangeHeader(headers: RepositoryCall["call"]["headers"], etag: string): string | undefined {
  const condition = headers["if-range"];
  return condition === undefined || condition === etag ? headers["range"] : undefined;
}

function matchesTag(header: string | undefined, etag: string): boolean {
  return header?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) ?? false;
}
