// Whether what is said about checkpoints holds: every file can be found by its name, has a sidecar that fits its schema and its weights, a score
// where one decides, and a run.
import { join } from "node:path";
import { readJson, sha256File } from "../files/index.ts";
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
  /** Valid and packed of total in percent; 100 for an empty tree. */
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
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Checks every entry of a catalog. Reads sidecars of ours once more, and the weights when `deep`; writes nothing. */
export function validateCheckpoints(catalog: Pick<Catalog, "entries" | "workspace" | "refused">, options: ValidateOptions = {}): ValidationReport {
  const findings: Finding[] = [];
  const errors: Partial<Record<FindingType, number>> = {};
  let [valid, missing, packed, digested] = [0, 0, 0, 0];
  for (const [at, entry] of catalog.entries.entries()) {
    options.signal?.throwIfAborted();
    const found = [...checkEntry(entry), ...checkRecord(entry, catalog.workspace)];
    const weights = options.deep === true && entry.packed !== true ? weightsOf(entry, catalog.workspace) : undefined;
    if (weights !== undefined) {
      digested += 1;
      found.push(...checkDigest(entry, weights));
    }
    if (found.length === 0 && entry.packed === true) packed += 1;
    else if (found.length === 0) valid += 1;
    else if (found.every(({ type }) => type === "missing")) missing += 1;
    for (const { type } of found) errors[type] = (errors[type] ?? 0) + 1;
    findings.push(...found);
    options.onProgress?.(at + 1, catalog.entries.length);
  }
  const total = catalog.entries.length;
  return { total, valid, invalid: total - valid - missing - packed, missing, packed, errors, successRate: total === 0 ? 100 : (100 * (valid + packed)) / total, digested, findings, refused: catalog.refused };
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

function checkDigest({ path, facts }: CatalogEntry, weights: string): readonly Finding[] {
  try {
    const digest = sha256File(weights);
    return digest === facts.weightsDigest!.value ? [] : [{ path, type: "digest", field: "weights.sha256", message: `its weights have the digest ${digest.slice(0, 12)}…, the sidecar says ${facts.weightsDigest!.value.slice(0, 12)}…` }];
  } catch (cause) {
    return [{ path, type: "digest", message: (cause as Error).message }];
  }
}
