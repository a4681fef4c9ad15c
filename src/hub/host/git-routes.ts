// git's own protocol over HTTP (git, Documentation/gitprotocol-http): clone, fetch and push with the same tokens, as passwords.
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Problem, Route } from "../../route.ts";
import { advertiseRefs, type GitService } from "../git/advertise.ts";
import { receivePack, type RefChange } from "../git/receive-pack.ts";
import { uploadPack } from "../git/upload-pack.ts";
import { readBytes } from "./body.ts";
import { mayRead, requireWriter } from "./caller.ts";
import { accessRestricted, accessRestrictedAnonymous, bodyInvalid, bodyTooLarge } from "./errors.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import { hubProblem } from "./problem.ts";
import type { Repository } from "./repository.ts";
import { repositoryRoutes, type RepositoryCall } from "./routing.ts";

/** Names of what a client has and wants, not files. */
const LARGEST_REQUEST_BYTES = 64 * 2 ** 20;
const LARGEST_PUSH_BYTES = 2 ** 32;
const NO_CACHE = { "cache-control": "no-cache, max-age=0, must-revalidate" };

export function gitRoutes(host: Host): readonly Route[] {
  const common = { base: "page", needs: "see", problem: gitProblem } as const;
  return [
    ...repositoryRoutes(host, { ...common, method: "GET", path: "/info/refs", summary: "Branches and tags for git" }, (asked) => {
      const service = asked.query.get("service");
      if (service !== "git-upload-pack" && service !== "git-receive-pack") throw bodyInvalid("a git client of version 1.6.6 or later is needed");
      requireService(asked, service);
      return { stream: advertiseRefs(asked.repository.git, service), mediaType: `application/x-${service}-advertisement`, headers: NO_CACHE };
    }),
    ...repositoryRoutes(host, { ...common, method: "POST", path: "/git-upload-pack", summary: "Clone and fetch", limitBytes: LARGEST_REQUEST_BYTES }, async (asked) => {
      requireService(asked, "git-upload-pack");
      const request = await readBytes(unpacked(asked, LARGEST_REQUEST_BYTES), LARGEST_REQUEST_BYTES);
      return { stream: uploadPack(asked.repository.git, request), mediaType: "application/x-git-upload-pack-result", headers: NO_CACHE };
    }),
    ...repositoryRoutes(host, { ...common, method: "POST", path: "/git-receive-pack", summary: "Push", limitBytes: LARGEST_PUSH_BYTES }, async (asked) => {
      requireService(asked, "git-receive-pack");
      const { git } = asked.repository;
      host.requireRoom(Number(asked.call.headers["content-length"] ?? 0));
      const report = await receivePack(git, unpacked(asked, LARGEST_PUSH_BYTES), { beforeUpdate: (changes, newBlobs) => refuse(host, asked.repository, changes, newBlobs) });
      host.noteCommitted(asked.repository);
      return { stream: report, mediaType: "application/x-git-receive-pack-result", headers: NO_CACHE };
    }),
  ];
}

/** @throws `hub.token_missing`, `hub.forbidden`, `hub.gated` */
function requireService({ host, caller, repository }: RepositoryCall, service: GitService): void {
  if (service === "git-receive-pack") requireWriter(host.accounts, repository.record.owner, repository.id, caller);
  else if (!mayRead(host.accounts, repository.record, caller)) throw caller === undefined ? accessRestrictedAnonymous(repository) : accessRestricted(repository);
}

/** What may not be pushed, and why; asked when all objects are there and nothing has changed. */
function refuse(host: Host, repository: Repository, changes: readonly RefChange[], newBlobs: readonly string[]): ReadonlyMap<string, string> {
  const { git } = repository;
  const refused = new Map<string, string>();
  const isMissing = newBlobs.some((id) => {
    const pointer = fileFacts(git, id).pointer;
    return pointer !== undefined && !(host.possession.has(repository, pointer.oid) && host.large.touch(pointer.oid));
  });
  for (const { name, to } of changes) {
    if (!/^refs\/(heads|tags|pr)\//.test(name)) refused.set(name, "only branches, tags and pull requests are kept here");
    else if (name.startsWith("refs/pr/") && git.refs.read(name) === undefined) refused.set(name, "there is no such pull request");
    else if (to === undefined && name === git.head()) refused.set(name, "it is the branch that is shown first");
    if (isMissing && to !== undefined) refused.set(name, "large files are missing that it points to: run git lfs push --all");
  }
  return refused;
}

/** git compresses what it asks for. @throws `hub.too_large`, `hub.body_invalid` */
async function* unpacked({ call, body }: RepositoryCall, limitBytes: number): AsyncGenerator<Uint8Array> {
  if (call.headers["content-encoding"] !== "gzip") return yield* body;
  const gunzip = createGunzip();
  const source = Readable.from(body, { objectMode: false });
  source.on("error", (cause) => gunzip.destroy(cause));
  source.pipe(gunzip);
  let total = 0;
  try {
    for await (const piece of gunzip) {
      total += (piece as Uint8Array).byteLength;
      if (total > limitBytes) throw bodyTooLarge(limitBytes);
      yield piece as Uint8Array;
    }
  } catch (thrown) {
    throw (thrown as NodeJS.ErrnoException).code?.startsWith("Z_") === true ? bodyInvalid("it is no gzip") : thrown;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** git shows a text as it stands, and asks for a name and a password when it is told to. */
function gitProblem(problem: Problem): { readonly status: number; readonly body: unknown; readonly headers: Readonly<Record<string, string>> } {
  const { status, headers } = hubProblem(problem);
  return { status, body: `${status >= 500 ? "Something went wrong inside" : problem.detail}\n`, headers: { ...headers, ...(status === 401 ? { "www-authenticate": 'Basic realm="hub", charset="UTF-8"' } : {}) } };
}
