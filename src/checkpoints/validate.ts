// Whether what is said about checkpoints holds: every file can be found by its name, has a sidecar that fits its schema and its weights, a score
// where one decides, and a run.
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readJson, sha256FileInTurns } from "../files/index.ts";
import { checkpointMetadataSchema, checkpointUpgrades, parseRecord } from "../records/index.ts";
import type { CatalogEntry, CatalogProblemType } from "./catalog/entry.ts";
import { scoreOf } from "./catalog/query.ts";
import type { Catalog } from "./catalog/read.ts";
import { METADATA_FILE } from "./metadata.ts";
import { isMetadataSidecar } from "./sidecars.ts";

export type FindingType = CatalogProblemType | "missing" | "name" | "digest" | "run_link";

export interface Finding {
  /** Relative to the workspace. */
  readonly path: string;
  readonly type: FindingType;
  readonly field?: string;
  readonly message: string;
}

export interface ValidationReport {
  readonly total: number;
  /** How far it came: `total`, or less when it was stopped. All that follows is about these. */
  readonly checked: number;
  /** Nothing found. */
  readonly valid: number;
  /** Something found other than a missing sidecar. */
  readonly invalid: number;
  /** Nothing wrong but that no sidecar stands beside it. */
  readonly missing: number;
  /** Nothing wrong, in the archive of their run; weights there are not read. */
  readonly packed: number;
  /** Findings by type; types without any are absent. */
  readonly errors: Readonly<Partial<Record<FindingType, number>>>;
  /** Valid and packed of those checked in percent; 100 for none. */
  readonly successRate: number;
  /** Digests that were computed and compared. */
  readonly digested: number;
  readonly findings: readonly Finding[];
  /** Directories that could not be looked into. */
  readonly refused: Catalog["refused"];
}

export interface ValidateOptions {
  /** Read every weights file whose sidecar has a digest, and compare. Default: false. */
  readonly deep?: boolean;
  /** Stops after the checkpoint, or the piece of weights, that is being read. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** After so many entries whoever presses Ctrl-C is listened to. */
const TURN = 64;

/** Checks every entry of a catalog. Reads sidecars of ours once more, and the weights when `deep`; writes nothing. When stopped, it reports what it had. */
export async function validateCheckpoints(catalog: Pick<Catalog, "entries" | "workspace" | "refused">, options: ValidateOptions = {}): Promise<ValidationReport> {
  const { deep = false, signal, onProgress } = options;
  const findings: Finding[] = [];
  const errors: Partial<Record<FindingType, number>> = {};
  const total = catalog.entries.length;
  let [checked, valid, missing, packed, digested] = [0, 0, 0, 0, 0];
  for (const entry of catalog.entries) {
    if (checked % TURN === 0) await nextTurn();
    if (signal?.aborted === true) break;
    const found = [...checkEntry(entry), ...checkRecord(entry, catalog.workspace)];
    const weights = deep && entry.packed !== true ? weightsOf(entry, catalog.workspace) : undefined;
    if (weights !== undefined) {
      const compared = await compareDigest(entry, weights, signal);
      if (compared === "stopped") break;
      digested += 1;
      found.push(...compared);
    }
    if (found.length === 0 && entry.packed === true) packed += 1;
    else if (found.length === 0) valid += 1;
    else if (found.every(({ type }) => type === "missing")) missing += 1;
    for (const { type } of found) errors[type] = (errors[type] ?? 0) + 1;
    findings.push(...found);
    checked += 1;
    onProgress?.(checked, total);
  }
  const successRate = checked === 0 ? 100 : (100 * (valid + packed)) / checked;
  return { total, checked, valid, invalid: checked - valid - missing - packed, missing, packed, errors, successRate, digested, findings, refused: catalog.refused };
}

function checkEntry(entry: CatalogEntry): readonly Finding[] {
  const { path, facts, kind, run, sidecars } = entry;
  const found: Finding[] = entry.problems.map(({ type, field, file, message }) => ({ path, type, ...(field !== undefined && { field }), message: `${file}: ${message}` }));
  const described = sidecars.some((name) => isMetadataSidecar(name) || name === "trainer_state.json");
  if (!described && entry.packed !== true && kind !== "final") found.push({ path, type: "missing", message: "no metadata stands beside it" });
  if (kind === "unknown" && !described) found.push({ path, type: "name", message: "its name is of no known form" });
  const monitor = facts.monitor;
  if (described && monitor?.source === "sidecar" && scoreOf(entry, monitor.value) === undefined && !found.some(({ type }) => type === "business_rule" || type === "mismatch")) {
    found.push({ path, type: "business_rule", field: "metrics", message: `it is watched by ${monitor.value} and has no such score` });
  }
  if (kind !== "final" && run === undefined) found.push({ path, type: "run_link", message: "it lies in no run directory" });
  if (facts.runId?.source === "sidecar" && run !== undefined) {
    if (run.id === undefined) found.push({ path, type: "run_link", field: "run_id", message: `it names run ${facts.runId.value}, but ${run.directory} has no record` });
    else if (run.id !== facts.runId.value) found.push({ path, type: "run_link", field: "run_id", message: `it names run ${facts.runId.value}, but lies in run ${run.id}` });
  }
  return found;
}

/** Our own sidecars against the whole schema; the catalog reads them as loosely as anybody's. */
function checkRecord({ path, facts, sidecars, problems, packed }: CatalogEntry, workspace: string): readonly Finding[] {
  if (packed === true || !sidecars.includes(METADATA_FILE) || facts.id?.source !== "sidecar" || problems.some(({ type }) => type === "schema_validation")) return [];
  const file = join(workspace, path, METADATA_FILE);
  try {
    parseRecord(checkpointMetadataSchema, readJson(file), METADATA_FILE, checkpointUpgrades);
    return [];
  } catch (cause) {
    return [{ path, type: "schema_validation", message: (cause as Error).message }];
  }
}

function weightsOf({ path, facts, problems }: CatalogEntry, workspace: string): string | undefined {
  if (facts.weightsDigest === undefined || problems.some(({ type }) => type === "missing_weights")) return undefined;
  const { weightsFile } = facts;
  return weightsFile === undefined || path.endsWith(`/${weightsFile.value}`) ? join(workspace, path) : join(workspace, path, weightsFile.value);
}

async function compareDigest({ path, facts }: CatalogEntry, weights: string, signal: AbortSignal | undefined): Promise<readonly Finding[] | "stopped"> {
  try {
    const digest = await sha256FileInTurns(weights, signal);
    return digest === facts.weightsDigest!.value ? [] : [{ path, type: "digest", field: "weights.sha256", message: `its weights have the digest ${digest.slice(0, 12)}…, the sidecar says ${facts.weightsDigest!.value.slice(0, 12)}…` }];
  } catch (cause) {
    return signal?.aborted === true ? "stopped" : [{ path, type: "digest", message: (cause as Error).message }];
  }
}
