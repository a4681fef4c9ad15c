// The run around a checkpoint: where it lies, what its configuration and its record say, and what its directory's name lets one guess.
import { readSmallText } from "../../files/index.ts";
import { readSidecar, SIDECAR_LIMIT_BYTES, type ParseYaml } from "../sidecars.ts";
import { present, type CheckpointClaims } from "../sidecars/claims.ts";
import { readFields } from "../sidecars/fields.ts";
import type { CatalogRun, FactSource } from "./entry.ts";
import { readLooseModelWords, readModelWords } from "./model-words.ts";

/** What a path says about its run; `src/runs` reads it, and is handed in. */
export interface PlaceFacts {
  readonly scheme: string;
  /** The run directory, as the beginning of the path that was asked about. */
  readonly directory: string;
  readonly tag?: string;
  readonly model?: string;
  readonly phase?: string;
  readonly startedAt?: Date;
  readonly member?: number;
  readonly name?: string;
  readonly id?: string;
  readonly index?: number;
}

export type PlaceOf = (path: string) => PlaceFacts | undefined;

interface RunWitness {
  readonly source: FactSource;
  readonly claims: CheckpointClaims;
  readonly low?: true;
}

export interface RunContext {
  readonly run: CatalogRun;
  /** Configuration first, then the run's own record. */
  readonly witnesses: readonly RunWitness[];
  /** Words of names: the last resort. */
  readonly guesses: readonly RunWitness[];
}

/**
 * @param directory of the run, relative to the workspace
 * @param configs paths of configurations that belong to it, the nearest first
 */
export function readRunContext(place: PlaceFacts, directory: string, configs: readonly string[], failed: boolean, parseYaml: ParseYaml): RunContext {
  const recordPath = configs.find((path) => path.endsWith("/run.json"));
  const record = recordPath === undefined ? undefined : readRunRecord(recordPath);
  const witnesses: readonly RunWitness[] = [
    ...configs.filter((path) => path !== recordPath).map((path): RunWitness => ({ source: "config", claims: readSidecar(path, parseYaml).claims })),
    ...(record === undefined ? [] : [{ source: "run" as const, claims: record.claims }]),
  ];
  const say = (name: "tag" | "expName") => witnesses.map(({ claims }) => claims[name]).find((text) => text !== undefined);
  const name = place.tag ?? say("tag") ?? say("expName") ?? nameOfPlace(place, directory);
  return {
    run: {
      directory,
      scheme: place.scheme,
      name,
      ...(place.startedAt !== undefined && { startedAt: place.startedAt.toISOString() }),
      ...(record?.claims.runId !== undefined && { id: record.claims.runId }),
      failed: failed || record?.failed === true,
    },
    witnesses,
    guesses: guessFrom(place, name),
  };
}

function readRunRecord(path: string): { readonly claims: CheckpointClaims; readonly failed: boolean } | undefined {
  const read = readSmallText(path, SIDECAR_LIMIT_BYTES);
  if ("refused" in read) return undefined;
  try {
    const fields = readFields(JSON.parse(read.text));
    const claims = present({
      runId: fields.text("id"),
      tag: fields.text("tag"),
      phase: fields.text("phase"),
      baseModel: fields.text("base_model.path"),
      configDigest: fields.text("config_digest"),
      datasetDigest: fields.text("dataset.digest"),
    });
    return { claims, failed: fields.text("status") === "failed" };
  } catch {
    return undefined;
  }
}

/** Never the mere time of day: `2025-10-18/20-24-18`, `…/3` for a member of a sweep, `lightning_logs/version_3`. */
function nameOfPlace(place: PlaceFacts, directory: string): string {
  if (place.scheme === "dated") return directory.split("/").slice(place.member === undefined ? -2 : -3).join("/");
  if (/^version_\d+$/.test(place.name ?? "")) return directory.split("/").slice(-2).join("/");
  return place.name ?? place.id ?? directory.slice(directory.lastIndexOf("/") + 1);
}

function guessFrom(place: PlaceFacts, name: string): readonly RunWitness[] {
  const known = place.model === undefined || place.model === "unknown" ? undefined : readModelWords(place.model);
  const sure: CheckpointClaims = present({ tag: place.tag, phase: place.phase, ...known });
  const low: CheckpointClaims = place.scheme === "hierarchical" ? readModelWords(place.tag ?? "") : place.scheme === "named" ? readLooseModelWords(name) : {};
  return [{ source: "name", claims: sure }, ...(Object.keys(low).length > 0 ? [{ source: "name" as const, claims: low, low: true as const }] : [])];
}
