// Publishing: a journal of steps, each looked at before and after it is done. Killed at any moment it goes on where it stood, for what counts is what
// the hub shows; a step that was left out is never called done.
import { dirname, join, resolve } from "node:path";
import { listDatasetVersions } from "../../data/index.ts";
import { isDirectory, isFile, sha256FileInTurns, withLock, withScratchDirectory } from "../../files/index.ts";
import { PUBLICATION_SCHEMA_VERSION, type Publication, type PublicationStep, type ReleaseRecord } from "../../records/index.ts";
import { formatHubName, parseHubName, parseVersion } from "../../runs/index.ts";
import { datasetNotPublishable, releaseDamaged, repositoryIdInvalid, stepNotVerified, unverified } from "../errors.ts";
import { judge } from "../assemble/gguf.ts";
import type { HubPort } from "../hub-port.ts";
import type { Release } from "../places.ts";
import { writeDatasetFiles } from "./dataset-files.ts";
import { requireVersioned } from "./dataset-step.ts";
import { publicationPath, readPublication, writePublication } from "./state.ts";
import type { Step } from "./step.ts";
import { planSteps, type FoundEvidence } from "./steps.ts";

export interface PublishOptions {
  readonly hub: HubPort;
  readonly release: Release;
  /** `owner/name` of the model. */
  readonly modelId: string;
  /** `owner/name` of the dataset. Default: it is not published. */
  readonly datasetId?: string;
  /** `<name>-v1.0` for each version of the dataset, instead of one repository with tags `dX.Y`. Default false. */
  readonly datasetPerVersion?: boolean;
  /** Where the rows lie. Default: where the run found them. */
  readonly datasetPath?: string;
  /** Also the directory that `load_from_disk` reads. Default false. */
  readonly arrow?: boolean;
  /** `owner/name` of the dataset that holds the table of evaluations. Default: no row is written. */
  readonly evaluationsId?: string;
  /** Publish quantized models that nobody verified or that did not pass. Default: refuse. */
  readonly allowUnverified?: boolean;
  /** Of repositories that are made. Default false. */
  readonly private?: boolean;
  readonly releasesDirectory: string;
  readonly historyPath: string;
  readonly now: () => Date;
  /** `again`: the step was found done, nothing was sent. */
  readonly onStep?: (step: PublicationStep & { readonly note: string; readonly again: boolean }, place: string) => void;
  readonly signal?: AbortSignal;
}

export interface PlannedStep {
  readonly name: Step["name"];
  readonly place: string;
  readonly title: string;
  readonly state: "to do" | "done" | "skipped";
  /** What was found, or why it is skipped. */
  readonly note: string;
}

export interface PublicationPlan {
  readonly version: string;
  readonly endpoint: string;
  readonly steps: readonly PlannedStep[];
  /** What cannot be published, and why. */
  readonly notes: readonly string[];
}

/** Looks what publishing would do; writes nothing. @throws what stands on the hub and must not, `releases.dataset_not_publishable`, `releases.damaged` */
export async function planPublication(options: PublishOptions): Promise<PublicationPlan> {
  return withSteps(options, async ({ steps, found, notes }) => {
    const planned: PlannedStep[] = [];
    for (const step of steps) {
      const { name, place, title, skipped } = step;
      const evidence = skipped === undefined ? await step.find(null) : undefined;
      if (evidence !== undefined) found.set(name, evidence);
      planned.push({ name, place, title, state: skipped !== undefined ? "skipped" : evidence === undefined ? "to do" : "done", note: skipped ?? evidence?.note ?? "" });
    }
    return { version: options.release.record.version, endpoint: options.hub.endpoint, steps: planned, notes };
  });
}

/**
 * Publishes a release: dataset, its tag, model, its tag, evaluation row, history. Done twice it changes nothing.
 * @throws `releases.tag_taken`, `releases.repository_taken`, `releases.row_taken`, `releases.table_unreadable`, `releases.unverified`, `releases.not_verified`, `hub.*`
 */
export async function publishRelease(options: PublishOptions): Promise<Publication> {
  const { hub, release, modelId, releasesDirectory } = options;
  const path = publicationPath(releasesDirectory, release.record.version, requireId(modelId), hub.endpoint);
  return withLock(`${path}.lock`, () =>
    withSteps(options, async ({ steps, found, datasetId, datasetTag }) => {
      const before = readPublication(path, release.record.digest);
      const publication: Publication = {
        schema_version: PUBLICATION_SCHEMA_VERSION,
        version: release.record.version,
        release_digest: release.record.digest,
        endpoint: hub.endpoint,
        model_repository: modelId,
        dataset_repository: datasetId,
        dataset_tag: datasetTag,
        evaluations_repository: options.evaluationsId ?? null,
        started_at: before?.started_at ?? options.now().toISOString(),
        finished_at: null,
        steps: steps.map(({ name }) => before?.steps.find((step) => step.name === name) ?? open(name)),
      };
      writePublication(path, publication);
      await lookAhead(steps, found);
      for (const [index, step] of steps.entries()) {
        options.signal?.throwIfAborted();
        publication.steps[index] = await walk(step, before?.steps.find(({ name }) => name === step.name), found, options);
        writePublication(path, publication);
      }
      publication.finished_at = before?.finished_at ?? options.now().toISOString();
      writePublication(path, publication);
      return publication;
    }),
  );
}

/** What stands in the way of a late step stops the first one. */
async function lookAhead(steps: readonly Step[], found: FoundEvidence): Promise<void> {
  for (const step of steps) {
    const evidence = step.skipped === undefined ? await step.find(null) : undefined;
    if (evidence !== undefined) found.set(step.name, evidence);
  }
  found.clear();
}

/** Looks, does, and looks again: only the second look makes it done. */
async function walk(step: Step, before: PublicationStep | undefined, found: FoundEvidence, { now, onStep }: PublishOptions): Promise<PublicationStep> {
  const { name, place, skipped } = step;
  if (skipped !== undefined) {
    const left: PublicationStep = { ...open(name), state: "skipped", reason: skipped };
    onStep?.({ ...left, note: skipped, again: false }, place);
    return left;
  }
  const known = before?.state === "done" ? before : undefined;
  const there = await step.find(known?.commit ?? null);
  if (there === undefined) await step.make();
  const evidence = there ?? (await step.find(null));
  if (evidence === undefined) throw stepNotVerified(name, place);
  found.set(name, evidence);
  const done: PublicationStep = { name, state: "done", reason: null, at: known?.at ?? now().toISOString(), commit: evidence.commit, found: known?.found ?? there !== undefined };
  onStep?.({ ...done, note: evidence.note, again: there !== undefined }, place);
  return done;
}

function open(name: Step["name"]): PublicationStep {
  return { name, state: "open", reason: null, at: null, commit: null, found: false };
}

interface Prepared {
  readonly steps: readonly Step[];
  readonly found: FoundEvidence;
  readonly notes: readonly string[];
  readonly datasetId: string | null;
  readonly datasetTag: string | null;
}

async function withSteps<T>(options: PublishOptions, act: (prepared: Prepared) => Promise<T>): Promise<T> {
  const { hub, release, evaluationsId, historyPath, signal } = options;
  const modelId = requireId(options.modelId);
  if (evaluationsId !== undefined) requireId(evaluationsId);
  const unsound = release.record.gguf.flatMap(judge);
  if (unsound.length > 0 && options.allowUnverified !== true) throw unverified(unsound, undefined, "publish");
  await requireWhole(release, signal);
  const path = publicationPath(options.releasesDirectory, release.record.version, modelId, hub.endpoint);
  return withScratchDirectory(path, async (scratch) => {
    const found: FoundEvidence = new Map();
    const dataset = options.datasetId === undefined ? undefined : prepareDataset(options, requireId(options.datasetId), scratch);
    const record: ReleaseRecord = dataset === undefined ? release.record : { ...release.record, dataset: dataset.released };
    const steps = planSteps({ hub, release, record, modelId, historyPath, private: options.private ?? false, ...(dataset !== undefined && { dataset }), ...(evaluationsId !== undefined && { evaluationsId }) }, found);
    return act({ steps, found, notes: dataset?.files.notes ?? [], datasetId: dataset?.id ?? null, datasetTag: dataset?.tag ?? null });
  });
}

/** The version may have been minted since the release was made. */
function prepareDataset({ release, datasetPath, datasetPerVersion = false, arrow = false, historyPath }: PublishOptions, base: string, scratch: string) {
  const { dataset, version: what } = release.record;
  const places = datasetPath !== undefined ? [datasetPath] : [join(dirname(resolve(historyPath)), dataset?.path ?? ""), dataset?.path ?? ""];
  const path = places.find((place) => place !== "" && isDirectory(place));
  const minted = dataset === null || dataset.version !== null || path === undefined ? null : listDatasetVersions(dirname(resolve(path))).find(({ digest }) => digest === dataset.digest)?.version;
  const released = requireVersioned(dataset === null ? null : { ...dataset, version: dataset.version ?? minted ?? null }, what);
  if (path === undefined) throw datasetNotPublishable(what, `${released.path} is gone`, "Name the directory that has its rows with --dataset-path.");
  const tag = datasetPerVersion ? null : released.version;
  const id = datasetPerVersion ? versionedId(base, released.version) : base;
  return { id, tag, released, files: writeDatasetFiles({ path, released, id, tag, arrow, licence: released.licence }, scratch) };
}

/** `alice/rows` and `d1.0` → `alice/rows-v1.0`; a version that the name has already goes first, as `-vv1.0` once came of it. */
function versionedId(base: string, version: string): string {
  const parsed = parseHubName(base);
  return formatHubName({ owner: base.split("/")[0]!, base: parsed?.kind === "version" ? parsed.base : base.split("/")[1]!, kind: "version", subject: "dataset", version: parseVersion(version.replace(/^d/, ""))! });
}

/** What is published is what was assembled. @throws `releases.damaged` */
async function requireWhole({ directory, record }: Release, signal: AbortSignal | undefined): Promise<void> {
  for (const { path, sha256 } of record.files) {
    const file = join(directory, path);
    const digest = isFile(file) ? await sha256FileInTurns(file, signal) : null;
    if (digest !== sha256) throw releaseDamaged(directory, path, digest, sha256);
  }
}

/** The Hub's own rule: https://huggingface.co/docs/huggingface_hub, validate_repo_id. @throws `releases.repository_id_invalid` */
function requireId(id: string): string {
  const [owner, name, more] = id.split("/");
  const fits = (part: string | undefined): boolean => part !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/.test(part) && !/--|\.\.|[.-]$|\.git$/.test(part);
  if (!fits(owner) || !fits(name) || more !== undefined) throw repositoryIdInvalid(id);
  return id;
}
