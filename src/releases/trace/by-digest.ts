// A digest, or how one begins: of a release, one of its files, the weights of a checkpoint, a quantized model, a dataset or a configuration.
import { join } from "node:path";
import { listCheckpoints } from "../../checkpoints/index.ts";
import { isFile, readJson, sha256 } from "../../files/index.ts";
import { quantizationRecordSchema, type ReleaseRecord } from "../../records/index.ts";
import { findArtifact, type StoredRun } from "../../runs/index.ts";
import { datasetPart } from "../assemble/dataset.ts";
import { readGgufProvenance } from "../assemble/gguf.ts";
import { digestAmbiguous, nothingToTrace } from "../errors.ts";
import { listReleases } from "../places.ts";
import { leaf } from "./node.ts";
import { checkpointBranch, claimedBranch, datasetNode, runBranch, type Branch } from "./origin.ts";
import { claimsOfRelease, releaseBranch } from "./release-branch.ts";
import type { Workspace } from "./workspace.ts";

interface Candidate {
  readonly digest: string;
  readonly branch: () => Branch;
}

/** The first kind that has it, in the order above. @throws `releases.nothing_to_trace`, `releases.digest_ambiguous` */
export function findByDigest(begin: string, { releasesDirectory, runs }: Workspace): Branch {
  const { releases } = listReleases(releasesDirectory);
  const kinds: readonly (() => readonly Candidate[])[] = [
    () => releases.map(({ record, directory }) => ({ digest: record.digest, branch: () => releaseBranch(record, runs, directory) })),
    () => releases.map(({ record, directory }) => ({ digest: mergedDigest(record), branch: () => releaseBranch(record, runs, directory) })),
    () => releases.flatMap(({ record, directory }) => record.files.map(({ path, role, sha256 }) => ({
      digest: sha256,
      branch: (): Branch => {
        const { node, missing } = claimedBranch(claimsOfRelease(record), runs, record);
        const kind = role === "gguf" ? "quantized model" : role === "merged" ? "merged model" : role === "evaluation" ? "evaluation" : role === "config" ? "configuration" : "checkpoint";
        const file = leaf(kind, path, sha256, { place: join(directory, path), from: [node] });
        return { node: leaf("release", `${record.name} ${record.version}`, record.digest, { place: directory, from: role === "adapter" ? [node] : [file] }), missing };
      },
    }))),
    () => runs.flatMap((run) => listCheckpoints(run.directory).map((checkpoint) => ({ digest: checkpoint.metadata.weights.sha256, branch: () => checkpointBranch(checkpoint, run) }))),
    () => runs.flatMap((run) => quantizedOf(run, runs)),
    () => runs.flatMap((run) => datasetOf(run)),
    () => runs.map((run) => ({ digest: run.record.config_digest, branch: () => runBranch(run) })),
  ];
  for (const list of kinds) {
    const fits = list().filter(({ digest }) => digest.startsWith(begin));
    const different = [...new Set(fits.map(({ digest }) => digest))];
    if (different.length > 1) throw digestAmbiguous(begin, different);
    if (fits[0] !== undefined) return fits[0].branch();
  }
  throw nothingToTrace(begin, "no release, checkpoint, quantized model, dataset or run of this workspace has a digest that begins so");
}

/** What a served model directory calls its digest: over those of its weights, its configuration and its tokenizer. Empty without a merged model. */
function mergedDigest({ files }: ReleaseRecord): string {
  const find = (fits: (name: string) => boolean): readonly string[] => files.filter(({ path }) => path.startsWith("merged/") && fits(path.slice("merged/".length))).map(({ sha256: digest }) => digest);
  const parts = [find((name) => name.endsWith(".safetensors")), find((name) => name === "config.json"), find((name) => name === "tokenizer.json")];
  return parts.every(({ length }) => length > 0) ? sha256(parts.flat().join("\n")) : "";
}

function quantizedOf({ record, directory }: StoredRun, runs: readonly StoredRun[]): readonly Candidate[] {
  const folder = findArtifact(record.artifacts["quantized"] ?? "quantized", directory);
  const path = folder === undefined ? undefined : join(folder, "quantization_metrics.json");
  if (folder === undefined || path === undefined || !isFile(path)) return [];
  const parsed = quantizationRecordSchema.safeParse(readJson(path));
  return (parsed.data?.types ?? []).map(({ path: name, sha256 }) => ({
    digest: sha256,
    branch: (): Branch => {
      const place = join(folder, name);
      const said = isFile(place) ? readGgufProvenance(place) : {};
      const { node, missing } = claimedBranch({ runId: record.id, ...(said["checkpoint_id"] !== undefined && { checkpointId: said["checkpoint_id"] }) }, runs);
      return { node: leaf("quantized model", name, sha256, { place: isFile(place) ? place : null, from: [node] }), missing };
    },
  }));
}

function datasetOf(run: StoredRun): readonly Candidate[] {
  const { dataset } = run.record;
  if (dataset === null || dataset.digest === null) return [];
  return [{ digest: dataset.digest, branch: () => {
    const { facts, missing } = datasetPart(run);
    return { node: datasetNode(facts, dataset, findArtifact(dataset.path, run.directory) ?? null), missing: missing.map(({ what, reason }) => ({ what, reason })) };
  } }];
}
