// A repository as `GET /api/models/…` describes it, alone and in lists.
import type { RouteReply } from "../../route.ts";
import { bodyInvalid } from "./errors.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import { resolveRevision } from "../git/revisions.ts";
import type { Repository } from "./repository.ts";
import { dateOf, requireRevision } from "./revision.ts";
import { isTrue, listOf, repositoryRoutes } from "./routing.ts";
import { summarize, type Summary } from "./summary.ts";
import type { Route } from "../../route.ts";

type Fields = Record<string, unknown>;

/** Every field that may be asked for, made when it is. */
type Field = (host: Host, repository: Repository, summary: Summary | undefined) => unknown;

const FIELDS: Readonly<Record<string, Field>> = {
  author: (_host, { record }) => record.owner,
  sha: (_host, _repository, summary) => summary?.commit,
  lastModified: (_host, { record }, summary) => (summary === undefined ? record.created_at : dateOf(summary.committedAt)),
  createdAt: (_host, { record }) => record.created_at,
  private: (_host, { record }) => record.private,
  gated: (_host, { record }) => record.gated,
  disabled: () => false,
  downloads: () => 0,
  downloadsAllTime: () => 0,
  likes: (_host, { record }) => record.liked_by.length,
  trendingScore: (_host, { record }) => record.liked_by.length,
  tags: (_host, _repository, summary) => summary?.tags ?? [],
  pipeline_tag: (_host, { kind }, summary) => (kind === "model" ? summary?.pipeline : undefined),
  library_name: (_host, { kind }, summary) => (kind === "model" ? summary?.library : undefined),
  cardData: (_host, _repository, summary) => summary?.card,
  siblings: (_host, _repository, summary) => summary?.files.map(({ path }) => ({ rfilename: path })) ?? [],
  config: (_host, { kind }, summary) => (kind === "model" ? summary?.config : undefined),
  "model-index": (_host, _repository, summary) => summary?.card?.["model-index"],
  baseModels: (_host, { kind }, summary) => (kind === "model" && summary !== undefined && summary.baseModels.length > 0 ? { relation: summary.baseRelation, models: summary.baseModels.map((id) => ({ id })) } : undefined),
  childrenModelCount: (host, { kind, id }) => (kind === "model" ? countChildren(host, id) : undefined),
  usedStorage: (_host, { git }, summary) => usedStorage(git, summary),
  resourceGroup: () => null,
  xetEnabled: () => true,
  description: (_host, _repository, summary) => textOrNothing(summary?.card?.["description"]),
  citation: () => undefined,
  paperswithcode_id: (_host, _repository, summary) => textOrNothing(summary?.card?.["paperswithcode_id"]),
  sdk: (_host, { record, kind }) => (kind === "space" ? record.sdk : undefined),
  subdomain: (_host, { kind, id }) => (kind === "space" ? id.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-") : undefined),
  runtime: () => undefined,
  datasets: (_host, { kind }, summary) => (kind === "space" ? summary?.datasets : undefined),
  models: () => undefined,
  safetensors: () => undefined,
  gguf: () => undefined,
  spaces: () => undefined,
  transformersInfo: () => undefined,
  widgetData: () => undefined,
  mask_token: () => undefined,
  inference: () => undefined,
  inferenceProviderMapping: () => undefined,
  evalResults: () => undefined,
  securityRepoStatus: () => undefined,
};

/** What is told unless something else is asked for. */
const USUAL = ["author", "sha", "lastModified", "createdAt", "private", "gated", "disabled", "downloads", "likes", "tags", "pipeline_tag", "library_name", "sdk", "subdomain"] as const;
const ALONE = [...USUAL, "cardData", "siblings", "config", "model-index", "usedStorage", "description", "paperswithcode_id", "datasets"] as const;

export interface InfoWish {
  /** Only these, when there are any. */
  readonly expand: readonly string[];
  /** Beside the usual ones. */
  readonly also: readonly string[];
}

/** @throws `hub.body_invalid` for a field that there is not */
export function describeRepository(host: Host, repository: Repository, summary: Summary | undefined, { expand, also }: InfoWish): Fields {
  const unknown = expand.find((name) => !Object.hasOwn(FIELDS, name));
  if (unknown !== undefined) throw bodyInvalid(`"expand" must be one of [${Object.keys(FIELDS).join(", ")}], it is ${JSON.stringify(unknown.slice(0, 100))}`);
  const { record, id, kind } = repository;
  const fields: Fields = { _id: record.id, id, ...(kind === "model" ? { modelId: id } : {}) };
  for (const name of expand.length > 0 ? expand : [...USUAL, ...also]) {
    const value = FIELDS[name]?.(host, repository, summary);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

export function infoRoutes(host: Host): readonly Route[] {
  const answer = (repository: Repository, commit: string | undefined, query: URLSearchParams): RouteReply => {
    const summary = commit === undefined ? undefined : summarize(host, repository, commit);
    const fields = describeRepository(host, repository, summary, { expand: listOf(query, "expand"), also: ALONE });
    if (isTrue(query, "blobs") && summary !== undefined) fields["siblings"] = summary.files.map(({ path, id }) => ({ rfilename: path, blobId: id, ...sizesOf(repository, id) }));
    return { json: fields };
  };
  return [
    ...repositoryRoutes(host, { method: "GET", path: "", summary: "Describe a repository", needs: "see" }, ({ repository, query }) => answer(repository, resolveRevision(repository.git, "HEAD")?.commit, query)),
    ...repositoryRoutes(host, { method: "GET", path: "/revision/*", summary: "Describe a repository at a revision", needs: "see" }, ({ repository, query, rest }) => answer(repository, requireRevision(repository.git, rest).commit, query)),
  ];
}

function sizesOf({ git }: Repository, id: string): Fields {
  const { sizeBytes, pointer, blobBytes } = fileFacts(git, id);
  return { size: sizeBytes, ...(pointer === undefined ? {} : { lfs: { sha256: pointer.oid, size: pointer.sizeBytes, pointerSize: blobBytes } }) };
}

/** Bytes of all files of a commit, each content once. */
export function usedStorage(git: Repository["git"], summary: Summary | undefined): number {
  const sizes = new Map((summary?.files ?? []).map(({ id }) => [id, fileFacts(git, id).sizeBytes]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function countChildren(host: Host, id: string): number {
  const wanted = id.toLowerCase();
  return host.repositories.list("model").filter((other) => {
    const commit = resolveRevision(other.git, "HEAD")?.commit;
    return commit !== undefined && !other.record.private && summarize(host, other, commit).baseModels.some((base) => base.toLowerCase() === wanted);
  }).length;
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
