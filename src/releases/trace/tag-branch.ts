// A tag of a repository: what was published from here by the journal of its publication, what others published by the release.json that it leads to.
import { nothingToTrace } from "../errors.ts";
import { findRelease } from "../places.ts";
import { readRemoteRelease } from "../publish/remote-release.ts";
import { listPublications } from "../publish/state.ts";
import type { Publication } from "../../records/index.ts";
import { leaf, type TraceNode } from "./node.ts";
import type { Branch } from "./origin.ts";
import { releaseBranch } from "./release-branch.ts";
import type { Workspace } from "./workspace.ts";

interface Tag {
  readonly repository: string;
  readonly revision: string;
}

/** @throws `releases.nothing_to_trace`, `hub.*` */
export async function tagBranch({ repository: named, revision }: Tag, workspace: Workspace): Promise<Branch> {
  const repository = named.replace(/^datasets\//, "");
  const publication = listPublications(workspace.releasesDirectory).find((one) => isOf(one, repository, revision));
  const local = publication === undefined ? undefined : findRelease(publication.version, workspace.releasesDirectory);
  if (publication !== undefined && local !== undefined) {
    const isDataset = publication.dataset_repository === repository;
    const step = publication.steps.find(({ name }) => name === (isDataset ? "dataset" : "model"));
    const below = releaseBranch(local.record, workspace.runs, local.directory);
    const node = isDataset ? (search(below.node, "dataset") ?? below.node) : below.node;
    const other = local.record.digest === publication.release_digest ? [] : [{ what: "agreement on the release", reason: "the release here is another one than was published" }];
    return { node: tagNode(repository, revision, step?.commit ?? null, publication.endpoint, node), missing: [...other, ...below.missing] };
  }
  if (workspace.hub === undefined) throw nothingToTrace(`${named}@${revision}`, "it was not published from this workspace, and no hub was asked");
  const { hub } = workspace;
  const commit = (await hub.tags("model", repository)).get(revision) ?? (/^[0-9a-f]{40}$/.test(revision) ? revision : undefined);
  if (commit === undefined) throw nothingToTrace(`${named}@${revision}`, `${hub.endpoint} has no model of that name with such a tag`);
  const record = await readRemoteRelease(hub, repository, commit);
  if (record === undefined) {
    return { node: tagNode(repository, revision, commit, hub.endpoint), missing: [{ what: "release.json", reason: `commit ${commit.slice(0, 12)} holds none, so nothing leads to its run` }] };
  }
  const { node, missing } = releaseBranch(record, workspace.runs, null);
  return { node: tagNode(repository, revision, commit, hub.endpoint, node), missing };
}

function isOf({ model_repository, version, dataset_repository, dataset_tag }: Publication, repository: string, revision: string): boolean {
  return (model_repository === repository && version === revision) || (dataset_repository === repository && dataset_tag === revision);
}

function tagNode(repository: string, revision: string, commit: string | null, endpoint: string, below?: TraceNode): TraceNode {
  return leaf("tag", `${repository}@${revision}`, null, { note: `${commit === null ? "" : `commit ${commit.slice(0, 12)}, `}${endpoint}`, from: below === undefined ? [] : [below] });
}

function search(node: TraceNode, kind: TraceNode["kind"]): TraceNode | undefined {
  if (node.kind === kind) return node;
  for (const child of node.from) {
    const found = search(child, kind);
    if (found !== undefined) return found;
  }
  return undefined;
}
