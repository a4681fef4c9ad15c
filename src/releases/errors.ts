import { TunesmithError } from "../errors.ts";

export function releaseVersionInvalid(version: string): TunesmithError {
  return new TunesmithError({ code: "releases.version_invalid", message: `Cannot release as ${JSON.stringify(version)}: a version is vX.Y`, hint: "Give one such as v1.2, or none." });
}

export function versionOfOtherRun(version: string, owner: string, run: string): TunesmithError {
  return new TunesmithError({ code: "releases.version_of_other_run", message: `Cannot release ${run} as ${version}: that is the version of ${owner}`, hint: "Leave the version out, or release that run." });
}

export function runNotFinished(run: string, status: string): TunesmithError {
  return new TunesmithError({ code: "releases.run_not_finished", message: `Cannot release ${run}: its status is ${status}, needed is finished`, hint: "Let the training end, or resume it." });
}

export function noCheckpoint(run: string): TunesmithError {
  return new TunesmithError({ code: "releases.no_checkpoint", message: `Cannot release ${run}: it has no checkpoint`, hint: "Unpack its archive with `tunesmith runs unarchive`, or release another run." });
}

export function weightsChanged(path: string, found: string, recorded: string): TunesmithError {
  return new TunesmithError({ code: "releases.file_changed", message: `Cannot release ${path}: its SHA-256 is ${found}, its record says ${recorded}`, hint: "Make the file again, or restore it." });
}

/** How two contents of one name differ, in words: the first few. */
export interface ContentDifference {
  readonly path: string;
  /** SHA-256, or the git id of a small file; null where one side has no such file. */
  readonly here: string | null;
  readonly there: string | null;
}

export function describeDifferences(differences: readonly ContentDifference[]): string {
  const short = (digest: string | null): string => (digest === null ? "absent" : digest.slice(0, 12));
  const shown = differences.slice(0, 5).map(({ path, here, there }) => `${path} (here ${short(here)}, there ${short(there)})`);
  return [...shown, ...(differences.length > 5 ? [`${differences.length - 5} more`] : [])].join("; ");
}

export function releaseTaken(directory: string, version: string, here: string, there: string, differences: readonly ContentDifference[], isPublished: boolean): TunesmithError {
  return new TunesmithError({
    code: "releases.taken",
    message: `Cannot create ${version}: ${directory} holds other content, digest ${there.slice(0, 16)} against ${here.slice(0, 16)}: ${describeDifferences(differences)}`,
    hint: isPublished ? "Release under another version: this one was published." : "Add --replace, as it was never published, or release under another version.",
    details: { version, directory, here, there, differences },
  });
}

export interface UnverifiedModel {
  readonly path: string;
  readonly reason: string;
}

/** @param action what was to be done: release, publish */
export function unverified(models: readonly UnverifiedModel[], command: string | undefined, action: "release" | "publish" = "release"): TunesmithError {
  return new TunesmithError({
    code: "releases.unverified",
    message: `Cannot ${action}: ${models.map(({ path, reason }) => `${path} ${reason}`).join("; ")}`,
    hint: action === "publish" ? "Verify them with `tunesmith verify` and release again, or add --allow-unverified." : `Run \`${command}\`, leave these types out with --types, or add --allow-unverified.`,
    details: { models },
  });
}

export function typesMissing(wanted: readonly string[], known: readonly string[]): TunesmithError {
  return new TunesmithError({ code: "releases.types_missing", message: `Cannot release the types ${wanted.join(", ")}: there are ${known.length === 0 ? "none" : known.join(", ")}`, hint: "Make them with `tunesmith quantize`." });
}

export function releaseMissing(wanted: string, directory: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "releases.missing",
    message: `Cannot find the release ${JSON.stringify(wanted)}: ${known.length === 0 ? `there is none in ${directory}` : `${directory} has ${known.join(", ")}`}`,
    hint: known.length === 0 ? "Make one with `tunesmith release create`." : "Give one of these.",
  });
}

export function releaseDamaged(directory: string, path: string, found: string | null, recorded: string): TunesmithError {
  return new TunesmithError({
    code: "releases.damaged",
    message: `Cannot publish ${directory}: ${path} ${found === null ? "is gone" : `has SHA-256 ${found.slice(0, 16)}`}, release.json says ${recorded.slice(0, 16)}`,
    hint: "Restore the file, or create the release again under another version.",
    details: { path, found, recorded },
  });
}

export function repositoryBusy(id: string, tries: number): TunesmithError {
  return new TunesmithError({ code: "releases.repository_busy", message: `Cannot commit to ${id}: in ${tries} tries somebody else committed first`, hint: "Run the command again: it continues where it stopped." });
}

export function tagTaken(id: string, tag: string, commit: string, there: string, here: string, differences: readonly ContentDifference[]): TunesmithError {
  return new TunesmithError({
    code: "releases.tag_taken",
    message: `Cannot publish ${tag} to ${id}: the tag leads to commit ${commit.slice(0, 12)} with other content, ${there} there against ${here} here${differences.length === 0 ? "" : `: ${describeDifferences(differences)}`}`,
    hint: "Publish under another version; a tag that others may have used is never moved.",
    details: { repository: id, tag, commit, there, here, differences },
  });
}

export function repositoryTaken(id: string, commit: string, differences: readonly ContentDifference[]): TunesmithError {
  return new TunesmithError({
    code: "releases.repository_taken",
    message: `Cannot publish to ${id}: the repository of this version has other content at ${commit.slice(0, 12)}: ${describeDifferences(differences)}`,
    hint: "Release under another version, or use tags with one repository.",
    details: { repository: id, commit, differences },
  });
}

export function stepNotVerified(step: string, id: string): TunesmithError {
  return new TunesmithError({ code: "releases.not_verified", message: `Cannot finish the step ${step}: ${id} answered that it was done, but does not show it`, hint: "Run the command again: it continues with this step." });
}

export function tableUnreadable(id: string, revision: string, reason: string): TunesmithError {
  return new TunesmithError({
    code: "releases.table_unreadable",
    message: `Cannot add a row to evals_results.csv of ${id}: at revision ${revision} it cannot be read (${reason})`,
    hint: "Repair the file, or restore it from its history; it is never replaced.",
    details: { repository: id, revision },
  });
}

export function rowTaken(id: string, revision: string, version: string, there: string, here: string): TunesmithError {
  return new TunesmithError({
    code: "releases.row_taken",
    message: `Cannot add ${version} to ${id}: revision ${revision.slice(0, 12)} has a row of ${version} for this model with the digest ${there.slice(0, 16)}, this release has ${here.slice(0, 16)}`,
    hint: "Publish under another version.",
    details: { repository: id, revision, there, here },
  });
}

export function datasetNotPublishable(what: string, reason: string, hint: string): TunesmithError {
  return new TunesmithError({ code: "releases.dataset_not_publishable", message: `Cannot publish the dataset of ${what}: ${reason}`, hint });
}

export function repositoryIdInvalid(id: string): TunesmithError {
  return new TunesmithError({ code: "releases.repository_id_invalid", message: `Cannot publish to ${JSON.stringify(id)}: a repository is owner/name, of letters, digits, - _ . and at most 96 characters`, hint: "Give such a name." });
}

export function publicationOfOther(path: string, there: string, here: string): TunesmithError {
  return new TunesmithError({ code: "releases.publication_of_other", message: `Cannot continue ${path}: it is the publication of content ${there.slice(0, 16)}, the release has ${here.slice(0, 16)}`, hint: "Publish under another version; or move the file away, if that publication never happened." });
}

export function nothingToTrace(asked: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "releases.nothing_to_trace", message: `Cannot trace ${JSON.stringify(asked)}: ${reason}`, hint: "Give a file, a folder, a run, a version, a digest, or a tag as owner/name@v1.0." });
}

export function digestAmbiguous(begin: string, digests: readonly string[]): TunesmithError {
  return new TunesmithError({ code: "releases.digest_ambiguous", message: `Cannot trace ${begin}: ${digests.length} digests begin so: ${digests.slice(0, 3).map((digest) => digest.slice(0, 24)).join(", ")}`, hint: "Give more of its digits.", details: { digests } });
}

export function runOnlyInHistory(wanted: string): TunesmithError {
  return new TunesmithError({ code: "releases.run_only_in_history", message: `Cannot trace ${wanted}: its run directory is not here, only its line in the history`, hint: "See the line with `tunesmith runs show`." });
}

export function noFinishedRun(outputDir: string): TunesmithError {
  return new TunesmithError({ code: "releases.no_finished_run", message: `Cannot release: no run in ${outputDir} has finished`, hint: "Train one, or name a run with --from." });
}
