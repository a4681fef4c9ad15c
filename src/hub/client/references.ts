// Branches and tags. Making one twice is no fault when it would stand where it stands.
import { TunesmithError } from "../../errors.ts";
import type { Connection } from "../pull/request.ts";
import { apiPath, deedOf, revisionPart, type RepositoryAddress } from "./address.ts";
import { call, callForJson } from "./call.ts";
import { answerStrange, branchExists, tagTaken } from "./errors.ts";
import { repositoryInfo } from "./repositories.ts";

export interface HubReference {
  /** `main`, `v1.0`. */
  readonly name: string;
  /** `refs/heads/main`. */
  readonly reference: string;
  /** The commit it leads to, also through an annotated tag. */
  readonly commit: string;
  /** Of an annotated tag, from a hub that tells it. */
  readonly message?: string;
}

export interface HubReferences {
  readonly branches: readonly HubReference[];
  readonly tags: readonly HubReference[];
}

export interface CreateBranchOptions extends RepositoryAddress {
  readonly branch: string;
  /** Where it begins. Default: the head of `main`. */
  readonly from?: string;
  /** Default false. */
  readonly existOk?: boolean;
}

export interface CreateTagOptions extends RepositoryAddress {
  readonly tag: string;
  /** Default `main`. */
  readonly revision?: string;
  /** Makes it an annotated tag. */
  readonly message?: string;
  /** A tag that stands at the same commit already is fine. Default false. */
  readonly existOk?: boolean;
}

export interface CreatedTag {
  readonly commit: string;
  /** False when it stood there already. */
  readonly created: boolean;
}

/** `GET …/refs`. */
export async function listReferences(connection: Connection, address: RepositoryAddress): Promise<HubReferences> {
  const deed = deedOf(address, connection.endpoint, `list the branches and tags of ${address.id}`);
  const { branches, tags } = await callForJson(connection, { method: "GET", path: apiPath(address, "/refs") }, deed);
  if (!Array.isArray(branches) || !Array.isArray(tags)) throw answerStrange(deed, "lists no branches and tags");
  return { branches: branches.flatMap(readReference), tags: tags.flatMap(readReference) };
}

/** @throws `hub.branch_exists` unless `existOk`, `hub.revision_not_found` */
export async function createBranch(connection: Connection, { branch, from, existOk = false, ...address }: CreateBranchOptions): Promise<{ readonly created: boolean }> {
  const deed = deedOf(address, connection.endpoint, `create branch ${branch} of ${address.id}`, from);
  const json = from === undefined ? {} : { startingPoint: from };
  const response = await call(connection, { method: "POST", path: apiPath(address, `/branch/${revisionPart(branch)}`), json, accept: [409] }, deed);
  await response.body?.cancel();
  if (response.status === 409 && !existOk) throw branchExists(address.id, branch);
  return { created: response.status !== 409 };
}

/**
 * Tags the commit that `revision` leads to now, never what a branch has become meanwhile.
 * @throws `hub.tag_taken` when the tag stands elsewhere, or without `existOk` when it stands at all; `hub.revision_not_found`
 */
export async function createTag(connection: Connection, { tag, revision = "main", message, existOk = false, ...address }: CreateTagOptions): Promise<CreatedTag> {
  const deed = deedOf(address, connection.endpoint, `tag ${address.id} as ${tag}`, revision);
  revisionPart(tag);
  const { commit } = await repositoryInfo(connection, address, revision);
  if (commit === undefined) throw answerStrange(deed, `does not say which commit ${revision} is`);
  let isRepeated = false;
  const noticed: Connection = { ...connection, wait: (ms) => ((isRepeated = true), connection.wait(ms)) };
  const json = { tag, ...(message !== undefined && { message }) };
  const response = await call(noticed, { method: "POST", path: apiPath(address, `/tag/${commit}`), json, accept: [409] }, deed);
  await response.body?.cancel();
  if (response.status !== 409) return { commit, created: true };
  const found = (await listReferences(connection, address)).tags.find(({ name }) => name === tag)?.commit;
  if (found === commit && (existOk || isRepeated)) return { commit, created: false };
  throw tagTaken(address.id, tag, found ?? "an unknown commit", commit);
}

/** @throws `hub.revision_not_found` unless `missingOk` */
export async function deleteTag(connection: Connection, { tag, missingOk = false, ...address }: RepositoryAddress & { readonly tag: string; readonly missingOk?: boolean }): Promise<void> {
  const deed = deedOf(address, connection.endpoint, `delete tag ${tag} of ${address.id}`, tag);
  try {
    await (await call(connection, { method: "DELETE", path: apiPath(address, `/tag/${revisionPart(tag)}`) }, deed)).body?.cancel();
  } catch (thrown) {
    if (!missingOk || !(thrown instanceof TunesmithError) || thrown.code !== "hub.revision_not_found") throw thrown;
  }
}

function readReference(value: unknown): HubReference[] {
  const { name, ref, targetCommit, message } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof targetCommit !== "string") return [];
  return [{ name, reference: typeof ref === "string" ? ref : name, commit: targetCommit, ...(typeof message === "string" && message !== "" && { message }) }];
}
