// Who asked for the files of a gated repository, and what became of it (https://huggingface.co/docs/hub/models-gated).
import { z } from "zod";
import type { HubAccessRequest } from "../../records/index.ts";
import type { Route, RouteReply } from "../../route.ts";
import { readJsonBody } from "./body.ts";
import { requireHolder } from "./caller.ts";
import { accessRequestMissing, accessRequestSettled, accountMissing, bodyInvalid } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";
import { repositoryRoutes } from "./routing.ts";

const STATUSES = ["pending", "accepted", "rejected"] as const;
const handleSchema = z.object({ user: z.string().optional(), userId: z.string().optional(), status: z.enum(STATUSES), rejectionReason: z.string().max(1000).optional() });
const grantSchema = z.object({ user: z.string() });

export function accessRequestRoutes(host: Host): readonly Route[] {
  /** @throws `hub.account_missing` */
  const requireUser = (name: string) => {
    const account = host.accounts.find(name);
    if (account?.type !== "user") throw accountMissing(name);
    return account;
  };
  const save = (repository: Repository, request: HubAccessRequest): RouteReply => {
    repository.update({ access_requests: [...repository.record.access_requests.filter(({ user }) => user !== request.user), request] });
    return { json: {} };
  };
  return [
    ...STATUSES.flatMap((status) =>
      repositoryRoutes(host, { method: "GET", path: `/user-access-request/${status}`, summary: `List requests for access that are ${status}`, needs: "write" }, ({ repository }) => ({
        json: repository.record.access_requests.filter((request) => request.status === status).map((request) => describe(host, request)),
      })),
    ),
    ...repositoryRoutes(host, { method: "POST", path: "/user-access-request/handle", summary: "Accept or reject a request for access, or take that back", needs: "write" }, async ({ body, repository }) => {
      const { user, userId, status, rejectionReason } = await readJsonBody(body, handleSchema);
      if (rejectionReason !== undefined && status !== "rejected") throw bodyInvalid("only who rejects gives a reason");
      return repository.exclusively(() => {
        const { name } = userId === undefined ? requireUser(user ?? "") : (host.accounts.list().find(({ id }) => id === userId) ?? requireUser(""));
        const old = repository.record.access_requests.find((request) => request.user === name);
        if (old === undefined) throw accessRequestMissing(name, repository.id);
        if (old.status === status) throw accessRequestSettled(name, status);
        const { rejection_reason: _former, ...kept } = old;
        return save(repository, { ...kept, status, ...(rejectionReason === undefined ? {} : { rejection_reason: rejectionReason }) });
      });
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/user-access-request/grant", summary: "Let somebody in who has not asked", needs: "write" }, async ({ body, repository }) => {
      const { user } = await readJsonBody(body, grantSchema);
      return repository.exclusively(() => {
        const { name } = requireUser(user);
        if (repository.record.gated === false) throw bodyInvalid("the repository is not gated: everybody is let in who may see it");
        if (repository.record.access_requests.some((request) => request.user === name && request.status === "accepted")) throw accessRequestSettled(name, "accepted");
        return save(repository, { user: name, status: "accepted", requested_at: host.now().toISOString(), by_hand: true });
      });
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/ask-access", summary: "Ask for the files of a gated repository", needs: "see", base: "page" }, ({ caller, repository }) => {
      const { name } = requireHolder(caller).account;
      return repository.exclusively(() => {
        const { gated, access_requests: requests } = repository.record;
        if (gated === false) throw bodyInvalid("the repository is not gated: everybody is let in who may see it");
        const old = requests.find(({ user }) => user === name);
        if (old !== undefined) throw accessRequestSettled(name, old.status);
        return save(repository, { user: name, status: gated === "auto" ? "accepted" : "pending", requested_at: host.now().toISOString(), by_hand: false });
      });
    }),
  ];
}

/** Their address is told of who asked, not of who was let in unasked. */
function describe(host: Host, { user, status, requested_at, by_hand, rejection_reason }: HubAccessRequest): unknown {
  const account = host.accounts.find(user);
  const email = by_hand || account?.email === undefined ? {} : { email: account.email };
  return { user: { _id: account?.id, user, fullname: account?.fullname ?? user, type: "user", avatarUrl: account?.avatar ?? "", ...email }, status, timestamp: requested_at, ...(rejection_reason === undefined ? {} : { rejectionReason: rejection_reason }) };
}
