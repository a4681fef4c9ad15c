// From a checkpoint down: the run, its configuration, its data and the raw files, its base; from the run's own records where they are here, else from
// what the release took along.
import { findCheckpoint, listCheckpoints, type Checkpoint } from "../../checkpoints/index.ts";
import type { ReleasedDataset, ReleaseRecord } from "../../records/index.ts";
import { findArtifact, type StoredRun } from "../../runs/index.ts";
import { datasetPart } from "../assemble/dataset.ts";
import { leaf, type Trace, type TraceNode } from "./node.ts";

/** A branch of the tree, and what is missing from it. */
export interface Branch {
  readonly node: TraceNode;
  readonly missing: Trace["missing"];
}

/** What a file says of its own making; any of it may be unsaid. */
export interface Claims {
  readonly runId?: string;
  readonly checkpointId?: string;
  readonly configDigest?: string;
  readonly datasetDigest?: string;
  readonly weightsDigest?: string;
}

/** The checkpoint and all below it. @param run where it is here */
export function checkpointBranch(checkpoint: Checkpoint, run: StoredRun | undefined): Branch {
  const { metadata, name, directory } = checkpoint;
  const note = `step ${metadata.training.global_step}, epoch ${metadata.training.epoch}`;
  const below = run === undefined ? unknownRun({ runId: metadata.run_id, configDigest: metadata.config_digest, ...(metadata.dataset_digest !== null && { datasetDigest: metadata.dataset_digest }) }) : runBranch(run);
  const odd = run === undefined ? [] : disagreements({ configDigest: metadata.config_digest, ...(metadata.dataset_digest !== null && { datasetDigest: metadata.dataset_digest }) }, run, `the checkpoint ${name}`);
  return { node: leaf("checkpoint", `${metadata.id} ${name}`, metadata.weights.sha256, { place: directory, note, from: [below.node] }), missing: [...odd, ...below.missing] };
}

/** A run that is here. */
export function runBranch({ record, directory }: StoredRun): Branch {
  const data = datasetPart({ record, directory });
  const base = record.base_model;
  const from = [
    leaf("configuration", "config", record.config_digest, { note: `tunesmith ${record.package_version}${record.git === null ? "" : `, commit ${record.git.commit.slice(0, 12)}${record.git.dirty ? " with changes" : ""}`}` }),
    ...(record.dataset === null ? [] : [datasetNode(data.facts, record.dataset, findArtifact(record.dataset.path, directory) ?? null)]),
    ...(base === null ? [] : [leaf("base model", base.path, base.digest)]),
  ];
  const missing = [
    ...data.missing.map(({ what, reason }) => ({ what, reason })),
    ...(record.git === null ? [{ what: "commit of the code", reason: "the run was started outside of a git repository" }] : []),
    ...(base === null ? [{ what: "base model", reason: "the run names none" }] : []),
  ];
  return { node: leaf("run", `${record.id} ${record.version ?? record.name}`, null, { place: directory, note: `${record.status}, ${record.started_at}`, from }), missing };
}

/** A run that is not here, as the release tells it. */
export function releasedRunBranch(record: ReleaseRecord): Branch {
  const { run, dataset, base_model: base, config_digest } = record;
  const from = [
    leaf("configuration", "config", config_digest, { note: `tunesmith ${record.package_version}${run.git_commit === null ? "" : `, commit ${run.git_commit.slice(0, 12)}`}` }),
    ...(dataset === null ? [] : [datasetNode(dataset, dataset, null)]),
    leaf("base model", base.id ?? base.path, base.digest),
  ];
  const missing = dataset === null ? [{ what: "dataset", reason: "the release names none" }] : dataset.sources.length === 0 ? [{ what: "sources of the dataset", reason: "its record names none" }] : [];
  return { node: leaf("run", `${run.id} ${run.version ?? run.name}`, null, { note: `${run.started_at}, as the release has it`, from }), missing: [...missing, { what: "run directory", reason: `${run.name} is not in this workspace` }] };
}

/** What is left when a file names a run that is not here. */
export function unknownRun({ runId, configDigest, datasetDigest }: Claims): Branch {
  const from = [...(configDigest === undefined ? [] : [leaf("configuration", "config", configDigest)]), ...(datasetDigest === undefined ? [] : [leaf("dataset", "dataset", datasetDigest)])];
  const reason = runId === undefined ? "the file does not say which run made it" : `no run ${runId} is in this workspace`;
  const unsaid = [...(configDigest === undefined ? ["configuration"] : []), ...(datasetDigest === undefined ? ["dataset"] : [])];
  return { node: leaf("run", runId ?? "unknown", null, { from }), missing: [{ what: "run", reason }, ...unsaid.map((what) => ({ what, reason: "the file does not say it" })), { what: "raw data", reason: "only the record of the run leads to it" }] };
}

/** The checkpoint that a file names, and all below; with the release's word for it where nothing else is here. */
export function claimedBranch(claims: Claims, runs: readonly StoredRun[], release?: ReleaseRecord): Branch {
  const run = runs.find(({ record }) => record.id === claims.runId);
  const checkpoint = findClaimed(claims, run === undefined ? (claims.runId === undefined ? runs : []) : [run]);
  if (checkpoint !== undefined) {
    const owner = run ?? runs.find(({ record }) => record.id === checkpoint.metadata.run_id);
    const branch = checkpointBranch(checkpoint, owner);
    const below = owner === undefined && release !== undefined ? releasedRunBranch(release) : undefined;
    return below === undefined ? { ...branch, missing: [...(owner === undefined ? [] : disagreements(claims, owner, "the file")), ...branch.missing] } : { node: { ...branch.node, from: [below.node] }, missing: below.missing };
  }
  const below = run !== undefined ? runBranch(run) : release !== undefined ? releasedRunBranch(release) : unknownRun(claims);
  const odd = run === undefined ? [] : disagreements(claims, run, "the file");
  if (claims.checkpointId === undefined) return { node: below.node, missing: [...odd, { what: "checkpoint", reason: "the file does not say which it was made of" }, ...below.missing] };
  const node = leaf("checkpoint", `${claims.checkpointId}${release === undefined ? "" : ` ${release.checkpoint.name}`}`, claims.weightsDigest ?? null, { from: [below.node] });
  return { node, missing: [...odd, { what: "checkpoint", reason: `${claims.checkpointId} is not in this workspace` }, ...below.missing] };
}

/** By id; a copy under another name (`last`, `best-…`) keeps it, the best is the one that people mean. */
function findClaimed({ checkpointId, weightsDigest }: Claims, runs: readonly StoredRun[]): Checkpoint | undefined {
  if (checkpointId === undefined && weightsDigest === undefined) return undefined;
  const fits = ({ metadata }: Checkpoint): boolean => (checkpointId === undefined ? metadata.weights.sha256 === weightsDigest : metadata.id === checkpointId);
  for (const { directory } of runs) {
    const all = listCheckpoints(directory).filter(fits);
    const best = findCheckpoint(directory, "best");
    if (all.length > 0) return best !== undefined && fits(best) ? best : all[0];
  }
  return undefined;
}

/** A file that names digests which its run does not have was not made by it as it stands. */
function disagreements({ configDigest, datasetDigest }: Claims, { record }: StoredRun, who: string): Trace["missing"] {
  const differ = (what: string, said: string | undefined, found: string | null | undefined) =>
    said === undefined || found === undefined || found === null || said === found ? [] : [{ what: `agreement on the ${what}`, reason: `${who} says ${said.slice(0, 16)}, its run ${found.slice(0, 16)}` }];
  return [...differ("configuration", configDigest, record.config_digest), ...differ("dataset", datasetDigest, record.dataset?.digest)];
}

export function datasetNode(facts: ReleasedDataset | null, named: { readonly name: string; readonly digest: string | null }, place: string | null): TraceNode {
  const rows = Object.entries(facts?.rows ?? {}).map(([split, count]) => `${split} ${count}`).join(", ");
  const raw = (facts?.sources ?? []).map(({ path, digest, rows: count }) => leaf("raw data", path, digest, { note: `${count} rows` }));
  return leaf("dataset", `${named.name}${typeof facts?.version === "string" ? ` ${facts.version}` : ""}`, named.digest, { place, note: rows, from: raw });
}
