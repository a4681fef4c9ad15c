import { dirname, join } from "node:path";
import { ensureDirectory, linkOrCopy, withLock, writeDirectoryAtomic, writeFileAtomic, writeJson } from "../../files/index.ts";
import type { ReleaseFile, ReleaseRecord } from "../../records/index.ts";
import { chooseVersion, formatVersion, historyPathFor, listRuns, parseVersion } from "../../runs/index.ts";
import { renderModelCard } from "../card/model-card.ts";
import { releaseTaken, releaseVersionInvalid, versionOfOtherRun, type ContentDifference } from "../errors.ts";
import { CARD_FILE, findRelease, listReleases, RELEASE_FILE, RELEASES_DIRECTORY, type Release } from "../places.ts";
import type { PlannedFile } from "./part.ts";
import { planRelease, type ReleaseOptions, type ReleasePlan } from "./plan.ts";

export interface CreateReleaseOptions extends ReleaseOptions {
  /** Default: that of the run, else the next one by the history and the releases. */
  readonly version?: string;
  /** Where releases lie. Default: `models/releases`. */
  readonly releasesDirectory?: string;
  /** Where runs lie: nobody else's version is taken. */
  readonly outputDir: string;
  readonly now: Date;
}

export interface CreatedRelease extends Release {
  /** `existing`: this very content has been released under this version before. */
  readonly status: "created" | "existing";
  /** Quantized models that were taken although nobody showed them to be sound. */
  readonly unverified: ReleasePlan["unverified"];
}

/**
 * Assembles `<releases>/<version>`: adapter, merged model, quantized models, evaluation, configuration, release.json and its card. Files get a second
 * name where the file system allows it. All of it appears at once; nothing in the run is touched.
 * @throws `releases.taken` for other content under this version, `releases.version_of_other_run`, and what {@link planRelease} throws
 */
export async function createRelease(options: CreateReleaseOptions): Promise<CreatedRelease> {
  const { releasesDirectory = RELEASES_DIRECTORY, now } = options;
  const plan = await planRelease(options);
  return withLock(join(releasesDirectory, ".lock"), async () => {
    const version = decideVersion(plan, options, releasesDirectory);
    const directory = join(releasesDirectory, version);
    const standing = findRelease(directory, releasesDirectory);
    if (standing !== undefined) {
      if (standing.record.digest !== plan.content.digest) throw releaseTaken(directory, version, plan.content.digest, standing.record.digest, compareContents(plan.content.files, standing.record.files));
      return { ...standing, status: "existing", unverified: plan.unverified };
    }
    const { schema_version, name, ...content } = plan.content;
    const record: ReleaseRecord = { schema_version, name, version, ...content, created_at: now.toISOString() };
    await writeDirectoryAtomic(directory, (temporary) => {
      for (const source of plan.sources) place(source, temporary);
      writeFileAtomic(join(temporary, CARD_FILE), renderModelCard(record));
      writeJson(join(temporary, RELEASE_FILE), record);
    });
    return { directory, record, status: "created", unverified: plan.unverified };
  });
}

/** The files that are not the same on both sides. */
export function compareContents(here: readonly ReleaseFile[], there: readonly ReleaseFile[]): readonly ContentDifference[] {
  const digests = (files: readonly ReleaseFile[]): ReadonlyMap<string, string> => new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const [first, second] = [digests(here), digests(there)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .sort()
    .map((path) => ({ path, here: first.get(path) ?? null, there: second.get(path) ?? null }))
    .filter((pair) => pair.here !== pair.there);
}

function decideVersion({ content }: ReleasePlan, { version, outputDir }: CreateReleaseOptions, folder: string): string {
  const asked = version ?? content.run.version;
  const parsed = asked === null ? undefined : parseVersion(asked);
  if (asked === null) return chooseVersion({ historyPath: historyPathFor(outputDir), outputDir, tags: listReleases(folder).releases.map(({ record }) => record.version) });
  if (parsed === undefined) throw releaseVersionInvalid(asked);
  const wanted = formatVersion(parsed);
  const owner = wanted === content.run.version ? undefined : listRuns(outputDir).runs.find(({ record }) => record.version === wanted && record.id !== content.run.id);
  if (owner !== undefined) throw versionOfOtherRun(wanted, owner.record.name, content.run.name);
  return wanted;
}

function place({ path, from }: PlannedFile, directory: string): void {
  const target = join(directory, path);
  ensureDirectory(dirname(target));
  if ("text" in from) writeFileAtomic(target, from.text);
  else linkOrCopy(from.file, target);
}
