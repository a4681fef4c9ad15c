import type { Connection } from "../pull/request.ts";
import { apiPath, deedOf, pagePath, revisionPart, type RepositoryAddress } from "./address.ts";
import { call, callForJson, readJsonObject } from "./call.ts";
import { answerStrange, repositoryExists } from "./errors.ts";

/** Who a token belongs to. */
export interface HubIdentity {
  readonly name: string;
  readonly kind: "user" | "organization";
  /** Names of the organizations it is a member of. */
  readonly organizations: readonly string[];
}

export interface RepositoryInfo extends RepositoryAddress {
  /** Of the revision asked for; undefined where nothing was committed yet. */
  readonly commit: string | undefined;
  readonly isPrivate: boolean;
  readonly tags: readonly string[];
}

export interface CreateRepositoryOptions extends RepositoryAddress {
  /** Default: what the owner's settings say. */
  readonly private?: boolean;
  /** Take what is there already. Default false. */
  readonly existOk?: boolean;
}

export interface CreatedRepository {
  readonly url: string;
  /** False when it was there already. */
  readonly created: boolean;
}

/** `GET /api/whoami-v2`. @throws `hub.unauthorized` */
export async function whoami(connection: Connection): Promise<HubIdentity> {
  const deed = { what: "ask who the token belongs to", endpoint: connection.endpoint };
  const { name, type, orgs } = await callForJson(connection, { method: "GET", path: "/api/whoami-v2" }, deed);
  if (typeof name !== "string") throw answerStrange(deed, "does not say who the token belongs to");
  const organizations = Array.isArray(orgs) ? orgs.flatMap((org: { readonly name?: unknown } | null) => (typeof org?.name === "string" ? [org.name] : [])) : [];
  return { name, kind: type === "org" ? "organization" : "user", organizations };
}

/** `POST /api/repos/create`. @throws `hub.repository_exists` unless `existOk` */
export async function createRepository(connection: Connection, { kind, id, private: isPrivate, existOk = false }: CreateRepositoryOptions): Promise<CreatedRepository> {
  const address: RepositoryAddress = { kind, id };
  const page = `${connection.endpoint}${pagePath(address)}`;
  const [organization, name] = id.split("/");
  const deed = deedOf(address, connection.endpoint, `create ${kind} ${id}`);
  const json = { name, organization, ...(kind !== "model" && { type: kind }), ...(isPrivate !== undefined && { private: isPrivate }) };
  const response = await call(connection, { method: "POST", path: "/api/repos/create", json, accept: existOk ? [401, 403, 409] : [409] }, deed);
  if (response.ok) return { url: urlOf(await readJsonObject(response, deed), page), created: true };
  if (response.status === 409) {
    const url = urlOf(await readJsonObject(response, deed).catch(() => ({})), page);
    if (existOk) return { url, created: false };
    throw repositoryExists(kind, id, url);
  }
  // Who may write to a repository need not be allowed to make one.
  await response.body?.cancel();
  await repositoryInfo(connection, address);
  return { url: page, created: false };
}

/** `GET /api/models/{id}/revision/{revision}`. @throws `hub.…_not_found`, `hub.revision_not_found` */
export async function repositoryInfo(connection: Connection, address: RepositoryAddress, revision?: string): Promise<RepositoryInfo> {
  const deed = deedOf(address, connection.endpoint, `read about ${address.kind} ${address.id}`, revision);
  const path = apiPath(address, revision === undefined ? "" : `/revision/${revisionPart(revision)}`);
  const { id, sha, private: isPrivate, tags } = await callForJson(connection, { method: "GET", path }, deed);
  const commit = typeof sha === "string" && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha) ? sha : undefined;
  return { kind: address.kind, id: typeof id === "string" ? id : address.id, commit, isPrivate: isPrivate === true, tags: Array.isArray(tags) ? tags.map(String) : [] };
}

function urlOf({ url }: { readonly url?: unknown }, page: string): string {
  return typeof url === "string" && url !== "" ? url : page;
}
