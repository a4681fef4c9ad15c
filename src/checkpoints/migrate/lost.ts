// What a name said and the new one cannot: into the sidecar, where the catalog reads it.
import type { CatalogEntry } from "../catalog/entry.ts";
import type { LostWords } from "./target.ts";

/** A sidecar for a checkpoint that has none, in the shape of the legacy ones. Nothing in it is invented: what nobody said is absent. */
export function formatLostSidecar(words: LostWords, entry: CatalogEntry, checkpointPath: string): string {
  const { facts } = entry;
  const [epoch, step] = [words.epoch ?? facts.epoch?.value, words.step ?? facts.step?.value];
  const sidecar = {
    checkpoint_path: checkpointPath,
    ...(entry.run !== undefined && { exp_name: entry.run.name }),
    ...(words.saved_at !== undefined && { created_at: isoOf(words.saved_at) }),
    training: { ...(epoch !== undefined && { epoch }), ...(step !== undefined && { global_step: step }), ...(facts.phase !== undefined && { training_phase: facts.phase.value }) },
    model: { ...(words.architecture !== undefined && { architecture: words.architecture }), ...(words.encoder !== undefined && { encoder: { model_name: words.encoder } }) },
    metrics: words.metric === undefined ? {} : { [words.metric.name]: words.metric.value },
    config: words.batch_size === undefined ? {} : { batch_size: words.batch_size },
    migrated_from: words,
  };
  return `${JSON.stringify(sidecar, null, 2)}\n`;
}

/** The JSON sidecar with one more member at its end, every other byte as it was; undefined when it holds no object or has that member. */
export function addLostWords(text: string, words: LostWords): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value) || Object.hasOwn(value, "migrated_from")) return undefined;
    const end = text.lastIndexOf("}");
    const comma = Object.keys(value).length === 0 ? "" : ",";
    return `${text.slice(0, end).trimEnd()}${comma}\n  "migrated_from": ${JSON.stringify(words)}\n${text.slice(end)}`;
  } catch {
    return undefined;
  }
}

/** `20251009_015037` → `2025-10-09T01:50:37`: no zone is claimed. */
function isoOf(stamp: string): string {
  return stamp.replace(/^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6");
}
