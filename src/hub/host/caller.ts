// Who calls, and what they may: a token in `Authorization: Bearer`, or as the password of `Basic`, as git sends it.
import type { HubRepository } from "../../records/index.ts";
import type { RouteCall } from "../../route.ts";
import { roleIn, type Accounts, type TokenHolder } from "./accounts.ts";
import { namespaceForbidden, tokenMissing, tokenUnknown, writeForbidden, writeTokenNeeded } from "./errors.ts";

/** The holder of the token that a call came with; undefined when it came without. @throws `hub.token_unknown` */
export function identify(accounts: Accounts, call: Pick<RouteCall, "headers" | "origin">): TokenHolder | undefined {
  const { authorization } = call.headers;
  const secret = presentedToken(authorization);
  if (secret === undefined || (/^basic /i.test(authorization ?? "") && isOfAnotherSite(call))) return undefined;
  const holder = accounts.findHolder(secret);
  if (holder === undefined) throw tokenUnknown();
  return holder;
}

/** A browser that somebody has signed in with sends the password along with whatever a page of another site makes it ask: that is nobody's wish. */
function isOfAnotherSite({ headers, origin }: Pick<RouteCall, "headers" | "origin">): boolean {
  const site = headers["sec-fetch-site"] ?? "none";
  return !["none", "same-origin"].includes(site) || (headers["origin"] !== undefined && headers["origin"] !== origin);
}

function presentedToken(authorization = ""): string | undefined {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value === "" ? undefined : value;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const password = colon === -1 ? "" : text.slice(colon + 1);
  return password === "" ? undefined : password;
}

/** Whether somebody is told that a repository, or a collection, is there. */
export function maySee(accounts: Accounts, { private: isPrivate, owner }: Pick<HubRepository, "private" | "owner">, caller: Pick<TokenHolder, "account"> | undefined): boolean {
  return !isPrivate || (caller !== undefined && roleAt(accounts, owner, caller) !== undefined);
}

/** Whether somebody gets the files of a repository that they may see. */
export function mayRead(accounts: Accounts, record: HubRepository, caller: TokenHolder | undefined): boolean {
  if (record.gated === false) return true;
  return caller !== undefined && (roleAt(accounts, record.owner, caller) !== undefined || record.access_requests.some(({ user, status }) => user === caller.account.name && status === "accepted"));
}

/** @throws `hub.token_missing`, `hub.forbidden` */
export function requireWriter(accounts: Accounts, owner: string, id: string, caller: TokenHolder | undefined): TokenHolder {
  const holder = requireWriteToken(caller);
  if (!isWriter(roleAt(accounts, owner, holder))) throw writeForbidden(holder.account.name, id);
  return holder;
}

/** Who may make repositories under a name. @throws `hub.token_missing`, `hub.forbidden` */
export function requireNamespace(accounts: Accounts, owner: string, caller: TokenHolder | undefined): TokenHolder {
  const holder = requireWriteToken(caller);
  if (!isWriter(roleAt(accounts, owner, holder))) throw namespaceForbidden(holder.account.name, owner);
  return holder;
}

/** @throws `hub.token_missing` */
export function requireHolder(caller: TokenHolder | undefined): TokenHolder {
  if (caller === undefined) throw tokenMissing();
  return caller;
}

/** @throws `hub.token_missing`, `hub.forbidden` for a token that may only read */
export function requireWriteToken(caller: TokenHolder | undefined): TokenHolder {
  const holder = requireHolder(caller);
  if (holder.token.role !== "write") throw writeTokenNeeded();
  return holder;
}

function roleAt(accounts: Accounts, owner: string, { account }: Pick<TokenHolder, "account">): "admin" | "write" | "read" | undefined {
  if (account.name.toLowerCase() === owner.toLowerCase()) return "admin";
  const organization = accounts.find(owner);
  return organization?.type === "org" ? roleIn(organization.members, account.name) : undefined;
}

function isWriter(role: "admin" | "write" | "read" | undefined): boolean {
  return role === "admin" || role === "write";
}
