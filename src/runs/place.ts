// Where a path says a run lies, in every layout the seeds used (seeds 002 and 004, eras R0 to R7). Ours are `hierarchical` and `dated`; the others are
// read only.
import { parseDatedName, parseRunName, type DatedName, type RunName } from "./names.ts";

export type RunPlace =
  | ({ readonly scheme: "hierarchical"; readonly directory: string } & RunName)
  | ({ readonly scheme: "dated"; readonly directory: string } & DatedName)
  | { readonly scheme: "registry"; readonly directory: string; readonly id: string }
  | { readonly scheme: "indexed"; readonly directory: string; readonly index: number }
  | { readonly scheme: "named"; readonly directory: string; readonly name: string };

/**
 * The run that a path belongs to: the innermost directory above `checkpoints`, or below `outputs` or `multirun`; undefined when there is none.
 * Times of old layouts were local to a machine that is not known; they are read as UTC.
 */
export function parseRunPlace(path: string): RunPlace | undefined {
  const parts = path.replaceAll("\\", "/").split("/").filter((part) => part !== "" && part !== ".");
  const inner = parts.lastIndexOf("checkpoints");
  if (inner > 0) return placeOf(parts.slice(0, inner));
  const root = parts.findLastIndex((part) => part === "outputs" || part === "multirun");
  for (let end = parts.length; end > root + 1; end -= 1) {
    const place = placeOf(parts.slice(0, end));
    if (place !== undefined && place.scheme !== "named") return place;
  }
  return root >= 0 && root + 1 < parts.length ? placeOf(parts.slice(0, root + 2)) : undefined;
}

function placeOf(parts: readonly string[]): RunPlace | undefined {
  const directory = parts.join("/");
  const last = parts.at(-1) ?? "";
  const named = parseRunName(last);
  if (named !== undefined) return { scheme: "hierarchical", directory, ...named };
  const dated = parseDatedName(parts.slice(-2).join("/")) ?? parseDatedName(parts.slice(-3).join("/"));
  if (dated !== undefined) return { scheme: "dated", directory, ...dated };
  if (/^exp_\d{3,}$/.test(last)) return { scheme: "registry", directory, id: last };
  if (/^\d+$/.test(last)) return { scheme: "indexed", directory, index: Number(last) };
  return last === "" || last === "outputs" || /^\d{4}-\d\d-\d\d$/.test(last) ? undefined : { scheme: "named", directory, name: last };
}
