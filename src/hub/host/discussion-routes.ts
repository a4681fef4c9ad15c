import { z } from "zod";
import type { HubDiscussion, HubDiscussionEvent } from "../../records/index.ts";
import type { Route } from "../../route.ts";
import { readJsonBody } from "./body.ts";
import { requireWriter, requireWriteToken } from "./caller.ts";
import { authorOf, requireTarget } from "./commit.ts";
import { addEvent, eventHead, examine, listDiscussions, mergePullRequest, openDiscussion, openPullRequest, readDiscussion, replaceEvent } from "./discussions.ts";
import { bodyInvalid, writeForbidden } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";
import { repositoryRoutes, type RepositoryCall, type RepositoryRouteParts } from "./routing.ts";
import { formatDiff } from "./text-diff.ts";

const PAGE = 50;
const text = z.string().max(1 << 16);
const newSchema = z.object({ title: text.trim().min(1), description: text.default(""), pullRequest: z.boolean().default(false) });
const statusSchema = z.object({ status: z.enum(["open", "closed"]), comment: text.optional() });

export function discussionRoutes(host: Host): readonly Route[] {
  /** One that changes a discussion: who may see a repository may take part. */
  const changing = (path: string, summary: string, act: (call: RepositoryCall, discussion: HubDiscussion, body: unknown) => unknown) =>
    repositoryRoutes(host, { method: "POST", path: `/discussions/:number${path}`, summary, needs: "see" }, async (asked) => {
      requireWriteToken(asked.caller);
      const body = await readJsonBody(asked.body, z.unknown());
      return asked.repository.exclusively(() => {
        const number = asked.call.params["number"] ?? "";
        const json = act(asked, readDiscussion(asked.repository, number), body);
        const isComment = path.startsWith("/comment");
        host.noteDiscussed(asked.repository, readDiscussion(asked.repository, number), { action: path === "/comment" ? "create" : "update", scope: isComment ? "discussion.comment" : "discussion" });
        return { json };
      });
    });
  const asking = (path: string, summary: string, run: Parameters<typeof repositoryRoutes>[2]): readonly Route[] => repositoryRoutes(host, { method: "GET", path, summary, needs: "see" } satisfies RepositoryRouteParts, run);
  return [
    ...asking("/discussions", "List discussions and pull requests", ({ query, repository }) => {
      const [type, status, author] = [query.get("type"), query.get("status"), query.get("author")];
      const all = listDiscussions(repository).filter(
        (one) =>
          (type === null || type === "all" || (type === "pull_request") === (one.pull_request !== undefined)) &&
          (status === null || status === "all" || (status === "open") === (one.status === "open" || one.status === "draft")) &&
          (author === null || one.author.toLowerCase() === author.toLowerCase()),
      );
      const start = PAGE * Math.max(0, Math.floor(Number(query.get("p") ?? 0)) || 0);
      return { json: { discussions: all.slice(start, start + PAGE).map((one) => describe(repository, one)), count: all.length, start } };
    }),
    ...asking("/discussions/:number", "One discussion or pull request", ({ call, query, repository }) => {
      const discussion = readDiscussion(repository, call.params["number"] ?? "");
      const events = discussion.events.map(describeEvent);
      if (discussion.pull_request === undefined) return { json: { ...describe(repository, discussion), events } };
      const { differences, conflicts } = examine(repository.git, discussion);
      const { base, merge_commit } = discussion.pull_request;
      const diff = query.get("diff") === null ? {} : { diff: formatDiff(repository.git, differences) };
      return { json: { ...describe(repository, discussion), events, changes: { base, ...(merge_commit === undefined ? {} : { mergeCommitId: merge_commit }) }, filesWithConflicts: discussion.status === "merged" ? [] : conflicts, ...diff } };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/discussions", summary: "Open a discussion or a pull request", needs: "see" }, async ({ call, caller, body, repository }) => {
      const author = requireWriteToken(caller).account.name;
      const { pullRequest, ...wanted } = await readJsonBody(body, newSchema);
      const number = await repository.exclusively(() => {
        if (!pullRequest) return openDiscussion(host, repository, { ...wanted, author });
        const base = requireTarget(repository.git, "HEAD");
        if (base.head === undefined) throw bodyInvalid("the repository has no commit that a pull request could begin at");
        return openPullRequest(host, repository, { ...wanted, author, base, commit: base.head });
      });
      return { json: { num: number, pullRequest, url: `${call.origin}/${repository.id}/discussions/${number}` } };
    }),
    ...changing("/comment", "Comment", ({ caller, repository }, discussion, body) => {
      const { comment } = parse(z.object({ comment: text.min(1) }), body);
      const event: HubDiscussionEvent = { ...eventHead(host, caller!.account.name), type: "comment", text: comment, edited: false, hidden: false };
      addEvent(repository, discussion, event);
      return { newMessage: describeEvent(event) };
    }),
    ...changing("/comment/:comment/edit", "Change a comment", (asked, discussion, body) => ({ updatedComment: changeComment(asked, discussion, { text: parse(z.object({ content: text }), body).content, edited: true }) })),
    ...changing("/comment/:comment/hide", "Hide a comment for good", (asked, discussion) => ({ updatedComment: changeComment(asked, discussion, { text: "This comment has been hidden", hidden: true }) })),
    ...changing("/title", "Change the title", (asked, discussion, body) => {
      const { title } = parse(z.object({ title: text.trim().min(1) }), body);
      requireAuthor(asked, discussion.author);
      const event: HubDiscussionEvent = { ...eventHead(host, asked.caller!.account.name), type: "title-change", from: discussion.title, to: title };
      addEvent(asked.repository, discussion, event, { title });
      return { newTitle: describeEvent(event) };
    }),
    ...changing("/status", "Open or close", (asked, discussion, body) => {
      const { status, comment } = parse(statusSchema, body);
      requireAuthor(asked, discussion.author);
      if (discussion.status === "merged") throw bodyInvalid("a merged pull request stays merged");
      const head = eventHead(host, asked.caller!.account.name);
      const commented = comment === undefined ? discussion : addEvent(asked.repository, discussion, { ...head, id: host.newId(), type: "comment", text: comment, edited: false, hidden: false });
      const event: HubDiscussionEvent = { ...head, type: "status-change", status };
      addEvent(asked.repository, commented, event, { status });
      return { newStatus: describeEvent(event) };
    }),
    ...changing("/merge", "Merge a pull request", ({ caller, repository }, discussion, body) => {
      const writer = requireWriter(host.accounts, repository.record.owner, repository.id, caller);
      const { comment } = parse(z.object({ comment: text.optional() }), body);
      const commented = comment === undefined ? discussion : addEvent(repository, discussion, { ...eventHead(host, writer.account.name), type: "comment", text: comment, edited: false, hidden: false });
      const merged = mergePullRequest(host, repository, commented, authorOf(writer));
      host.noteCommitted(repository);
      return { newStatus: describeEvent(merged.events.at(-1)!), mergeCommitId: merged.pull_request?.merge_commit };
    }),
  ];
}

function changeComment(asked: RepositoryCall, discussion: HubDiscussion, changes: { readonly text: string; readonly edited?: boolean; readonly hidden?: boolean }): unknown {
  const old = discussion.events.find(({ id, type }) => type === "comment" && id === asked.call.params["comment"]);
  if (old?.type !== "comment") throw bodyInvalid("there is no such comment");
  requireAuthor(asked, old.author);
  const event: HubDiscussionEvent = { ...old, ...changes };
  replaceEvent(asked.repository, discussion, event);
  return describeEvent(event);
}

/** Who wrote something may change it, and who may write to the repository. */
function requireAuthor({ host, caller, repository }: RepositoryCall, author: string): void {
  const { account } = requireWriteToken(caller);
  if (account.name === author) return;
  try {
    requireWriter(host.accounts, repository.record.owner, repository.id, caller);
  } catch {
    throw writeForbidden(account.name, repository.id);
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (!result.success) throw bodyInvalid(result.error.issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`).join("; "));
  return result.data;
}

function describe({ id, kind }: Repository, { title, number, author, created_at, status, pull_request, events }: HubDiscussion): Readonly<Record<string, unknown>> {
  return { title, num: number, author: { name: author, type: "user" }, createdAt: created_at, status, repo: { name: id, type: kind }, isPullRequest: pull_request !== undefined, numComments: events.filter(({ type }) => type === "comment").length };
}

function describeEvent(event: HubDiscussionEvent): unknown {
  const { id, type, author, created_at } = event;
  return { id, type, author: { name: author, type: "user" }, createdAt: created_at, data: dataOf(event) };
}

function dataOf(event: HubDiscussionEvent): unknown {
  if (event.type === "comment") return { edited: event.edited, hidden: event.hidden, latest: { raw: event.text, html: "", updatedAt: event.created_at, author: { name: event.author, type: "user" } } };
  if (event.type === "status-change") return { status: event.status };
  if (event.type === "title-change") return { from: event.from, to: event.to };
  return { oid: event.oid, subject: event.subject };
}
