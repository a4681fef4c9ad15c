// Files and folders as `tree` and `paths-info` list them.
import { readCommit } from "../git/history.ts";
import { lastCommits } from "../git/last-commits.ts";
import { findEntry, listTree, type PathEntry } from "../git/paths.ts";
import type { GitStore } from "../git/store.ts";
import type { Route } from "../../route.ts";
import { bodyInvalid, entryMissing } from "./errors.ts";
import { readBytes } from "./body.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import { dateOf, requirePlace, requireRevision, splitMessage } from "./revision.ts";
import { isTrue, nextLink, repositoryRoutes } from "./routing.ts";

/** As on the Hugging Face hub: reading the history of a file costs more than its size. */
const PAGE_ENTRIES = 1000;
const PAGE_EXPANDED = 50;
const MOST_PATHS = 10_000;

export function entryRoutes(host: Host): readonly Route[] {
  return [
    ...repositoryRoutes(host, { method: "GET", path: "/tree/*", summary: "List files and folders", needs: "read" }, ({ call, query, repository: { git }, rest }) => {
      const { revision, commit, path } = requirePlace(git, rest);
      call.setHeaders({ "x-repo-commit": commit });
      const folder = findEntry(git, commit, path);
      if (folder?.mode !== "40000") throw entryMissing(path, revision);
      const expand = isTrue(query, "expand");
      const most = expand ? PAGE_EXPANDED : PAGE_ENTRIES;
      const limit = Math.min(Number(query.get("limit") ?? most) || most, most);
      const entries = listTree(git, commit, path, { recursive: isTrue(query, "recursive") });
      const cursor = query.get("cursor");
      // The cursor is the last path that was listed, so that a page stays the same page whatever is pushed meanwhile.
      const start = cursor === null ? 0 : entries.findIndex((entry) => entry.path === cursor) + 1;
      if (cursor !== null && start === 0) throw bodyInvalid("the cursor is of another listing");
      const page = entries.slice(start, start + limit);
      const next = start + limit < entries.length ? page.at(-1)?.path : undefined;
      return { json: describeEntries(git, commit, page, expand), headers: nextLink(call, next) };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/paths-info/*", summary: "Describe some files and folders", needs: "read" }, async ({ call, body, repository: { git }, rest }) => {
      const { commit } = requireRevision(git, rest);
      const { paths, expand } = readWish(await readBytes(body, 16 * 2 ** 20), call.headers["content-type"] ?? "");
      const found = [...new Set(paths)].flatMap((path) => {
        const entry = path === "" ? undefined : findEntry(git, commit, path.replace(/\/+$/, ""));
        return entry === undefined ? [] : [{ path: path.replace(/\/+$/, ""), mode: entry.mode, id: entry.id, type: entry.mode === "40000" ? "tree" : entry.mode === "160000" ? "commit" : "blob" } as const];
      });
      return { json: describeEntries(git, commit, found, expand), headers: { "x-repo-commit": commit } };
    }),
  ];
}

/** A form from Python, JSON from JavaScript. @throws `hub.body_invalid` */
function readWish(bytes: Buffer, mediaType: string): { readonly paths: readonly string[]; readonly expand: boolean } {
  const text = bytes.toString("utf8");
  if (mediaType.startsWith("application/json")) {
    const value = parse(text) as { readonly paths?: unknown; readonly expand?: unknown } | null;
    const paths = typeof value?.paths === "string" ? [value.paths] : value?.paths;
    if (!Array.isArray(paths) || paths.length > MOST_PATHS || !paths.every((path) => typeof path === "string")) throw bodyInvalid(`"paths" must be a list of at most ${MOST_PATHS} texts`);
    return { paths, expand: value?.expand === true };
  }
  const form = new URLSearchParams(text);
  const paths = [...form.getAll("paths"), ...form.getAll("paths[]")];
  if (paths.length > MOST_PATHS) throw bodyInvalid(`"paths" must be at most ${MOST_PATHS} texts`);
  return { paths, expand: isTrue(form, "expand") };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bodyInvalid("it is not valid JSON");
  }
}

function describeEntries(git: GitStore, commit: string, entries: readonly PathEntry[], expand: boolean): readonly unknown[] {
  const last = expand ? lastCommits(git, commit, entries.map(({ path }) => path)) : undefined;
  return entries.map(({ path, type, id }) => {
    const changed = last?.get(path);
    const extra = changed === undefined ? {} : { lastCommit: describeCommit(git, changed) };
    if (type === "tree") return { type: "directory", oid: id, size: 0, path, ...extra };
    if (type === "commit") return { type: "file", oid: id, size: 0, path, ...extra };
    const { sizeBytes, pointer, blobBytes } = fileFacts(git, id);
    return { type: "file", oid: id, size: sizeBytes, ...(pointer === undefined ? {} : { lfs: { oid: pointer.oid, size: pointer.sizeBytes, pointerSize: blobBytes } }), path, ...extra };
  });
}

function describeCommit(git: GitStore, id: string): unknown {
  const { message, committer } = readCommit(git, id);
  return { id, title: splitMessage(message).title, date: dateOf(committer.seconds) };
}
