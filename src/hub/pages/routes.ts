// A hub in a browser: what is here, and of each repository its card, files, history and lineage. Pages only show; whoever signs in (by the
// browser's own dialog, a token as the password) sees private repositories too.
import { countOf } from "../../plural.ts";
import type { Route, RouteReply } from "../../route.ts";
import type { HubRepositoryKind } from "../../records/index.ts";
import type { TokenHolder } from "../host/accounts.ts";
import { accountMissing } from "../host/errors.ts";
import { listDiscussions, readDiscussion } from "../host/discussions.ts";
import type { Host } from "../host/host.ts";
import { findRepositories } from "../host/listing.ts";
import { KINDS } from "../host/repositories.ts";
import type { Repository } from "../host/repository.ts";
import { requirePlace, requireRevision } from "../host/revision.ts";
import { hubRoute, listOf, repositoryRoutes, type RepositoryCall } from "../host/routing.ts";
import { summarizeHead } from "../host/summary.ts";
import { renderCard } from "./card-page.ts";
import { readEvaluationRows } from "./evaluation-table.ts";
import { renderDiscussion, renderDiscussions } from "./discussion-page.ts";
import { renderFile, renderFiles } from "./files-page.ts";
import { frameRepository, type Tab } from "./frame.ts";
import { renderCommit, renderHistory } from "./history-page.ts";
import { html, type Html } from "./html.ts";
import { PAGE_HEADERS, renderPage } from "./layout.ts";
import { readLineage } from "./lineage.ts";
import { renderLineage } from "./lineage-page.ts";
import { renderList, renderWelcome, type ListedRepository } from "./list-page.ts";
import { pageProblem } from "./problem.ts";
import { viewCard, viewCommit, viewFile, viewFiles, viewHead, viewHistory } from "./views.ts";

const MOST_LISTED = 200;
const MOST_ON_FRONT = 12;

export function pageRoutes(host: Host): readonly Route[] {
  const at = { method: "GET", problem: pageProblem } as const;
  const ofRepository = (path: string, summary: string, tab: Tab, show: (call: RepositoryCall) => { readonly revision: string; readonly body: Html }) =>
    repositoryRoutes(host, { ...at, path, summary, needs: path === "" || path === "/lineage" ? "see" : "read", base: "page" }, (call) => {
      const { revision, body } = show(call);
      const { repository, caller } = call;
      const head = viewHead(repository, summarizeHead(host, repository), revision);
      return page(`${repository.id} · ${tab}`, caller, frameRepository(head, tab, body));
    });
  return [
    hubRoute(host, { ...at, path: "/", summary: "What is on this hub" }, ({ call, caller }) => {
      const shelves = KINDS.map((kind) => [kind, listed(host, kind, caller)] as const).filter(([, all]) => all.length > 0);
      return page("hub", caller, html`${shelves.length === 0 && renderWelcome(call.origin)}${shelves.map(([kind, all]) => renderList(`${kind[0]!.toUpperCase()}${kind.slice(1)}s`, all.slice(0, MOST_ON_FRONT), ""))}`);
    }),
    hubRoute(host, { ...at, path: "/login", summary: "Sign in with a token as the password" }, ({ caller }) => (caller === undefined ? askForToken() : { empty: true, status: 303, headers: { location: "/" } })),
    ...KINDS.map((kind) =>
      hubRoute(host, { ...at, path: `/${kind}s`, summary: `Look through ${kind}s` }, ({ caller, query }) => {
        const search = query.get("search") ?? undefined;
        const filters = listOf(query, "filter");
        const found = listed(host, kind, caller, query);
        return page(`${kind}s`, caller, renderList(`${countOf(found.length, kind)}${filters.length > 0 ? ` with ${filters.join(", ")}` : ""}`, found.slice(0, MOST_LISTED), "Nothing fits."), search);
      }),
    ),
    hubRoute(host, { ...at, path: "/:owner", summary: "What somebody has here" }, ({ call, caller }) => {
      const account = host.accounts.find(call.params["owner"] ?? "");
      if (account === undefined) throw accountMissing(call.params["owner"] ?? "");
      const all = KINDS.flatMap((kind) => listed(host, kind, caller, new URLSearchParams({ author: account.name })));
      return page(account.name, caller, html`<h1>${account.fullname} <small>${account.name}</small></h1>${renderList("Repositories", all.slice(0, MOST_LISTED), "None that you may see.")}`);
    }),
    ...ofRepository("", "The card of a repository", "card", ({ repository, call }) => {
      const summary = summarizeHead(host, repository);
      const revision = shownBranch(repository);
      return { revision, body: renderCard(viewCard(repository, summary, revision, call.origin)) };
    }),
    ...ofRepository("/tree/*", "Files of a folder", "files", ({ repository, rest }) => {
      const place = requirePlace(repository.git, rest);
      return { revision: place.revision, body: renderFiles(viewFiles(repository, place)) };
    }),
    ...ofRepository("/blob/*", "A file", "files", ({ repository, rest }) => {
      const place = requirePlace(repository.git, rest);
      return { revision: place.revision, body: renderFile(viewFile(repository, place)) };
    }),
    ...ofRepository("/commits/*", "Commits of a revision", "history", ({ repository, rest, query }) => {
      const { commit } = requireRevision(repository.git, rest);
      return { revision: rest, body: renderHistory(viewHistory(repository, rest, commit, query.get("after") ?? undefined)) };
    }),
    ...ofRepository("/commit/:commit", "What a commit changed", "history", ({ repository, call }) => {
      const { commit } = requireRevision(repository.git, call.params["commit"] ?? "");
      return { revision: commit, body: renderCommit(viewCommit(repository, commit)) };
    }),
    ...ofRepository("/lineage", "What it was made from, and what from it", "lineage", ({ repository, caller }) => {
      const summary = summarizeHead(host, repository);
      return { revision: shownBranch(repository), body: renderLineage(repository, readLineage(host, repository, caller), readEvaluationRows(summary?.card)) };
    }),
    ...ofRepository("/discussions", "What is discussed", "discussions", ({ repository }) => ({ revision: shownBranch(repository), body: renderDiscussions(repository, listDiscussions(repository)) })),
    ...ofRepository("/discussions/:number", "A discussion or pull request", "discussions", ({ repository, call }) => ({ revision: shownBranch(repository), body: renderDiscussion(repository, readDiscussion(repository, call.params["number"] ?? "")) })),
  ];
}

const HTML = "text/html; charset=utf-8";

function askForToken(): RouteReply {
  const body = html`<p>Give your name, and a token as the password. <code>tunesmith hub token create</code> makes one.</p>`;
  return { text: renderPage({ title: "Sign in", body }), mediaType: HTML, status: 401, headers: { ...PAGE_HEADERS, "www-authenticate": 'Basic realm="hub", charset="UTF-8"' } };
}

function page(title: string, caller: TokenHolder | undefined, body: Html, search?: string): RouteReply {
  return { text: renderPage({ title, body, ...(caller === undefined ? {} : { viewer: caller.account.name }), ...(search === undefined ? {} : { search }) }), mediaType: HTML, headers: { ...PAGE_HEADERS, "cache-control": "no-cache" } };
}

/** The branch that is shown where none is asked for. */
function shownBranch({ git }: Repository): string {
  return git.head().replace(/^refs\/heads\//, "");
}

/** Newest first, unless the query says otherwise. */
function listed(host: Host, kind: HubRepositoryKind, caller: TokenHolder | undefined, query = new URLSearchParams()): readonly ListedRepository[] {
  return findRepositories(host, kind, caller, query).map(({ repository: { id, record }, summary }) => ({ kind, id, isPrivate: record.private, seconds: summary?.committedAt ?? Date.parse(record.created_at) / 1000, tags: summary?.tags ?? [] }));
}
