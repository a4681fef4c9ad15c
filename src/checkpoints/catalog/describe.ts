// From what a name, sidecars, a run and the file say to one entry. Sidecar before configuration before the file before words in names; what a
// sidecar says of another step than the name is not believed (a callback once described the next checkpoint beside the last one).
import { metricName } from "../../records/index.ts";
import { parseForeignCheckpointName, parseModelFileName, type ForeignCheckpointName } from "../legacy.ts";
import type { Sidecar } from "../sidecars.ts";
import type { CheckpointClaims } from "../sidecars/claims.ts";
import { parseInstant } from "../sidecars/instant.ts";
import type { Candidate } from "./candidates.ts";
import { NUMBER_FACTS, TEXT_FACTS, type CatalogEntry, type CatalogFacts, type CatalogKind, type CatalogProblem, type Fact, type FactSource } from "./entry.ts";
import { nameOf } from "./index-file.ts";
import type { RunContext } from "./run-context.ts";

/** What the catalog found about one candidate before it opened the weights. */
export interface Evidence {
  readonly candidate: Candidate;
  /** Relative to the workspace. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly sidecars: readonly Sidecar[];
  readonly run: RunContext | undefined;
  /** Reads the weights' own header; asked only for what nobody else said. @throws for a file that cannot be read */
  readonly peek: () => CheckpointClaims | undefined;
}

interface Witness {
  readonly source: FactSource;
  readonly claims: CheckpointClaims;
  readonly low?: true;
}

/** Makes equal facts one object: ten thousand entries repeat a few hundred. */
export type FactPool = <Value extends string | number>(value: Value, source: FactSource, low?: true) => Fact<Value>;

export function createFactPool(): FactPool {
  const pool = new Map<string, Fact>();
  return <Value extends string | number>(value: Value, source: FactSource, low?: true) => {
    const key = `${source}${low === true ? "?" : ""}${typeof value === "number" ? "#" : " "}${value}`;
    const known = pool.get(key) ?? (low === true ? { value, source, low } : { value, source });
    pool.set(key, known);
    return known as Fact<Value>;
  };
}

export function describeEntry(evidence: Evidence, fact: FactPool): CatalogEntry {
  const { candidate, path, run } = evidence;
  const problems: CatalogProblem[] = evidence.sidecars.flatMap(({ faults }) => faults);
  const named = parseForeignCheckpointName(path);
  const beside = evidence.sidecars.map((sidecar): Witness => ({ source: "sidecar", claims: believed(sidecar, named, evidence, problems) }));
  const told: readonly Witness[] = [...beside, ...(run?.witnesses ?? [])];
  const file = witnessOfFile(evidence, told, named, problems);
  const witnesses: readonly Witness[] = [
    ...told,
    { source: "name", claims: claimsOfName(named, candidate) },
    ...(file === undefined ? [] : [file]),
    { source: "file", claims: { createdAt: new Date(evidence.modifiedMs).toISOString() } },
    ...(run?.guesses ?? []),
  ];
  const metrics = gatherMetrics(named, file?.claims, beside, fact);
  const kind = kindOf(named, candidate);
  if (candidate.main === "metadata.json") problems.push({ type: "missing_weights", file: "metadata.json", message: "it stands in a directory without weights" });
  if (evidence.sizeBytes === 0 && candidate.format !== "directory") problems.push({ type: "empty", file: candidate.main, message: "it holds no bytes" });
  return {
    path,
    name: nameOf(path, candidate),
    kind,
    format: candidate.format,
    sizeBytes: evidence.sizeBytes,
    modifiedMs: evidence.modifiedMs,
    run: run?.run,
    facts: gatherFacts(witnesses, fact),
    metrics,
    ...(named?.rank !== undefined && { version: named.rank }),
    rankUnknown: kind === "best" && Object.keys(metrics).length === 0,
    sidecars: candidate.sidecars,
    problems,
  };
}

/** What is left of a sidecar when it describes another moment than the name, or other bytes than the file. */
function believed(sidecar: Sidecar, named: ForeignCheckpointName | undefined, evidence: Evidence, problems: CatalogProblem[]): CheckpointClaims {
  const { claims, file } = sidecar;
  const doubts: string[] = [];
  for (const field of ["step", "epoch"] as const) {
    if (named?.[field] !== undefined && claims[field] !== undefined && named[field] !== claims[field]) doubts.push(`it describes ${field} ${claims[field]}, the name says ${named[field]}`);
  }
  if (claims.weightsBytes !== undefined && claims.weightsFile === evidence.candidate.main && claims.weightsBytes !== evidence.sizeBytes) {
    doubts.push(`it describes weights of ${claims.weightsBytes} bytes, the file has ${evidence.sizeBytes}`);
  }
  if (named?.metric !== undefined) {
    const said = Object.entries(claims.metrics ?? {}).find(([name]) => metricName(name) === named.metric!.name)?.[1];
    if (said !== undefined && Math.abs(said - named.metric.value) > 0.0001) doubts.push(`it says ${named.metric.name} ${said}, the name says ${named.metric.value}`);
  }
  if (doubts.length === 0) return claims;
  problems.push(...doubts.map((message): CatalogProblem => ({ type: "mismatch", file, message })));
  const { epoch: _epoch, step: _step, metrics: _metrics, createdAt: _createdAt, id: _id, weightsDigest: _digest, ...rest } = claims;
  return rest;
}

/** Opens the file only where an answer is missing that it may hold. */
function witnessOfFile(evidence: Evidence, told: readonly Witness[], named: ForeignCheckpointName | undefined, problems: CatalogProblem[]): Witness | undefined {
  const { candidate } = evidence;
  if (evidence.sizeBytes === 0 || candidate.format === "directory") return undefined;
  const says = (name: keyof CheckpointClaims) => told.some(({ claims }) => claims[name] !== undefined);
  const place = (named?.step !== undefined || says("step")) && (named?.epoch !== undefined || says("epoch"));
  const missing = candidate.format === "torch" ? !says("architecture") || !says("encoder") || !place : candidate.format === "adapter" ? !says("baseModel") : !says("architecture");
  if (!missing) return undefined;
  try {
    const claims = evidence.peek();
    return claims === undefined ? undefined : { source: "file", claims };
  } catch (cause) {
    problems.push({ type: "unreadable", file: candidate.main, message: withoutPath((cause as Error).message, candidate.main).slice(0, 300) });
    return undefined;
  }
}

/** What is wrong, without the path it begins with: the file is named beside it, and its absolute path is nobody's business. */
function withoutPath(message: string, file: string): string {
  const end = message.indexOf(`${file}: `);
  return end === -1 ? message : message.slice(end + file.length + 2);
}

function claimsOfName(named: ForeignCheckpointName | undefined, candidate: Candidate): CheckpointClaims {
  const savedAt = named?.savedAt === undefined ? undefined : parseInstant(named.savedAt);
  return {
    epoch: named?.epoch,
    step: named?.step,
    architecture: named?.architecture,
    encoder: named?.encoder,
    quantization: candidate.format === "gguf" ? parseModelFileName(candidate.name)?.quantization : undefined,
    createdAt: savedAt === undefined ? undefined : new Date(savedAt).toISOString(),
  };
}

function gatherFacts(witnesses: readonly Witness[], fact: FactPool): CatalogFacts {
  const facts: Record<string, Fact> = {};
  for (const name of [...TEXT_FACTS, ...NUMBER_FACTS]) {
    for (const { source, claims, low } of witnesses) {
      const value = claims[name];
      if (value === undefined) continue;
      facts[name] = fact(name === "createdAt" ? normalTime(String(value)) : value, source, low);
      break;
    }
  }
  return facts as CatalogFacts;
}

function normalTime(text: string): string {
  const time = parseInstant(text);
  return time === undefined ? text : new Date(time).toISOString();
}

function gatherMetrics(named: ForeignCheckpointName | undefined, file: CheckpointClaims | undefined, beside: readonly Witness[], fact: FactPool): Readonly<Record<string, Fact<number>>> {
  const metrics: Record<string, Fact<number>> = {};
  const known = new Set<string>();
  const take = (scores: Readonly<Record<string, number>> | undefined, source: FactSource) => {
    for (const [name, value] of Object.entries(scores ?? {})) {
      if (known.has(name)) continue;
      known.add(name);
      metrics[name] = fact(value, source);
    }
  };
  for (const { claims } of beside) take(claims.metrics, "sidecar");
  take(file?.metrics, "file");
  if (named?.metric !== undefined && ![...known].some((name) => metricName(name) === named.metric!.name)) take({ [named.metric.name]: named.metric.value }, "name");
  return metrics;
}

function kindOf(named: ForeignCheckpointName | undefined, candidate: Candidate): CatalogKind {
  if (named !== undefined) return named.kind;
  return candidate.format === "torch" || candidate.format === "directory" ? "unknown" : "final";
}
