import type { Connection } from "../pull/request.ts";
import { apiPath, deedOf, revisionPart, type RepositoryAddress } from "./address.ts";
import { call, readJsonAnswer } from "./call.ts";
import type { HubDeletion, MeasuredFile } from "./changes.ts";
import { answerStrange } from "./errors.ts";

export interface OwnCommit extends RepositoryAddress {
  readonly revision: string;
  readonly title: string;
  readonly files: readonly MeasuredFile[];
  readonly deletions: readonly HubDeletion[];
}

/** No more commits than these can have come between. */
const MOST_COMMITS = 50;
const PATHS_AT_ONCE = 500;

/** A commit after `headBefore` that has our title and in which every file is as we sent it: the one whose answer was lost. */
export async function findOwnCommit(connection: Connection, own: OwnCommit, headBefore: string | undefined): Promise<string | undefined> {
  for (const { id, title } of await listCommits(connection, own, own.revision)) {
    if (id === headBefore) return undefined;
    if (title === own.title && (await holdsAll(connection, own, id))) return id;
  }
  return undefined;
}

async function listCommits(connection: Connection, own: RepositoryAddress, revision: string): Promise<readonly { readonly id: string; readonly title: string }[]> {
  const deed = deedOf(own, connection.endpoint, `list the commits of ${own.id}`, revision);
  const answer = await readJsonAnswer(await call(connection, { method: "GET", path: apiPath(own, `/commits/${revisionPart(revision)}?limit=${MOST_COMMITS}`) }, deed), deed);
  if (!Array.isArray(answer)) throw answerStrange(deed, "does not answer with a list");
  return answer.flatMap((commit: Readonly<Record<string, unknown>>) => (typeof commit["id"] === "string" ? [{ id: commit["id"], title: String(commit["title"] ?? "") }] : []));
}

async function holdsAll(connection: Connection, own: OwnCommit, commit: string): Promise<boolean> {
  const wanted = new Map(own.files.map((file) => [file.path, file]));
  const found = await readPaths(connection, own, commit, [...wanted.keys(), ...own.deletions.map((deletion) => deletion.delete.replace(/\/+$/, ""))]);
  const deletedStill = own.deletions.some((deletion) => found.has(deletion.delete.replace(/\/+$/, "")) && !own.files.some(({ path }) => path === deletion.delete || path.startsWith(deletion.delete)));
  return !deletedStill && [...wanted].every(([path, { sha256, gitId }]) => {
    const entry = found.get(path);
    return entry !== undefined && (entry.sha256 === undefined ? entry.oid === gitId : entry.sha256 === sha256);
  });
}

/** `POST …/paths-info/{commit}`: what stands at these paths; what does not is left out. */
async function readPaths(connection: Connection, address: RepositoryAddress, commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, { readonly oid: unknown; readonly sha256?: unknown }>> {
  const deed = deedOf(address, connection.endpoint, `look at what was committed to ${address.id}`, commit);
  const found = new Map<string, { readonly oid: unknown; readonly sha256?: unknown }>();
  for (let from = 0; from < paths.length; from += PATHS_AT_ONCE) {
    const json = { paths: paths.slice(from, from + PATHS_AT_ONCE), expand: false };
    const answer = await readJsonAnswer(await call(connection, { method: "POST", path: apiPath(address, `/paths-info/${commit}`), json }, deed), deed);
    for (const entry of Array.isArray(answer) ? (answer as Readonly<Record<string, unknown>>[]) : []) {
      const lfs = entry["lfs"] as { readonly oid?: unknown } | null | undefined;
      found.set(String(entry["path"]), { oid: entry["oid"], ...(lfs && { sha256: lfs.oid }) });
    }
  }
  return found;
}
