// The line of the run in the local history learns where the model was published: of several lines of one run the newest counts, none is rewritten.
import type { HistoryEntry, ReleaseRecord } from "../../records/index.ts";
import { findLine, supplementHistory } from "../../runs/index.ts";
import type { PublishedPlaces } from "./evaluation-row.ts";
import type { Step } from "./step.ts";

export interface HistoryTarget {
  readonly historyPath: string;
  readonly record: ReleaseRecord;
  readonly endpoint: string;
  readonly modelId: string;
}

/** @param places asked when everything else is published */
export function historyStep({ historyPath, record, endpoint, modelId }: HistoryTarget, places: () => PublishedPlaces): Step {
  const isThere = (entry: HistoryEntry | undefined): boolean =>
    publicationsOf(entry).some((one) => one["endpoint"] === endpoint && one["model_repo"] === modelId && one["version"] === record.version && one["release_digest"] === record.digest);
  return {
    name: "history",
    place: historyPath,
    title: `where ${record.version} was published`,
    find: () => Promise.resolve(isThere(findLine(historyPath, record.run.id)) ? { commit: null, note: "in the line of its run" } : undefined),
    make: () =>
      supplementHistory(historyPath, record.run.id, (line) => {
        if (isThere(line)) return undefined;
        const entry = line ?? entryOf(record);
        const { modelCommit, dataset } = places();
        const facts = {
          model_repo: modelId,
          model_revision: modelCommit,
          ...(dataset !== undefined && { dataset_repo: dataset.id, dataset_revision: dataset.commit }),
          ...(typeof record.dataset?.version === "string" && { dataset_version: record.dataset.version }),
        };
        const publication = { endpoint, version: record.version, release_digest: record.digest, ...facts };
        return { ...entry, metadata: { ...entry.metadata, ...facts, publications: [...publicationsOf(line), publication] } };
      }),
  };
}

function publicationsOf(entry: HistoryEntry | undefined): readonly Readonly<Record<string, unknown>>[] {
  const all = entry?.metadata["publications"];
  return Array.isArray(all) ? all.filter((one) => one !== null && typeof one === "object") : [];
}

/** For a run whose line is not here: the history was lost, or the release was brought from elsewhere. */
function entryOf({ run, version, config, config_digest, dataset }: ReleaseRecord): HistoryEntry {
  return {
    version: run.version ?? version,
    timestamp: run.ended_at ?? run.started_at,
    config,
    metrics: { overall: run.metrics },
    metadata: { run_id: run.id, run: run.name, status: "finished", config_digest, ...(dataset !== null && { dataset: dataset.name, dataset_digest: dataset.digest }) },
  };
}
