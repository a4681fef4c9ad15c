// A dataset version on the hub, both ways of seed 001: one repository whose versions are tags `dX.Y`, or a repository for each version.
import { datasetNotPublishable, describeDifferences, repositoryTaken, tagTaken } from "../errors.ts";
import type { HubPort } from "../hub-port.ts";
import type { DatasetFiles } from "./dataset-files.ts";
import { findDifferences } from "./planned-file.ts";
import { commitOnHead } from "./put-files.ts";
import { skippedStep, type Evidence, type Step } from "./step.ts";
import { datasetTagMessage } from "./tag-message.ts";
import type { ReleasedDataset } from "../../records/index.ts";

export interface DatasetTarget {
  readonly id: string;
  /** Null: the repository holds this version alone. */
  readonly tag: string | null;
  readonly released: ReleasedDataset;
  readonly files: DatasetFiles;
  readonly private: boolean;
}

/** Stale rows of another version go: what a tag leads to holds this version and nothing else of ours. */
const OURS = /^(data\/(train|validation|test)-\d+-of-\d+\.parquet|(train|validation|test)\.csv|arrow\/.+)$/;

export function datasetStep(hub: HubPort, target: DatasetTarget): Step {
  const { id, tag, files, released } = target;
  const all = [...files.rows, ...files.about];
  return {
    name: "dataset",
    place: id,
    title: `${released.name} ${released.version ?? ""}, ${all.length} files`,
    async find(known) {
      const tagged = tag === null ? undefined : (await hub.tags("dataset", id)).get(tag);
      const commit = tagged ?? known ?? (await hub.head("dataset", id));
      if (commit === undefined) return undefined;
      const remote = await hub.files("dataset", id, commit);
      const differences = findDifferences(files.rows, remote);
      const stale = [...remote.keys()].filter((path) => OURS.test(path) && !all.some((file) => file.path === path));
      if (tagged !== undefined && tag !== null && differences.length > 0) throw tagTaken(id, tag, tagged, "the rows of another dataset", `rows ${released.digest.slice(0, 16)}`, differences);
      if (tagged === undefined && (differences.length > 0 || stale.length > 0 || findDifferences(files.about, remote).length > 0)) {
        const isOther = tag === null && [...remote.keys()].some((path) => OURS.test(path)) && differences.length > 0;
        if (isOther) throw repositoryTaken(id, commit, differences);
        return undefined;
      }
      return found(commit, all.length);
    },
    async make() {
      await hub.createRepository("dataset", id, { private: target.private });
      const summary = `${released.name} ${released.version ?? ""}`.trim();
      await commitOnHead(hub, { kind: "dataset", id }, { summary, description: `rows sha256:${released.digest}` }, (remote) => {
        const lacking = new Set(findDifferences(all, remote).map(({ path }) => path));
        const stale = [...remote.keys()].filter((path) => OURS.test(path) && !all.some((file) => file.path === path));
        return Promise.resolve([...all.filter(({ path }) => lacking.has(path)).map(({ path, source }) => ({ path, source })), ...stale.map((path) => ({ path }))]);
      });
    },
  };
}

/** @param commit the one that was found to hold the rows */
export function datasetTagStep(hub: HubPort, { id, tag, released, files }: DatasetTarget, commit: () => string): Step {
  if (tag === null) return skippedStep("dataset_tag", id, "tag of the dataset", "the repository holds this version alone");
  return {
    name: "dataset_tag",
    place: id,
    title: `tag ${tag}`,
    async find(): Promise<Evidence | undefined> {
      const there = (await hub.tags("dataset", id)).get(tag);
      if (there === undefined) return undefined;
      const differences = findDifferences(files.rows, await hub.files("dataset", id, there));
      if (differences.length > 0) throw tagTaken(id, tag, there, describeDifferences(differences.slice(0, 1)), `rows ${released.digest.slice(0, 16)}`, differences);
      return { commit: there, note: `${tag} leads to ${there.slice(0, 12)}` };
    },
    make: () => hub.createTag("dataset", id, { name: tag, commit: commit(), message: datasetTagMessage(tag, released) }),
  };
}

function found(commit: string, count: number): Evidence {
  return { commit, note: `${count} files at ${commit.slice(0, 12)}` };
}

/** @throws `releases.dataset_not_publishable` for a dataset that nobody gave a version */
export function requireVersioned(released: ReleasedDataset | null, what: string): ReleasedDataset & { readonly version: string } {
  if (released === null) throw datasetNotPublishable(what, "the release names no dataset", "Publish without --dataset-repo.");
  if (released.version === null) throw datasetNotPublishable(what, `${released.name} has no version`, `Run \`tunesmith data version ${released.path}\`, then publish again.`);
  return { ...released, version: released.version };
}
