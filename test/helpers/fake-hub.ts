// A hub in memory behind a `fetch`: repositories, commits, tags and large files, as the API answers. `meddle` may answer a call before the hub does,
// or after it did: a test breaks with it what can break.
import { createHash } from "node:crypto";

export interface FakeCommit {
  readonly id: string;
  readonly title: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface FakeRepository {
  readonly commits: FakeCommit[];
  readonly tags: Map<string, { readonly commit: string; readonly message?: string }>;
  readonly branches: Map<string, string>;
  readonly isPrivate: boolean;
}

export interface FakeCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly host: string;
  readonly authorization: string | null;
  readonly body: Buffer;
}

export interface FakeHub {
  readonly fetch: typeof fetch;
  readonly calls: FakeCall[];
  /** By `models/owner/name`. */
  readonly repositories: Map<string, FakeRepository>;
  readonly large: Map<string, Buffer>;
  /** Bytes of a part; undefined asks for whole files. */
  partBytes: number | undefined;
  meddle: (call: FakeCall, answer: () => Response) => Response | undefined;
}

export const gitIdOf = (bytes: Buffer): string => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
export const sha256Of = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const isLarge = (path: string): boolean => /\.(safetensors|bin|gguf)$/.test(path);

/** A hub with nothing in it. `alice` is whose token it is. */
export function createFakeHub(): FakeHub {
  const hub: FakeHub = {
    calls: [],
    repositories: new Map(),
    large: new Map(),
    partBytes: undefined,
    meddle: () => undefined,
    fetch: async (input, init) => {
      init?.signal?.throwIfAborted();
      const url = new URL(String(input));
      const headers = new Headers(init?.headers);
      const call: FakeCall = { method: init?.method ?? "GET", path: url.pathname + url.search, host: url.host, authorization: headers.get("authorization"), body: await readBody(init?.body) };
      hub.calls.push(call);
      const answer = (): Response => answerCall(hub, call, url);
      const response = hub.meddle(call, answer) ?? answer();
      if (init?.redirect === "error" && response.status >= 300 && response.status < 400) throw Object.assign(new TypeError("fetch failed"), { cause: new Error("unexpected redirect") });
      return response;
    },
  };
  return hub;
}

/** Adds a repository with one commit. */
export function addRepository(hub: FakeHub, key: string, files: Readonly<Record<string, string>> = {}, isPrivate = false): FakeRepository {
  const repository: FakeRepository = { commits: [], tags: new Map(), branches: new Map(), isPrivate };
  hub.repositories.set(key, repository);
  addCommit(repository, "initial commit", new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
  return repository;
}

export function addCommit(repository: FakeRepository, title: string, files: ReadonlyMap<string, Buffer>): FakeCommit {
  const id = createHash("sha1").update(`${repository.commits.length} ${title}`).digest("hex");
  const commit = { id, title, files };
  repository.commits.push(commit);
  repository.branches.set("main", id);
  return commit;
}

async function readBody(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
}

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response => Response.json(value, { status, headers });
const refuse = (status: number, code: string, error: string): Response => json({ error }, status, { "x-error-code": code });

function answerCall(hub: FakeHub, { method, body }: FakeCall, url: URL): Response {
  const path = url.pathname;
  const sent = (): Record<string, never> => JSON.parse(body.toString()) as Record<string, never>;
  if (path === "/api/whoami-v2") return json({ type: "user", name: "alice", orgs: [{ name: "team" }] });
  if (path === "/api/repos/create") {
    const { name, organization, type = "model", private: isPrivate } = sent() as unknown as { name: string; organization: string; type?: string; private?: boolean };
    const key = `${type}s/${organization}/${name}`;
    const page = `${url.origin}/${organization}/${name}`;
    if (hub.repositories.has(key)) return json({ error: "You already created this model repo", url: page }, 409);
    addRepository(hub, key, {}, isPrivate === true);
    return json({ url: page, name: `${organization}/${name}` });
  }
  if (path.startsWith("/large/")) {
    const [, , oid = "", part] = path.split("/");
    if (part === "done") return finishParts(hub, oid, sent());
    hub.large.set(part === undefined ? oid : `${oid}/${part}`, body);
    return new Response(null, { headers: { etag: `"e${part ?? ""}"` } });
  }
  const lfs = /^\/(?:(datasets)\/)?([^/]+\/[^/]+)\.git\/info\/lfs\/objects\/batch$/.exec(path);
  if (lfs !== null) return json({ transfer: hub.partBytes === undefined ? "basic" : "multipart", objects: (sent() as unknown as { objects: { oid: string; size: number }[] }).objects.map((object) => planLarge(hub, object)) });
  const api = /^\/api\/(models|datasets)\/([^/]+\/[^/]+)(?:\/([^?]*))?$/.exec(path);
  const page = /^\/(?:(datasets)\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
  const repository = hub.repositories.get(api !== null ? `${api[1]}/${api[2]}` : `${page?.[1] ?? "models"}/${page?.[2]}`);
  if (repository === undefined) return refuse(404, "RepoNotFound", "Repository not found");
  if (page !== null) {
    const bytes = commitOf(repository, page[3]!)?.files.get(decodeURIComponent(page[4]!));
    if (bytes === undefined) return refuse(404, "EntryNotFound", "Entry not found");
    const etag = isLarge(page[4]!) ? sha256Of(bytes) : gitIdOf(bytes);
    return new Response(method === "HEAD" ? null : new Uint8Array(bytes), { headers: { etag: `"${etag}"`, "content-length": String(bytes.length) } });
  }
  const [verb = "", first = "", ...rest] = (api?.[3] ?? "").split("/").map(decodeURIComponent);
  if (verb === "" || verb === "revision") {
    const commit = commitOf(repository, first || "main");
    if (commit === undefined) return refuse(404, "RevisionNotFound", `Invalid rev id: ${first}`);
    const siblings = [...commit.files].map(([rfilename, bytes]) => ({ rfilename, size: bytes.length, blobId: gitIdOf(bytes), ...(isLarge(rfilename) && { lfs: { sha256: sha256Of(bytes) } }) }));
    return json({ id: api![2], sha: commit.id, private: repository.isPrivate, siblings });
  }
  const commit = commitOf(repository, first);
  if (verb === "refs") {
    const list = (names: Iterable<[string, string]>, prefix: string) => [...names].map(([name, targetCommit]) => ({ name, ref: `${prefix}${name}`, targetCommit }));
    return json({ branches: list(repository.branches, "refs/heads/"), converts: [], tags: list([...repository.tags].map(([name, tag]) => [name, tag.commit]), "refs/tags/") });
  }
  if (verb === "tag") return answerTag(repository, method, first, body);
  if (verb === "branch") {
    if (repository.branches.has(first)) return json({ error: `Reference refs/heads/${first} already exists` }, 409);
    repository.branches.set(first, commitOf(repository, "main")!.id);
    return json({});
  }
  if (commit === undefined) return refuse(404, "RevisionNotFound", `Invalid rev id: ${first}`);
  if (verb === "preupload") return json({ files: (sent() as unknown as { files: { path: string }[] }).files.map((file) => ({ path: file.path, uploadMode: isLarge(file.path) ? "lfs" : "regular", shouldIgnore: file.path.endsWith(".log"), oid: oidOf(commit, file.path) })) });
  if (verb === "commits") return json([...repository.commits].reverse().map(({ id, title }) => ({ id, title })));
  if (verb === "paths-info") return json((sent() as unknown as { paths: string[] }).paths.flatMap((one) => (commit.files.has(one) ? [entryOf(one, commit.files.get(one)!)] : [])));
  if (verb === "tree") {
    const folder = rest.length === 0 ? "" : `${rest.join("/")}/`;
    const entries = [...commit.files].filter(([one]) => one.startsWith(folder)).map(([one, bytes]) => entryOf(one, bytes));
    return entries.length === 0 && folder !== "" ? refuse(404, "EntryNotFound", "no such folder") : json(entries);
  }
  if (verb === "commit") return answerCommit(hub, repository, body, url.origin);
  return json({ error: `the fake hub has no ${verb}` }, 501);
}

function answerTag(repository: FakeRepository, method: string, first: string, body: Buffer): Response {
  if (method === "DELETE") return repository.tags.delete(first) ? json({}) : refuse(404, "RevisionNotFound", "no such tag");
  const { tag, message } = JSON.parse(body.toString()) as { tag: string; message?: string };
  if (repository.tags.has(tag)) return json({ error: `Tag reference exists already: ${tag}` }, 409);
  repository.tags.set(tag, { commit: commitOf(repository, first)!.id, ...(message !== undefined && { message }) });
  return json({});
}

function answerCommit(hub: FakeHub, repository: FakeRepository, body: Buffer, origin: string): Response {
  const lines = body.toString().trim().split("\n").map((line) => JSON.parse(line) as { key: string; value: Record<string, string> });
  const head = repository.commits.at(-1)!;
  const header = lines[0]!.value;
  if (header["parentCommit"] !== undefined && header["parentCommit"] !== head.id) return json({ error: "The branch was updated since you opened this page. Please refresh and try again." }, 412);
  const files = new Map(head.files);
  for (const { key, value } of lines.slice(1)) {
    const path = value["path"]!;
    if (key === "file") files.set(path, Buffer.from(value["content"]!, "base64"));
    if (key === "lfsFile") {
      const bytes = hub.large.get(value["oid"]!);
      if (bytes === undefined) return json({ error: `lfs object ${value["oid"]} was not uploaded` }, 400);
      files.set(path, bytes);
    }
    if (key === "deletedFile" && !files.delete(path)) return refuse(404, "EntryNotFound", "A file with this name doesn't exist");
    if (key === "deletedFolder") for (const one of files.keys()) if (one.startsWith(path)) files.delete(one);
  }
  const { id } = addCommit(repository, header["summary"]!, files);
  return json({ success: true, commitOid: id, commitUrl: `${origin}/commit/${id}` });
}

function planLarge(hub: FakeHub, { oid, size }: { readonly oid: string; readonly size: number }): unknown {
  if (hub.large.has(oid)) return { oid, size };
  if (hub.partBytes === undefined) return { oid, size, actions: { upload: { href: `https://elsewhere.test/large/${oid}` } } };
  const parts = Array.from({ length: Math.ceil(size / hub.partBytes) }, (_value, at) => [String(at + 1).padStart(5, "0"), `https://elsewhere.test/large/${oid}/${at + 1}`]);
  return { oid, size, actions: { upload: { href: `https://elsewhere.test/large/${oid}/done`, header: { chunk_size: String(hub.partBytes), ...Object.fromEntries(parts) } } } };
}

function finishParts(hub: FakeHub, oid: string, { parts }: { readonly parts?: readonly { readonly partNumber: number }[] }): Response {
  const bytes = Buffer.concat((parts ?? []).map(({ partNumber }) => hub.large.get(`${oid}/${partNumber}`)!));
  if (sha256Of(bytes) !== oid) return json({ error: "the parts do not add up" }, 400);
  hub.large.set(oid, bytes);
  return json({});
}

function commitOf({ commits, branches, tags }: FakeRepository, revision: string): FakeCommit | undefined {
  const id = branches.get(revision) ?? tags.get(revision)?.commit ?? revision;
  return commits.find((commit) => commit.id === id);
}

function oidOf({ files }: FakeCommit, path: string): string | undefined {
  const bytes = files.get(path);
  return bytes === undefined ? undefined : isLarge(path) ? sha256Of(bytes) : gitIdOf(bytes);
}

function entryOf(path: string, bytes: Buffer): unknown {
  return { type: "file", path, size: bytes.length, oid: gitIdOf(bytes), ...(isLarge(path) && { lfs: { oid: sha256Of(bytes), size: bytes.length } }) };
}
