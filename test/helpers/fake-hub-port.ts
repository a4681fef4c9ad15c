// A hub in memory: repositories, commits on a head, tags. It can fail before or after any call takes effect, and let somebody else in between.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { TunesmithError } from "../../src/errors.ts";
import type { CommitRequest, HubPort, RemoteFile, RepositoryKind } from "../../src/releases/hub-port.ts";

export interface FakeHub extends HubPort {
  /** The calls that change something, in order: `commit model acme/support`. */
  readonly written: readonly string[];
  /** Commits of a repository, oldest first. */
  commits(kind: RepositoryKind, id: string): readonly string[];
  textAt(kind: RepositoryKind, id: string, path: string, commit?: string): string | undefined;
  message(id: string, tag: string): string | undefined;
  /** Called around every call with its words: what it throws is the failure. */
  interfere: (moment: "before" | "after", call: string) => void | Promise<void>;
}

interface Repository {
  readonly commits: Map<string, ReadonlyMap<string, Uint8Array>>;
  head: string | undefined;
  readonly tags: Map<string, { readonly commit: string; readonly message: string }>;
}

/** Files of these names are large ones: known by their SHA-256. */
const LARGE = /\.(safetensors|gguf|parquet)$/;

export function createHubPort(): FakeHub {
  const repositories = new Map<string, Repository>();
  const written: string[] = [];
  const find = (kind: RepositoryKind, id: string): Repository | undefined => repositories.get(`${kind} ${id}`);
  let made = 0;
  const hub: FakeHub = {
    endpoint: "https://hub.example",
    written,
    interfere: () => undefined,
    commits: (kind, id) => [...(find(kind, id)?.commits.keys() ?? [])],
    textAt: (kind, id, path, commit) => {
      const repository = find(kind, id);
      const bytes = repository?.commits.get(commit ?? repository.head ?? "")?.get(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    message: (id, tag) => (find("model", id) ?? find("dataset", id))?.tags.get(tag)?.message,
    createRepository: (kind, id) =>
      around(hub, `create ${kind} ${id}`, () => {
        if (find(kind, id) === undefined) {
          repositories.set(`${kind} ${id}`, { commits: new Map(), head: undefined, tags: new Map() });
          written.push(`create ${kind} ${id}`);
        }
      }),
    head: (kind, id) => around(hub, `head ${kind} ${id}`, () => find(kind, id)?.head),
    files: (kind, id, commit) => around(hub, `files ${kind} ${id}`, () => new Map([...(find(kind, id)?.commits.get(commit) ?? [])].map(([path, bytes]) => [path, describe(path, bytes)]))),
    read: (kind, id, commit, path) => around(hub, `read ${kind} ${id} ${path}`, () => find(kind, id)!.commits.get(commit)!.get(path)!),
    commit: (request) =>
      around(hub, `commit ${request.kind} ${request.id}`, () => {
        const repository = find(request.kind, request.id)!;
        if (request.parentCommit !== undefined && request.parentCommit !== repository.head) throw new TunesmithError({ code: "hub.commit_conflict", message: "the branch was updated" });
        made += 1;
        const commit = createHash("sha1").update(`${made}`).digest("hex");
        repository.commits.set(commit, apply(repository.commits.get(repository.head ?? "") ?? new Map(), request));
        repository.head = commit;
        written.push(`commit ${request.kind} ${request.id}`);
        return commit;
      }),
    tags: (kind, id) => around(hub, `tags ${kind} ${id}`, () => new Map([...(find(kind, id)?.tags ?? [])].map(([name, { commit }]) => [name, commit]))),
    createTag: (kind, id, { name, commit, message }) =>
      around(hub, `tag ${kind} ${id} ${name}`, () => {
        const { tags } = find(kind, id)!;
        if (tags.has(name)) return;
        tags.set(name, { commit, message });
        written.push(`tag ${kind} ${id} ${name}`);
      }),
  };
  return hub;
}

async function around<T>(hub: FakeHub, call: string, act: () => T): Promise<T> {
  await hub.interfere("before", call);
  const result = act();
  await hub.interfere("after", call);
  return result;
}

function apply(before: ReadonlyMap<string, Uint8Array>, { changes }: CommitRequest): ReadonlyMap<string, Uint8Array> {
  const after = new Map(before);
  for (const { path, source } of changes) {
    if (source === undefined) after.delete(path);
    else after.set(path, "bytes" in source ? source.bytes : readFileSync(source.file));
  }
  return after;
}

function describe(path: string, bytes: Uint8Array): RemoteFile {
  const pointer = LARGE.test(path) ? { sha256: createHash("sha256").update(bytes).digest("hex") } : {};
  return { sizeBytes: bytes.byteLength, gitId: createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex"), ...pointer };
}
