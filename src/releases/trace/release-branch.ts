import type { ReleaseRecord } from "../../records/index.ts";
import type { StoredRun } from "../../runs/index.ts";
import { leaf, type TraceNode } from "./node.ts";
import { claimedBranch, type Branch, type Claims } from "./origin.ts";

/** A release, its files, and the checkpoint that all of them were made of. @param place null for one that only lies on a hub */
export function releaseBranch(record: ReleaseRecord, runs: readonly StoredRun[], place: string | null): Branch {
  const { node, missing } = claimedBranch(claimsOfRelease(record), runs, record);
  const merged = record.files.filter(({ role }) => role === "merged");
  const from: readonly TraceNode[] = [
    ...record.gguf.map(({ path, sha256, verification }) => leaf("quantized model", path, sha256, { note: verification === null ? "not verified" : verification.passed ? "verified" : "did not pass" })),
    ...merged.filter(({ path }) => path.endsWith(".safetensors")).map(({ path, sha256 }) => leaf("merged model", path, sha256)),
    ...(record.evaluation === null ? [] : [leaf("evaluation", `${record.evaluation.rows} rows of ${record.evaluation.split}`, record.evaluation.evaluation_digest)]),
    node,
  ];
  return { node: leaf("release", `${record.name} ${record.version}`, record.digest, { place, note: record.created_at, from }), missing: [...record.missing.map(({ what, reason }) => ({ what, reason })), ...missing] };
}

export function claimsOfRelease({ run, checkpoint, config_digest, dataset }: ReleaseRecord): Claims {
  return { runId: run.id, checkpointId: checkpoint.id, configDigest: config_digest, weightsDigest: checkpoint.weights_digest, ...(dataset !== null && { datasetDigest: dataset.digest }) };
}
