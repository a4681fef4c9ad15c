import { z } from "zod";
import { openBatch } from "../git/batch.ts";
import { findEntry } from "../git/paths.ts";
import type { Route } from "../../route.ts";
import type { TokenHolder } from "./accounts.ts";
import { readJsonBody } from "./body.ts";
import { authorOf, makeCommit, receiveCommit, requireTarget } from "./commit.ts";
import { requireWriter, requireWriteToken } from "./caller.ts";
import { noteCommit, openPullRequest, readDiscussion } from "./discussions.ts";
import { revisionMissing } from "./errors.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import { readIgnore, readLargeFileRule } from "./patterns.ts";
import { resolveRevision } from "../git/revisions.ts";
import { splitMessage } from "./revision.ts";
import { isTrue, pageOf, repositoryRoutes, type RepositoryCall } from "./routing.ts";
import { readSmall } from "./summary.ts";

/** A text of this size and more is kept out of git. */
const LARGE_FILE_BYTES = 10 * 2 ** 20;
const LARGEST_COMMIT_BYTES = 2 ** 31;

const preuploadSchema = z.object({
  files: z.array(z.object({ path: z.string(), sample: z.string().max(100_000).default(""), size: z.number().int().min(0) })).max(10_000),
  gitAttributes: z.string().optional(),
  gitIgnore: z.string().optional(),
});

export function commitRoutes(host: Host): readonly Route[] {
  return [
    ...repositoryRoutes(host, { method: "POST", path: "/preupload/*", summary: "Ask how files are to be uploaded", needs: "see", limitBytes: 32 * 2 ** 20 }, async ({ body, caller, repository: { git }, rest }) => {
      requireWriteToken(caller);
      const { files, gitAttributes, gitIgnore } = await readJsonBody(body, preuploadSchema, 32 * 2 ** 20);
      const commit = resolveRevision(git, rest)?.commit;
      if (commit === undefined && `refs/heads/${rest}` !== git.head()) throw revisionMissing(rest);
      const textAt = (path: string) => (commit === undefined ? "" : (readSmall(git, commit, path) ?? ""));
      const isLarge = readLargeFileRule(gitAttributes ?? textAt(".gitattributes"));
      const isIgnored = readIgnore(gitIgnore ?? textAt(".gitignore"));
      const answers = files.map(({ path, sample, size }) => {
        const entry = commit === undefined ? undefined : findEntry(git, commit, path);
        const oid = entry === undefined || entry.mode === "40000" || entry.mode === "160000" ? undefined : (fileFacts(git, entry.id).pointer?.oid ?? entry.id);
        const goesToStore = size > 0 && (isLarge(path) || size >= LARGE_FILE_BYTES || isBinary(sample));
        return { path, uploadMode: goesToStore ? "lfs" : "regular", shouldIgnore: isIgnored(path), ...(oid === undefined ? {} : { oid }) };
      });
      return { json: { files: answers, ...(commit === undefined ? {} : { commitOid: commit }) } };
    }),
    // Whoever may see a repository may open a pull request.
    ...repositoryRoutes(host, { method: "POST", path: "/commit/*", summary: "Commit files", needs: "see", limitBytes: LARGEST_COMMIT_BYTES }, async (asked) => {
      const { call, body, query, repository, rest } = asked;
      const isPullRequest = isTrue(query, "create_pr");
      const writer = isPullRequest ? requireWriteToken(asked.caller) : requireCommitter(asked);
      const author = authorOf(writer);
      requireTarget(repository.git, rest);
      const batch = openBatch(repository.git);
      const made = await takeCommit().finally(() => batch.discard());
      const page = pageOf(repository, call.origin);
      return { json: { success: true, commitOid: made.oid, commitUrl: `${page}/commit/${made.oid}`, pullRequestUrl: made.number === undefined ? null : `${page}/discussions/${made.number}`, hookOutput: "" } };

      async function takeCommit(): Promise<{ readonly oid: string; readonly number?: number }> {
        const plan = await receiveCommit(host, repository, batch, body);
        return repository.exclusively(() => {
          const target = requireTarget(repository.git, rest);
          const { oid, isRepeated } = makeCommit(batch, target, plan, author, Math.floor(host.now().getTime() / 1000));
          batch.publish();
          if (isPullRequest) {
            const { title, body: description } = splitMessage(plan.message);
            return { oid, number: openPullRequest(host, repository, { title, description, author: author.name, base: target, commit: oid }) };
          }
          if (!isRepeated) {
            repository.git.refs.update(target.ref, oid, target.head);
            noteCommit(host, repository, target.ref, oid, author.name);
            host.noteCommitted(repository);
          }
          return { oid };
        });
      }
    }),
  ];
}

/** Into a branch who may write to the repository, into a pull request also who opened it. */
function requireCommitter({ host, caller, repository, rest }: RepositoryCall): TokenHolder {
  const holder = requireWriteToken(caller);
  const number = /^refs\/pr\/(\d+)$/.exec(rest)?.[1];
  if (number !== undefined && readDiscussion(repository, number).author === holder.account.name) return holder;
  return requireWriter(host.accounts, repository.record.owner, repository.id, caller);
}

function isBinary(sample: string): boolean {
  const bytes = Buffer.from(sample, "base64");
  if (bytes.includes(0)) return true;
  try {
    // The sample may end in the middle of a character.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return false;
  } catch {
    return true;
  }
}
