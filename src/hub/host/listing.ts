import type { HubRepositoryKind } from "../../records/index.ts";
import type { Route } from "../../route.ts";
import type { TokenHolder } from "./accounts.ts";
import { maySee } from "./caller.ts";
import { bodyInvalid } from "./errors.ts";
import type { Host } from "./host.ts";
import { describeRepository } from "./info.ts";
import { KINDS } from "./repositories.ts";
import type { Repository } from "./repository.ts";
import { hubRoute, isTrue, listOf, nextLink, wholeNumber, type HubCall } from "./routing.ts";
import { summarizeHead, type Summary } from "./summary.ts";

const MOST_AT_ONCE = 1000;

export interface Listed {
  readonly repository: Repository;
  readonly summary: Summary | undefined;
}

/** `GET /api/models`, `/api/datasets`, `/api/spaces` */
export function listingRoutes(host: Host): readonly Route[] {
  return KINDS.map((kind) => hubRoute(host, { method: "GET", path: `/api/${kind}s`, summary: `Find ${kind}s` }, (call) => list(host, kind, call)));
}

function list(host: Host, kind: HubRepositoryKind, { call, caller, query }: HubCall) {
  const limit = Math.min(MOST_AT_ONCE, wholeNumber(query.get("limit") ?? String(MOST_AT_ONCE), "limit"));
  const start = wholeNumber(query.get("cursor") ?? query.get("skip") ?? "0", "cursor");
  const expand = listOf(query, "expand");
  const full = isTrue(query, "full");
  const also = [...(full ? ["siblings"] : []), ...(full || isTrue(query, "cardData") ? ["cardData"] : []), ...(isTrue(query, "config") ? ["config"] : [])];
  const found = findRepositories(host, kind, caller, query);
  const page = found.slice(start, start + limit);
  return { json: page.map(({ repository, summary }) => describeRepository(host, repository, summary, { expand, also })), headers: { ...nextLink(call, start + limit < found.length && limit > 0 ? String(start + limit) : undefined), "x-total-count": String(found.length) } };
}

/** What a caller may see of what a query asks for, in the order that it asks for. @throws `hub.body_invalid` */
export function findRepositories(host: Host, kind: HubRepositoryKind, caller: TokenHolder | undefined, query: URLSearchParams): readonly Listed[] {
  return host.repositories
    .list(kind)
    .filter(({ record, id }) => maySee(host.accounts, record, caller) && fitsName(record.owner, id, query))
    .map((repository) => ({ repository, summary: summarizeHead(host, repository) }))
    .filter((listed) => fitsContents(listed, query))
    .sort(order(query.get("sort"), query.get("direction") === "1"));
}

function fitsName(owner: string, id: string, query: URLSearchParams): boolean {
  const author = query.get("author");
  const search = query.get("search");
  return (author === null || owner.toLowerCase() === author.toLowerCase()) && (search === null || id.toLowerCase().includes(search.toLowerCase()));
}

/** `filter` names tags, all of which must be there; the other fields are filters under names of their own. */
function fitsContents({ repository, summary }: Listed, query: URLSearchParams): boolean {
  const wanted = [
    ...listOf(query, "filter").flatMap((filter) => filter.split(",")),
    ...listOf(query, "tags"),
    ...listOf(query, "library"),
    ...listOf(query, "pipeline_tag"),
    ...listOf(query, "trained_dataset").map((id) => (id.startsWith("dataset:") ? id : `dataset:${id}`)),
    ...listOf(query, "base_model").map((id) => (id.startsWith("base_model:") ? id : `base_model:${id}`)),
  ].filter((tag) => tag !== "");
  if (wanted.length === 0 && query.get("gated") === null) return true;
  const tags = new Set((summary?.tags ?? []).map((tag) => tag.toLowerCase()));
  const languages = new Set([...tags].map((tag) => tag.replace(/^language:/, "")));
  const gated = query.get("gated");
  if (gated !== null && (repository.record.gated !== false) !== isTrue(query, "gated")) return false;
  return wanted.every((tag) => tags.has(tag.toLowerCase()) || languages.has(tag.toLowerCase()));
}

type Order = (a: Listed, b: Listed) => number;

/** The newest, the most liked first, unless it is turned round. @throws `hub.body_invalid` */
function order(sort: string | null, ascending: boolean): Order {
  const key = SORTS[sort ?? "lastModified"];
  if (key === undefined) throw bodyInvalid(`"sort" must be one of ${Object.keys(SORTS).join(", ")}`);
  const sign = ascending ? 1 : -1;
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left !== right) return left < right ? -sign : sign;
    return a.repository.id < b.repository.id ? -1 : 1;
  };
}

const likes = ({ repository }: Listed) => repository.record.liked_by.length;
const modified = ({ repository, summary }: Listed) => summary?.committedAt ?? Date.parse(repository.record.created_at) / 1000;
const created = ({ repository }: Listed) => Date.parse(repository.record.created_at);

const SORTS: Readonly<Record<string, (listed: Listed) => number>> = {
  lastModified: modified,
  last_modified: modified,
  createdAt: created,
  created_at: created,
  likes,
  likes7d: likes,
  downloads: () => 0,
  trendingScore: likes,
  trending_score: likes,
  id: () => 0,
};
