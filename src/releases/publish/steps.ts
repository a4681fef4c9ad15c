// The steps of a publication in their order, each knowing what the ones before it found.
import type { ReleaseRecord } from "../../records/index.ts";
import { HUB, type CardPlace } from "../card/card-place.ts";
import type { HubPort } from "../hub-port.ts";
import type { Release } from "../places.ts";
import type { DatasetFiles } from "./dataset-files.ts";
import { datasetStep, datasetTagStep, requireVersioned } from "./dataset-step.ts";
import type { PublishedPlaces } from "./evaluation-row.ts";
import { evaluationStep } from "./evaluation-step.ts";
import { historyStep } from "./history-step.ts";
import { modelStep, modelTagStep } from "./model-step.ts";
import { skippedStep, type Evidence, type Step } from "./step.ts";

export interface StepsOptions {
  readonly hub: HubPort;
  readonly release: Release;
  /** The release's record with the version that its dataset has by now. */
  readonly record: ReleaseRecord;
  readonly modelId: string;
  readonly dataset?: { readonly id: string; readonly tag: string | null; readonly files: DatasetFiles };
  readonly evaluationsId?: string;
  readonly historyPath: string;
  readonly private: boolean;
}

/** What was found by the steps so far; filled by whoever walks them. */
export type FoundEvidence = Map<Step["name"], Evidence>;

export function planSteps({ hub, release, record, modelId, dataset, evaluationsId, historyPath, private: isPrivate }: StepsOptions, found: FoundEvidence): readonly Step[] {
  const commitOf = (name: Step["name"]): string => {
    const commit = found.get(name)?.commit;
    if (commit === undefined || commit === null) throw new Error(`internal: the step ${name} was not found done`);
    return commit;
  };
  const published = () => (dataset === undefined ? undefined : { id: dataset.id, tag: dataset.tag, commit: commitOf(dataset.tag === null ? "dataset" : "dataset_tag") });
  const place = (): CardPlace | undefined => {
    if (dataset !== undefined && !found.has(dataset.tag === null ? "dataset" : "dataset_tag")) return undefined;
    const rows = published();
    return { modelId, ...(rows !== undefined && { dataset: rows }), ...(evaluationsId !== undefined && { evaluationsId }), ...(hub.endpoint !== HUB && { endpoint: hub.endpoint }) };
  };
  const places = (): PublishedPlaces => {
    const rows = published();
    return { modelId, modelCommit: commitOf("model_tag"), ...(rows !== undefined && { dataset: { id: rows.id, version: rows.tag ?? record.dataset?.version ?? null, commit: rows.commit } }) };
  };
  const model = { id: modelId, release, record, private: isPrivate };
  const rows = dataset === undefined ? undefined : { id: dataset.id, tag: dataset.tag, released: requireVersioned(record.dataset, record.version), files: dataset.files, private: isPrivate };
  return [
    rows === undefined ? skippedStep("dataset", "–", "dataset version", "no dataset repository was named") : datasetStep(hub, rows),
    rows === undefined ? skippedStep("dataset_tag", "–", "tag of the dataset", "no dataset repository was named") : datasetTagStep(hub, rows, () => commitOf("dataset")),
    modelStep(hub, model, place),
    modelTagStep(hub, model, () => commitOf("model")),
    evaluationsId === undefined
      ? skippedStep("evaluation", "–", "row of the evaluation", "no evaluations repository was named")
      : record.evaluation === null
        ? skippedStep("evaluation", evaluationsId, "row of the evaluation", "the release holds no evaluation")
        : evaluationStep(hub, { id: evaluationsId, record, modelId, private: isPrivate }, places),
    historyStep({ historyPath, record, endpoint: hub.endpoint, modelId }, places),
  ];
}
