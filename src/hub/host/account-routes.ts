// Who is calling, and what the hub says of accounts.
import type { HubAccount } from "../../records/index.ts";
import type { Route } from "../../route.ts";
import { requireHolder, requireWriter } from "./caller.ts";
import { accountMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { KINDS } from "./repositories.ts";
import { hubRoute, repositoryRoutes } from "./routing.ts";

export function accountRoutes(host: Host): readonly Route[] {
  const { accounts, repositories } = host;
  const require = (name: string | undefined, type: HubAccount["type"]): HubAccount => {
    const account = accounts.find(name ?? "");
    if (account?.type !== type) throw accountMissing(name ?? "");
    return account;
  };
  const countOf = (kind: (typeof KINDS)[number], owner: string): number => repositories.list(kind).filter(({ record }) => record.owner === owner && !record.private).length;
  return [
    hubRoute(host, { method: "GET", path: "/api/whoami-v2", summary: "Whose token this is" }, ({ caller }) => {
      const { account, token } = requireHolder(caller);
      const orgs = accounts.organizationsOf(account.name).map((org) => ({ type: "org", id: org.id, name: org.name, fullname: org.fullname, email: null, canPay: false, periodEnd: null, isEnterprise: false, avatarUrl: org.avatar ?? "", roleInOrg: org.members[account.name] ?? "read" }));
      return {
        json: {
          type: "user",
          id: account.id,
          name: account.name,
          fullname: account.fullname,
          email: account.email ?? null,
          emailVerified: true,
          canPay: false,
          isPro: false,
          periodEnd: null,
          avatarUrl: account.avatar ?? "",
          billingMode: "postpaid",
          orgs,
          auth: { type: "access_token", accessToken: { displayName: token.name, role: token.role, createdAt: token.created_at } },
        },
      };
    }),
    hubRoute(host, { method: "GET", path: "/api/users/:name/overview", summary: "Describe a user" }, ({ call }) => {
      const { id, name, fullname, avatar = "", created_at } = require(call.params["name"], "user");
      const orgs = accounts.organizationsOf(name).map((org) => ({ name: org.name, fullname: org.fullname, avatarUrl: org.avatar ?? "" }));
      return { json: { _id: id, user: name, fullname, type: "user", isPro: false, avatarUrl: avatar, createdAt: created_at, numModels: countOf("model", name), numDatasets: countOf("dataset", name), numSpaces: countOf("space", name), numDiscussions: 0, numPapers: 0, numUpvotes: 0, numLikes: likesOf(host, name).length, numFollowing: 0, numFollowers: 0, orgs } };
    }),
    hubRoute(host, { method: "GET", path: "/api/organizations/:name/overview", summary: "Describe an organization" }, ({ call }) => {
      const { id, name, fullname, avatar = "", members } = require(call.params["name"], "org");
      return { json: { _id: id, name, fullname, type: "org", avatarUrl: avatar, numUsers: Object.keys(members).length, numModels: countOf("model", name), numDatasets: countOf("dataset", name), numSpaces: countOf("space", name), numFollowers: 0, isVerified: false } };
    }),
    hubRoute(host, { method: "GET", path: "/api/organizations/:name/members", summary: "List the members of an organization" }, ({ call }) => ({
      json: Object.keys(require(call.params["name"], "org").members).flatMap((name) => {
        const member = accounts.find(name);
        return member === undefined ? [] : [{ _id: member.id, user: member.name, fullname: member.fullname, type: "user", avatarUrl: member.avatar ?? "", isPro: false }];
      }),
    })),
    hubRoute(host, { method: "GET", path: "/api/users/:name/likes", summary: "What a user likes" }, ({ call }) => ({ json: likesOf(host, require(call.params["name"], "user").name) })),
    ...repositoryRoutes(host, { method: "GET", path: "/likers", summary: "Who likes it", needs: "see" }, ({ repository }) => ({
      json: repository.record.liked_by.flatMap((name) => {
        const account = accounts.find(name);
        return account === undefined ? [] : [{ _id: account.id, user: account.name, fullname: account.fullname, type: "user", avatarUrl: account.avatar ?? "", isPro: false }];
      }),
    })),
    ...(["POST", "DELETE"] as const).flatMap((method) =>
      repositoryRoutes(host, { method, path: "/like", summary: method === "POST" ? "Like it" : "Like it no more", needs: "see" }, async ({ caller, repository }) => {
        const { name } = requireHolder(caller).account;
        await repository.exclusively(() => {
          const others = repository.record.liked_by.filter((other) => other !== name);
          repository.update({ liked_by: method === "POST" ? [...others, name] : others });
        });
        return { json: {} };
      }),
    ),
    ...repositoryRoutes(host, { method: "GET", path: "/auth-check", summary: "Ask whether one may read", needs: "read" }, () => ({ json: {} })),
    ...repositoryRoutes(host, { method: "GET", path: "/auth-check/write", summary: "Ask whether one may write", needs: "see" }, ({ caller, repository }) => {
      requireWriter(accounts, repository.record.owner, repository.id, caller);
      return { json: {} };
    }),
    // Every Python process asks once; an answer that can be kept saves it the next time.
    hubRoute(host, { method: "GET", path: "/api/agent-harnesses", summary: "Nothing" }, () => ({ json: { standardEnvVars: [], harnesses: {} } })),
    hubRoute(host, { method: "GET", path: "/api/telemetry/*", summary: "Take measurements, which are not kept" }, () => ({ json: {} })),
  ];
}

function likesOf(host: Host, name: string): readonly unknown[] {
  return KINDS.flatMap((kind) => host.repositories.list(kind).filter(({ record }) => !record.private && record.liked_by.includes(name)).map(({ id, record }) => ({ createdAt: record.created_at, repo: { name: id, type: kind } })));
}
