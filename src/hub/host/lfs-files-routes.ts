// What a repository keeps as large files, in all its commits: looked at, taken out for good, given to another repository.
import { z } from "zod";
import type { Route } from "../../route.ts";
import { readJsonBody } from "./body.ts";
import { maySee, requireWriter } from "./caller.ts";
import { bodyInvalid, repositoryMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { referredFiles } from "./lfs-files.ts";
import { dropFromHistory } from "./rewrite-history.ts";
import { dateOf } from "./revision.ts";
import { nextLink, repositoryRoutes, wholeNumber } from "./routing.ts";

const PAGE = 1000;
const sha = z.string().regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/);
const dropSchema = z.object({ deletions: z.object({ sha: z.array(sha).max(1000), rewriteHistory: z.boolean().default(false) }) });
const giveSchema = z.object({ target: z.object({ type: z.enum(["model", "dataset", "space"]).nullish(), name: z.string() }), files: z.array(z.object({ sha256: z.string(), filename: z.string().optional() })).max(PAGE) });

export function lfsFilesRoutes(host: Host): readonly Route[] {
  return [
    ...repositoryRoutes(host, { method: "GET", path: "/lfs-files", summary: "List large files of all commits", needs: "write" }, ({ call, query, repository }) => {
      const all = [...referredFiles(repository).values()].sort((a, b) => b.seconds - a.seconds || (a.path < b.path ? -1 : 1));
      const start = wholeNumber(query.get("cursor") ?? "0", "cursor");
      const files = all.slice(start, start + PAGE).map(({ oid, sizeBytes, blob, path, ref, seconds }) => ({ fileOid: blob, filename: path, oid, pushedAt: dateOf(seconds), ref, size: sizeBytes }));
      return { json: files, headers: nextLink(call, start + PAGE < all.length ? String(start + PAGE) : undefined) };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/lfs-files/batch", summary: "Take large files out of all commits", needs: "write" }, async ({ body, repository }) => {
      const { deletions } = await readJsonBody(body, dropSchema);
      // The content may be another repository's, too: it goes with the garbage, when nobody refers to it any more.
      if (!deletions.rewriteHistory) throw bodyInvalid('"rewriteHistory" must be true: commits would refer to files that are gone');
      await repository.exclusively(() => {
        const wanted = new Set(deletions.sha);
        const blobs = [...referredFiles(repository).values()].filter(({ oid, blob }) => wanted.has(blob) || wanted.has(oid)).map(({ blob }) => blob);
        dropFromHistory(repository.git, new Set(blobs));
      });
      return { json: {} };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/lfs-files/duplicate", summary: "Give large files to another repository", needs: "read" }, async ({ body, caller, repository }) => {
      const { target, files } = await readJsonBody(body, giveSchema);
      const found = host.repositories.find(target.type ?? "model", target.name);
      if (found === undefined || !maySee(host.accounts, found.repository.record, caller)) throw repositoryMissing(target.type ?? "model", target.name);
      requireWriter(host.accounts, found.repository.record.owner, found.repository.id, caller);
      const mine = referredFiles(repository);
      const failed = files.filter(({ sha256 }) => !mine.has(sha256) || !host.large.touch(sha256));
      for (const { sha256 } of files) if (mine.has(sha256)) host.possession.note(found.repository, sha256);
      return { json: { failed: failed.map(({ sha256 }) => ({ sha256, error: "this repository has no such large file" })) } };
    }),
  ];
}
