// Paths of what a run made, so that a moved workspace still knows them: relative to the run directory when they lie inside it, else to the workspace.
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { exists } from "../files/index.ts";
import { historyPathFor, outputDirOf } from "./workspace.ts";

/**
 * The form in which run.json keeps a path. A relative path that leads nowhere from here is taken as relative to the run already; what lies
 * outside the workspace stays absolute.
 * @param workspace the folder that holds the history
 */
export function artifactPath(path: string, runDirectory: string, workspace: string): string {
  const inside = below(runDirectory, path);
  if (inside !== undefined) return inside;
  if (!isAbsolute(path) && !exists(path)) return slashed(path);
  return below(workspace, path) ?? resolve(path);
}

/** Where a path of run.json leads: in the run, else in the workspace, else as it stands (runs of version 0.1.0 wrote it as they were given it). */
export function findArtifact(stored: string, runDirectory: string): string | undefined {
  return [join(runDirectory, stored), join(workspaceOf(runDirectory), stored), stored].find(exists);
}

/** The workspace that a run lies in: the folder that holds its history. */
export function workspaceOf(runDirectory: string): string {
  return dirname(historyPathFor(outputDirOf(runDirectory)));
}

function below(directory: string, path: string): string | undefined {
  const found = relative(resolve(directory), resolve(path));
  return found.split(sep)[0] === ".." || isAbsolute(found) ? undefined : slashed(found || ".");
}

function slashed(path: string): string {
  return path.split(sep).join("/");
}
