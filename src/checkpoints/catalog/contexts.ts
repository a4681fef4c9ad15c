// For each directory of a look: the run it belongs to and the configurations between it and that run. Never one above the run: an old
// checkpoint was once paired with the repository's configuration of today.
import { basename } from "node:path";
import { glance } from "../../files/index.ts";
import type { SeenDirectory } from "./look.ts";
import type { PlaceFacts, PlaceOf } from "./run-context.ts";

export interface DirectoryContext {
  /** Which run; asked only for what is described anew. */
  readonly findPlace: () => PlaceFacts | undefined;
  /** The run's directory, relative to the workspace; `.` for the workspace itself. */
  readonly directory: string;
  /** Absolute paths, the nearest first. */
  readonly configs: readonly string[];
  readonly failed: boolean;
  /** Changes when anything above changes, also when a configuration is rewritten. */
  readonly signature: string;
}

interface Surroundings {
  readonly root: string;
  readonly workspace: string;
  /** The root relative to the workspace. */
  readonly prefix: string;
  readonly placeOf: PlaceOf;
  /** The signature of an earlier look, by path relative to the root: where a run lies follows from the path alone, and is not found out again. */
  readonly known: (path: string) => string | undefined;
}

const NONE: DirectoryContext = { findPlace: () => undefined, directory: "", configs: [], failed: false, signature: "" };
/** Stands in no path. */
const END = "\0";
const CONFIGS = [".hydra/config.yaml", "config.yaml", "hparams.yaml", "run.json"];

/** One context for each directory that holds checkpoints, packed or not, in the same order; the others get an empty one. */
export function findContexts(directories: readonly SeenDirectory[], around: Surroundings): readonly DirectoryContext[] {
  const stamps = new Map<string, string>();
  return directories.map(({ listing }, at) => (listing.candidates.length === 0 && !listing.packed ? NONE : contextOf(directories, at, around, stamps)));
}

function contextOf(directories: readonly SeenDirectory[], at: number, around: Surroundings, stamps: Map<string, string>): DirectoryContext {
  const { root, workspace, prefix, placeOf, known } = around;
  const base = basename(workspace) || "workspace";
  const own = joined(prefix, directories[at]!.path);
  const { listing: ofOwn } = directories[at]!;
  const inner = ofOwn.packed && ofOwn.candidates.length === 0 ? "checkpoints" : "";
  const findPlace = () => placeOf(joined(base, own, inner));
  const earlier = known(directories[at]!.path);
  const named = earlier?.startsWith(inner + END) === true ? earlier.slice(inner.length + 1, earlier.indexOf(END, inner.length + 1)) : nameOf(findPlace());
  const run = named === "" ? undefined : named.slice(named.indexOf(" ") + 1);
  const directory = run === undefined ? "" : run === base ? "." : run.slice(base.length + 1);
  const configs: string[] = [];
  let failed = false;
  let highest = own;
  for (let here = at, level = 0; here !== -1 && level < 5; here = directories[here]!.parent, level += 1) {
    const { path, listing } = directories[here]!;
    highest = joined(prefix, path);
    const isRun = highest === (directory === "." ? "" : directory);
    if (run === undefined && level > 1) break;
    configs.push(...listing.configs.map((name) => `${path === "" ? root : `${root}/${path}`}/${name}`));
    failed ||= listing.failed;
    if (isRun) break;
  }
  if (run !== undefined && directory !== "." && highest.startsWith(`${directory}/`)) {
    for (const above of between(highest, directory)) configs.push(...CONFIGS.map((name) => `${workspace}/${above}/${name}`).filter((path) => glance(path) !== undefined));
    failed ||= glance(`${workspace}/${directory}/.FAILURE`) !== undefined;
  }
  const signature = [inner, named, failed ? "failed" : "", ...configs.map((path) => stampOf(path, stamps))].join(END);
  return { findPlace, directory, configs, failed, signature };
}

function nameOf(place: PlaceFacts | undefined): string {
  return place === undefined ? "" : `${place.scheme} ${place.directory}`;
}

/** Directories strictly above `lower`, up to and with `upper`. */
function between(lower: string, upper: string): readonly string[] {
  const found: string[] = [];
  for (let here = lower.slice(0, lower.lastIndexOf("/")); here.length >= upper.length; here = here.slice(0, here.lastIndexOf("/"))) {
    found.push(here);
    if (here === upper) break;
  }
  return found;
}

function stampOf(path: string, stamps: Map<string, string>): string {
  const known = stamps.get(path);
  if (known !== undefined) return known;
  const seen = glance(path);
  const stamp = `${path.slice(path.lastIndexOf("/") + 1)} ${seen?.sizeBytes ?? -1} ${seen?.modifiedMs ?? -1}`;
  stamps.set(path, stamp);
  return stamp;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}
