// What an account has on this hub, and how much room it takes (`hf repos ls`).
import type { Route, RouteReply } from "../../route.ts";
import { requireHolder, requireNamespace } from "./caller.ts";
import { accountMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { usedStorage } from "./info.ts";
import { dateOf } from "./revision.ts";
import { hubRoute, nextLink, wholeNumber, type HubCall } from "./routing.ts";
import { summarizeHead } from "./summary.ts";

const PAGE = 1000;

export function ownedRoutes(host: Host): readonly Route[] {
  const list = (owner: string, { call, query }: HubCall): RouteReply => {
    const owned = host.repositories.all().filter(({ record }) => record.owner === owner).map((repository) => {
      const summary = summarizeHead(host, repository);
      const { id, kind, record } = repository;
      return { id, type: kind, updatedAt: summary === undefined ? record.created_at : dateOf(summary.committedAt), visibility: record.private ? "private" : "public", storage: usedStorage(repository.git, summary) };
    });
    const total = owned.reduce((sum, { storage }) => sum + storage, 0);
    const sorted = owned.toSorted((a, b) => (a.storage === b.storage ? a.id.localeCompare(b.id) : b.storage - a.storage));
    const start = wholeNumber(query.get("cursor") ?? "0", "cursor");
    const page = sorted.slice(start, start + PAGE).map((one) => ({ ...one, storagePercent: total === 0 ? 0 : one.storage / total }));
    return { json: page, headers: nextLink(call, start + PAGE < sorted.length ? String(start + PAGE) : undefined) };
  };
  return [
    hubRoute(host, { method: "GET", path: "/api/settings/repositories", summary: "List one's own repositories, the largest first" }, (call) => list(requireHolder(call.caller).account.name, call)),
    hubRoute(host, { method: "GET", path: "/api/organizations/:name/settings/repositories", summary: "List an organization's repositories, the largest first" }, (call) => {
      const organization = host.accounts.find(call.call.params["name"] ?? "");
      if (organization?.type !== "org") throw accountMissing(call.call.params["name"] ?? "");
      requireNamespace(host.accounts, organization.name, call.caller);
      return list(organization.name, call);
    }),
  ];
}
