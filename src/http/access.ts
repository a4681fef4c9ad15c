// Who may call what. Without keys every route but those for admins is open; admins' routes are never open to everybody.
import type { IncomingHttpHeaders } from "node:http";
import type { Route } from "../route.ts";
import { adminKeyNeeded, hostNotAllowed, keyMissing, keysNotSet, keyUnknown } from "./errors.ts";

/** What is known of a key's holder. */
export interface KeyHolder {
  readonly name: string;
  readonly isAdmin: boolean;
}

/** The holder of a key, undefined for a key that nobody holds. */
export type FindKeyHolder = (key: string) => KeyHolder | undefined;

/** @throws `http.keys_not_set`, `http.key_missing`, `http.key_unknown`, `http.admin_key_needed` */
export function requireAccess({ access = "key" }: Route, headers: IncomingHttpHeaders, findKeyHolder: FindKeyHolder | undefined): void {
  if (access === "open") return;
  if (findKeyHolder === undefined) {
    if (access === "admin") throw keysNotSet();
    return;
  }
  const key = presentedKey(headers);
  if (key === undefined) throw keyMissing();
  const holder = findKeyHolder(key);
  if (holder === undefined) throw keyUnknown();
  if (access === "admin" && !holder.isAdmin) throw adminKeyNeeded(holder.name);
}

/** `Authorization: Bearer …` (RFC 6750) or `X-API-Key: …`. */
function presentedKey({ authorization, "x-api-key": plain }: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  return bearer ?? (typeof plain === "string" && plain !== "" ? plain : undefined);
}

/** Refuses a page of another site that a name server leads here (DNS rebinding). @throws `http.host_not_allowed` */
export function requireHost(host: string | undefined, allowed: readonly string[]): void {
  const port = host?.lastIndexOf(":") ?? -1;
  const name = (port > (host?.lastIndexOf("]") ?? -1) ? host!.slice(0, port) : (host ?? "")).toLowerCase();
  if (!allowed.includes(name)) throw hostNotAllowed(name);
}
