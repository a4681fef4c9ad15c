// Where a run directory goes. How a run's name is written is known to `runs`, and handed in.
import type { RunRecord } from "../../records/index.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { createdMs } from "../catalog/query.ts";
import type { PlaceOf } from "../catalog/run-context.ts";

export type RunScheme = "hierarchical" | "dated";

/** What a run directory's new name is made of. */
export interface RunWords {
  readonly tag: string;
  readonly model: string;
  readonly phase: string;
  readonly startedAt: Date;
}

export interface RunNaming {
  readonly scheme: RunScheme;
  /** Below `outputs`: `<tag>-<model>_<phase>_<stamp>` or `<date>/<time>`. */
  readonly format: (words: RunWords) => string;
}

export interface RunTarget {
  readonly words: RunWords;
  /** Who said when it started. */
  readonly startedBy: "name" | "checkpoints";
}

interface RunTargetOptions {
  readonly scheme: RunScheme;
  readonly placeOf: PlaceOf;
  /** The run's own record: what it says counts first. */
  readonly record: RunRecord | undefined;
}

/** What is known of a run that is to be renamed, or why it is not. @param directory relative to the workspace */
export function findRunTarget(directory: string, entries: readonly CatalogEntry[], { scheme, placeOf, record }: RunTargetOptions): RunTarget | { readonly reason: string } {
  const run = entries[0]!.run!;
  if (directory === "." || directory === "") return { reason: "it is the workspace itself" };
  if (run.scheme === scheme) return { reason: "already in scheme" };
  const place = placeOf(`${directory}/checkpoints/x`);
  const fact = (name: "tag" | "phase" | "architecture" | "encoder" | "baseModel") => {
    const found = entries.map(({ facts }) => facts[name]).find((one) => one !== undefined && (one.low !== true || name === "encoder" || name === "architecture"));
    return found?.value;
  };
  const architecture = fact("architecture");
  const encoder = fact("encoder");
  const built = [architecture, encoder].filter((word) => word !== undefined).join("-");
  const base = fact("baseModel")?.split("/").at(-1);
  const unnamed = run.scheme === "dated" && directory.endsWith(run.name);
  const member = place?.member === undefined ? "" : `_${place.member}`;
  const started = run.startedAt ?? place?.startedAt?.toISOString();
  const earliest = Math.min(...entries.map(createdMs));
  return {
    words: {
      tag: `${record?.tag ?? place?.tag ?? (unnamed ? "run" : run.scheme === "registry" ? (place?.id ?? run.name) : run.name.replaceAll("/", "_"))}${member}`,
      model: record?.model ?? place?.model ?? (built === "" ? (base ?? "unknown") : built),
      phase: record?.phase ?? place?.phase ?? fact("phase") ?? "training",
      startedAt: new Date(started ?? earliest),
    },
    startedBy: started === undefined ? "checkpoints" : "name",
  };
}

/** The same run under the next name of its scheme: a later second, or a tag with `_v2`, `_v3`, …. @param attempt from 1 */
export function nextWords(words: RunWords, scheme: RunScheme, attempt: number): RunWords {
  if (attempt === 1) return words;
  if (scheme === "dated") return { ...words, startedAt: new Date(words.startedAt.getTime() + 1000 * (attempt - 1)) };
  return { ...words, tag: `${words.tag}_v${attempt}` };
}
