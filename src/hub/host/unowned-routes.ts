// Names without an owner, which the Hugging Face hub has some of and this one none: whatever is asked of them, there is no such repository.
import { pathPrefix } from "../kind.ts";
import type { HubRepositoryKind } from "../../records/index.ts";
import type { Route } from "../../route.ts";
import { maySee } from "./caller.ts";
import { repositoryHidden, repositoryMissing, routeMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { KINDS } from "./repositories.ts";
import { hubRoute, type HubCall } from "./routing.ts";

export function unownedRoutes(host: Host): readonly Route[] {
  return KINDS.flatMap((kind) => [
    // A router takes the most exact path first: here arrives what no other route takes.
    ...(["GET", "POST", "PUT", "DELETE"] as const).map((method) => hubRoute(host, { method, path: `/api/${kind}s/*`, summary: `A ${kind} without an owner, which there is not` }, (call) => refuse(call, kind, call.rest.split("/")))),
    ...(["GET", "HEAD"] as const).map((method) => hubRoute(host, { method, path: `${pathPrefix(kind)}/:name/resolve/*`, summary: `A file of a ${kind} without an owner, which there is not` }, (call) => refuse(call, kind, [call.call.params["name"] ?? ""]))),
  ]);
}

/** @throws `hub.repository_missing`, `hub.repository_hidden`; `hub.route_missing` where the repository is there */
function refuse({ host, call, caller }: HubCall, kind: HubRepositoryKind, [owner = "", name]: readonly string[]): never {
  const found = name === undefined ? undefined : host.repositories.find(kind, `${owner}/${name}`)?.repository;
  if (found !== undefined && maySee(host.accounts, found.record, caller)) throw routeMissing(call.method, call.url);
  throw caller === undefined ? repositoryHidden(kind, owner) : repositoryMissing(kind, owner);
}
