// Branches, tags and the history.
import { z } from "zod";
import { encodeTag, parseTag, type Person } from "../git/commit.ts";
import { countCommits, logCommits, readCommit } from "../git/history.ts";
import { findRefNameFault } from "../git/ref-name.ts";
import { peelToCommit } from "../git/revisions.ts";
import type { GitStore } from "../git/store.ts";
import { escapeHtml } from "../pages/html.ts";
import type { Route } from "../../route.ts";
import { readJsonBody } from "./body.ts";
import { authorOf, requireTarget, writeCommit } from "./commit.ts";
import { branchMissing, referenceInvalid, referenceProtected, referenceTaken } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";
import { dateOf, requireRevision, splitMessage } from "./revision.ts";
import { isTrue, listOf, nextLink, repositoryRoutes } from "./routing.ts";

const PAGE_COMMITS = 50;
const MOST_COMMITS = 1000;
const branchSchema = z.object({ startingPoint: z.string().nullish(), emptyBranch: z.boolean().default(false), overwrite: z.boolean().default(false) });
const tagSchema = z.object({ tag: z.string(), message: z.string().nullish() });
const squashSchema = z.object({ message: z.string().nullish() });

export function refsRoutes(host: Host): readonly Route[] {
  return [
    ...repositoryRoutes(host, { method: "GET", path: "/refs", summary: "List branches and tags", needs: "see" }, ({ query, repository: { git } }) => {
      const list = (prefix: string) => git.refs.list(prefix).flatMap(({ name, id }) => {
        const targetCommit = peelToCommit(git, id);
        const message = git.objectType(id) === "tag" ? { message: parseTag(git.readObject(id).bytes).message.trimEnd() } : {};
        return targetCommit === undefined ? [] : [{ name: name.slice(prefix.length), ref: name, targetCommit, ...message }];
      });
      const pulls = isTrue(query, "include_prs") || isTrue(query, "include_pull_requests");
      const head = git.head().slice("refs/heads/".length);
      const branches = list("refs/heads/");
      return { json: { branches: [...branches.filter(({ name }) => name === head), ...branches.filter(({ name }) => name !== head)], converts: list("refs/convert/"), tags: list("refs/tags/"), ...(pulls ? { pullRequests: list("refs/pr/") } : {}) } };
    }),
    ...repositoryRoutes(host, { method: "GET", path: "/commits/*", summary: "List commits, the newest first", needs: "see" }, ({ call, query, repository: { git }, rest }) => {
      const { commit } = requireRevision(git, rest);
      const limit = Math.min(MOST_COMMITS, Math.max(1, Math.floor(Number(query.get("limit") ?? PAGE_COMMITS)) || PAGE_COMMITS));
      const after = query.get("cursor") ?? undefined;
      const found = logCommits(git, commit, { limit: limit + 1, ...(after === undefined ? {} : { after }) });
      const page = found.slice(0, limit);
      const isFormatted = listOf(query, "expand").includes("formatted");
      return {
        json: page.map(({ id, commit: { message, author, committer } }) => {
          const { title, body } = splitMessage(message);
          const formatted = isFormatted ? { formatted: { title: escapeHtml(title), message: escapeHtml(body) } } : {};
          return { id, title, message: body, date: dateOf(committer.seconds), authors: [{ user: author.name, avatar: "" }], ...formatted };
        }),
        headers: { ...nextLink(call, found.length > limit ? page.at(-1)?.id : undefined), "x-total-count": String(countCommits(git, commit)) },
      };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/branch/*", summary: "Make a branch", needs: "write" }, async ({ body, caller, repository, rest }) => {
      const { startingPoint, emptyBranch, overwrite } = await readJsonBody(body, branchSchema);
      const ref = requireRefName("heads", rest);
      await repository.exclusively(() => {
        const { git } = repository;
        const current = git.refs.read(ref);
        if (current !== undefined && !overwrite) throw referenceTaken(ref);
        const target = emptyBranch
          ? writeCommit(git, { tree: git.writeObject("tree", new Uint8Array(0)), parents: [], message: "initial commit", author: authorOf(caller!), seconds: Math.floor(host.now().getTime() / 1000) })
          : requireRevision(git, startingPoint ?? "HEAD").commit;
        git.refs.update(ref, target, current);
      });
      return { json: {} };
    }),
    ...repositoryRoutes(host, { method: "DELETE", path: "/branch/*", summary: "Delete a branch", needs: "write" }, async ({ repository, rest }) => {
      const ref = `refs/heads/${rest}`;
      if (ref === repository.git.head()) throw referenceProtected(ref);
      await deleteRef(repository, ref, rest);
      return { json: {} };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/tag/*", summary: "Make a tag", needs: "write" }, async ({ body, caller, repository, rest }) => {
      const { tag, message } = await readJsonBody(body, tagSchema);
      requireRevision(repository.git, rest);
      const ref = requireRefName("tags", tag);
      await repository.exclusively(() => {
        const { git } = repository;
        const { commit } = requireRevision(git, rest);
        if (git.refs.read(ref) !== undefined) throw referenceTaken(ref);
        git.refs.update(ref, message === undefined || message === null || message === "" ? commit : annotate(git, { name: tag, commit, message, tagger: { ...authorOf(caller!), seconds: Math.floor(host.now().getTime() / 1000), zone: "+0000" } }), undefined);
      });
      return { json: {} };
    }),
    ...repositoryRoutes(host, { method: "DELETE", path: "/tag/*", summary: "Delete a tag", needs: "write" }, async ({ repository, rest }) => {
      await deleteRef(repository, `refs/tags/${rest}`, rest);
      return { json: {} };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/super-squash/*", summary: "Make one commit of a branch", needs: "write" }, async ({ body, caller, repository, rest }) => {
      const { message } = await readJsonBody(body, squashSchema);
      await repository.exclusively(() => {
        const { git } = repository;
        const { ref, head } = requireTarget(git, rest);
        if (head === undefined) throw branchMissing(rest);
        const text = message === undefined || message === null || message === "" ? "Super-squash branch using huggingface_hub" : message;
        git.refs.update(ref, writeCommit(git, { tree: readCommit(git, head).tree, parents: [], message: text, author: authorOf(caller!), seconds: Math.floor(host.now().getTime() / 1000) }), head);
      });
      return { json: {} };
    }),
  ];
}

/** A tag with a message is an object of its own. */
function annotate(git: GitStore, { name, commit, message, tagger }: { readonly name: string; readonly commit: string; readonly message: string; readonly tagger: Person }): string {
  return git.writeObject("tag", encodeTag({ object: commit, type: "commit", tag: name, tagger, message: `${message.trimEnd()}\n` }));
}

async function deleteRef(repository: Repository, ref: string, name: string): Promise<void> {
  await repository.exclusively(() => {
    const current = findRefNameFault(ref) === undefined ? repository.git.refs.read(ref) : undefined;
    if (current === undefined) throw branchMissing(name);
    repository.git.refs.update(ref, undefined, current);
  });
}

/** @throws `hub.reference_invalid` */
function requireRefName(folder: "heads" | "tags", name: string): string {
  const ref = `refs/${folder}/${name}`;
  // A name of 40 hex digits would be taken for a commit.
  if (findRefNameFault(ref) !== undefined || /^[0-9a-f]{40}$/.test(name) || name.startsWith("refs/")) throw referenceInvalid(name);
  return ref;
}
