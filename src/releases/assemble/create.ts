import { dirname, join } from "node:path";
import { canonicalJson, ensureDirectory, linkOrCopy, withLock, writeDirectoryAtomic, writeFileAtomic, writeJson } from "../../files/index.ts";
import type { ReleaseFile, ReleaseRecord } from "../../records/index.ts";
import { chooseVersion, formatVersion, historyPathFor, listRuns, parseVersion } from "../../runs/index.ts";
import { renderModelCard } from "../card/model-card.ts";
import { releaseTaken, releaseVersionInvalid, versionOfOtherRun, type ContentDifference } from "../errors.ts";
import { CARD_FILE, findRelease, listReleases, RELEASE_FILE, RELEASES_DIRECTORY, type Release } from "../places.ts";
import { listPublications } from "../publish/state.ts";
import type { PlannedFile } from "./part.ts";
import { planRelease, type ReleaseOptions, type ReleasePlan } from "./plan.ts";

export interface CreateReleaseOptions extends ReleaseOptions {
  /** Default: that of the run, else the next one by the history and the releases. */
  readonly version?: string;
  /** Where releases lie. Default: `models/releases`. */
  readonly releasesDirectory?: string;
  /** Where runs lie: nobody else's version is taken. */
  readonly outputDir: string;
  /** Other content under this version gives way, as long as it was never published. Default: it is an error. */
  readonly replace?: boolean;
  readonly now: Date;
}

export interface CreatedRelease extends Release {
  /** `existing`: this very content has been released under this version before; `updated`: so it was, and its record says more now. */
  readonly status: "created" | "existing" | "updated" | "replaced";
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
    const { schema_version, name, ...content } = plan.content;
    const isSame = standing?.record.digest === content.digest;
    const record: ReleaseRecord = { schema_version, name, version, ...content, created_at: isSame ? standing.record.created_at : now.toISOString() };
    const done = (status: CreatedRelease["status"]): CreatedRelease => ({ directory, record, status, unverified: plan.unverified });
    if (isSame) {
      if (canonicalJson(standing.record) === canonicalJson(record)) return done("existing");
      writeAbout(directory, record);
      return done("updated");
    }
    if (standing !== undefined) requireReplaceable(standing, record, options);
    await writeDirectoryAtomic(
      directory,
      (temporary) => {
        for (const source of plan.sources) place(source, temporary);
        writeAbout(temporary, record);
      },
      { replace: standing !== undefined },
    );
    return done(standing === undefined ? "created" : "replaced");
  });
}

/** @throws `releases.taken`: what was published stays what it was */
function requireReplaceable({ directory, record: there }: Release, here: ReleaseRecord, { replace = false, releasesDirectory = RELEASES_DIRECTORY }: CreateReleaseOptions): void {
  const isPublished = listPublications(releasesDirectory).some(({ version, release_digest }) => version === there.version && release_digest === there.digest);
  if (!replace || isPublished) throw releaseTaken(directory, here.version, here.digest, there.digest, compareContents(here.files, there.files), isPublished);
}

/** The card and, last, the record. */
function writeAbout(directory: string, record: ReleaseRecord): void {
  writeFileAtomic(join(directory, CARD_FILE), renderModelCard(record));
  writeJson(join(directory, RELEASE_FILE), record);
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
