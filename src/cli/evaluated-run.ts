// The run whose model was evaluated: it holds the reports, and its record the scores.
import { dirname, join, resolve } from "node:path";
import type { EvaluationRecord } from "../records/index.ts";
import type { InferenceFiles } from "./inference-files.ts";

/** The run of a checkpoint, or of a merged directory that lies in one or says from which it was made; undefined for any other model. */
export async function findEvaluatedRun(files: InferenceFiles, modelPath: string): Promise<string | undefined> {
  const [{ isDirectory, isFile }, { readProvenance }] = await Promise.all([import("../files/index.ts"), import("./model-provenance.ts")]);
  if (files.runDirectory !== undefined) return files.runDirectory;
  if (!isDirectory(modelPath) || files.adapterPath !== undefined) return undefined;
  const parent = dirname(resolve(modelPath));
  const { run_id: id } = readProvenance(modelPath);
  if (isFile(join(parent, "run.json"))) return parent;
  return id === undefined ? undefined : findById(id);
}

async function findById(id: string): Promise<string | undefined> {
  const { listRuns } = await import("../runs/index.ts");
  return listRuns("outputs").runs.find(({ record }) => record.id === id)?.directory;
}

/** `merged_model-1a2b3c4d`: reports of another model never take their place. */
export function evaluationFolderName({ name, digest }: InferenceFiles): string {
  const last = name.replaceAll("\\", "/").split("/").findLast((part) => part !== "" && part !== "." && part !== "..") ?? "model";
  return `${last.replaceAll(/[^A-Za-z0-9._-]+/g, "_").replace(/^[.\-_]+/, "").slice(0, 60) || "model"}-${digest.slice(0, 8)}`;
}

/** The whole test split has the folder itself; nothing smaller ever takes its place. */
export function partName(split: string, limit: number | undefined): string {
  if (limit !== undefined) return `${split}-first-${limit}`;
  return split === "test" ? "" : split;
}

/** The scores of an evaluation as a run keeps them: those of single labels and entity types stay in the evaluation. Of several kinds of rows each has a name before. */
export function scoresOf({ metrics, task, dataset, evaluation_digest }: EvaluationRecord, weightsDigest: string) {
  const isOfClass = (name: string) => name.replace(task.kind === "mixed" ? /^[a-z]+\// : "", "").includes("/");
  return {
    metrics: Object.fromEntries(Object.entries(metrics).flatMap(([name, { value }]) => (isOfClass(name) ? [] : [[name, value]]))),
    measuredOn: { checkpoint_digest: weightsDigest, dataset_digest: dataset.digest, split: dataset.split, rows: dataset.rows, evaluation_digest },
  };
}
