// The line back from anything: which release, checkpoint, run, configuration and data it came from, and where that line has gaps.
import { dirname, join, resolve } from "node:path";
import { isCheckpoint, requireCheckpoint } from "../../checkpoints/index.ts";
import { exists, isDirectory, isFile, sha256FileInTurns } from "../../files/index.ts";
import { findRun, historyPathFor, listRuns, readRun } from "../../runs/index.ts";
import { readGgufProvenance } from "../assemble/gguf.ts";
import { provenanceOf } from "../assemble/weights.ts";
import { nothingToTrace, runOnlyInHistory } from "../errors.ts";
import { findRelease, listReleases, RELEASE_FILE, RELEASES_DIRECTORY, type Release } from "../places.ts";
import { findByDigest } from "./by-digest.ts";
import { datasetBranch } from "./dataset-branch.ts";
import { leaf, type Trace, type TraceKind } from "./node.ts";
import { checkpointBranch, claimedBranch, runBranch, type Branch, type Claims } from "./origin.ts";
import { claimsOfRelease, releaseBranch } from "./release-branch.ts";
import { parseSubject } from "./subject.ts";
import { tagBranch } from "./tag-branch.ts";
import type { TraceOptions, Workspace } from "./workspace.ts";

/**
 * Traces a header of a served answer, a digest, a GGUF file, a model directory, a checkpoint, a dataset, a run, a release, or a tag `owner/name@v1.0`.
 * Reads; touches the network for tags alone. @throws `releases.nothing_to_trace`, `releases.run_only_in_history`, `runs.unknown`, `runs.ambiguous`, `hub.*`
 */
export async function traceArtifact(asked: string, options: TraceOptions): Promise<Trace> {
  const workspace: Workspace = { ...options, releasesDirectory: options.releasesDirectory ?? RELEASES_DIRECTORY, runs: listRuns(options.outputDir).runs };
  const { node, missing } = await find(asked, workspace);
  const seen = new Set<string>();
  return { asked, root: node, missing: missing.filter(({ what, reason }) => !seen.has(`${what} ${reason}`) && seen.add(`${what} ${reason}`)) };
}

async function find(asked: string, workspace: Workspace): Promise<Branch> {
  if (asked !== "" && exists(asked)) return atPath(asked, workspace);
  const subject = parseSubject(asked);
  if (subject.kind === "tag") return tagBranch(subject, workspace);
  if (subject.kind === "digest") return findByDigest(subject.digest, workspace);
  if (/[\\/]|\.(gguf|safetensors)$/.test(subject.name)) throw nothingToTrace(asked, "there is no such file, and no repository owner/name@tag is named");
  const release = findRelease(subject.name, workspace.releasesDirectory);
  if (release !== undefined) return releaseBranch(release.record, workspace.runs, release.directory);
  if (subject.name.startsWith("checkpoint-")) return claimedBranch({ checkpointId: subject.name }, workspace.runs);
  const row = await findRun(subject.name, { outputDir: workspace.outputDir, historyPath: workspace.historyPath ?? historyPathFor(workspace.outputDir) });
  if (row.run === undefined) throw runOnlyInHistory(subject.name);
  return runBranch(row.run);
}

/** What stands at a path: a folder tells by what is in it, a file by itself or by its folder. */
async function atPath(path: string, workspace: Workspace): Promise<Branch> {
  if (isFile(path)) return atFile(path, workspace);
  if (isFile(join(path, RELEASE_FILE))) return releaseBranch(findRelease(path, workspace.releasesDirectory)!.record, workspace.runs, path);
  if (isFile(join(path, "run.json"))) return runBranch(readRun(path));
  if (isCheckpoint(path)) return ofCheckpoint(path, workspace);
  if (isFile(join(path, "dataset.json")) || isFile(join(path, "dataset_dict.json"))) return datasetBranch(path);
  if (isFile(join(path, "config.json"))) return ofFile("merged model", path, null, claimsOf(provenanceOf(path)), workspace);
  throw nothingToTrace(path, "it holds no release, run, checkpoint, dataset or model");
}

async function atFile(path: string, workspace: Workspace): Promise<Branch> {
  if (path.endsWith(".gguf")) return ofFile("quantized model", path, await sha256FileInTurns(path, workspace.signal), claimsOf(readGgufProvenance(path)), workspace);
  const folder = dirname(resolve(path));
  if (isCheckpoint(folder) || isFile(join(folder, "config.json"))) return atPath(folder, workspace);
  return findByDigest(await sha256FileInTurns(path, workspace.signal), workspace);
}

function ofCheckpoint(path: string, { runs }: Workspace): Branch {
  const checkpoint = requireCheckpoint(path);
  const place = resolve(path, "..", "..");
  const own = isFile(join(place, "run.json")) ? readRun(place) : undefined;
  return checkpointBranch(checkpoint, own?.record.id === checkpoint.metadata.run_id ? own : runs.find(({ record }) => record.id === checkpoint.metadata.run_id));
}

/** A file of a release is also known by its digest, where it says little of itself. */
async function ofFile(kind: TraceKind, path: string, digest: string | null, claims: Claims, workspace: Workspace): Promise<Branch> {
  const release = digest === null ? releaseAround(path) : (releaseOf(digest, workspace) ?? releaseAround(path));
  const known: Claims = release === undefined ? claims : { ...claimsOfRelease(release.record), ...claims };
  const { node, missing } = claimedBranch(known, workspace.runs, release?.record);
  const unsaid = claims.runId === undefined ? [{ what: `origin in ${path.split(/[\\/]/).at(-1)}`, reason: release === undefined ? "the file does not say which run made it" : "the file does not say it; release.json does" }] : [];
  const file = leaf(kind, path.split(/[\\/]/).at(-1) ?? path, digest, { place: path, from: [node] });
  return { node: release === undefined ? file : leaf("release", `${release.record.name} ${release.record.version}`, release.record.digest, { place: release.directory, from: [file] }), missing: [...unsaid, ...missing] };
}

function claimsOf(said: Readonly<Record<string, string | undefined>>): Claims {
  const of = (key: string): string | undefined => (said[key] === "" ? undefined : said[key]);
  const claims = { runId: of("run_id"), checkpointId: of("checkpoint_id"), configDigest: of("config_digest"), datasetDigest: of("dataset_digest") };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

function releaseOf(digest: string, { releasesDirectory }: Workspace): Release | undefined {
  return listReleases(releasesDirectory).releases.find(({ record }) => record.files.some(({ sha256 }) => sha256 === digest));
}

/** The release that a path lies in. */
function releaseAround(path: string): Release | undefined {
  const place = resolve(path, "..", "..");
  return isDirectory(place) && isFile(join(place, RELEASE_FILE)) ? findRelease(place) : undefined;
}
