// A run that was trained elsewhere, on this disk: its record, its log, its settings and the model at the root of its repository, as if it had been here.
import { dirname, join } from "node:path";
import { readCheckpointMetadata } from "../../checkpoints/index.ts";
import { copy, ensureDirectory, isFile, listDirectory, readJson } from "../../files/index.ts";
import { pullRepository, type PullOptions } from "../../hub/index.ts";
import { parseRecord, runRecordSchema, runUpgrades, type RunRecord } from "../../records/index.ts";
import { applyHistoryRebuild, planHistoryRebuild } from "../../runs/index.ts";
import { openUploads } from "../push/uploads.ts";
import { recordMissing, runNameTaken } from "./errors.ts";

export interface BroughtRun {
  readonly directory: string;
  readonly record: RunRecord;
}

const RECORD = "run/run.json";

/**
 * Pulls a finished run into `outputDir` and adds its line to the history. Doing it twice is harmless.
 * @throws `training.record_missing`, `training.run_name_taken`, `hub.…`
 */
export async function bringRunHome(repository: string, outputDir: string, options: Omit<PullOptions, "kind" | "localDir"> = {}): Promise<BroughtRun> {
  const { path: snapshot, commit } = await pullRepository(repository, { include: ["run/*", "remote/*", "adapter_*", "metadata.json", "chat_template.jinja", "README.md"], ...options });
  if (!isFile(join(snapshot, RECORD))) throw recordMissing(repository);
  const record = parseRecord(runRecordSchema, readJson(join(snapshot, RECORD)), `${repository}/${RECORD}`, runUpgrades);
  const directory = join(outputDir, ...safeParts(record.name, repository));
  const standing = join(directory, "run.json");
  if (isFile(standing) && parseRecord(runRecordSchema, readJson(standing), standing, runUpgrades).id !== record.id) throw runNameTaken(directory, record.id);

  const take = (from: string, to: string): void => {
    ensureDirectory(dirname(to));
    copy(from, to);
  };
  const files = listDirectory(snapshot).files.filter((name) => name !== ".gitattributes");
  if (isFile(join(snapshot, "metadata.json"))) {
    const { checkpoint_path: name } = readCheckpointMetadata(snapshot);
    const place = join(directory, "checkpoints", ...safeParts(name, repository));
    for (const file of files.filter((one) => one !== "README.md")) take(join(snapshot, file), join(place, file));
    const log = openUploads(directory);
    log.addModel(place);
    const upload = log.next();
    if (upload !== undefined) log.replace(upload, { status: "done", commit });
  }
  if (files.includes("README.md")) take(join(snapshot, "README.md"), join(directory, "README.md"));
  // The record last: a directory without it is no run.
  for (const file of listDirectory(join(snapshot, "run")).files.toSorted((a, b) => Number(a === "run.json") - Number(b === "run.json"))) take(join(snapshot, "run", file), join(directory, file));
  await applyHistoryRebuild(planHistoryRebuild({ outputDir }));
  return { directory, record };
}

/** A name from elsewhere stays below its folder. */
function safeParts(name: string, repository: string): readonly string[] {
  const parts = name.split("/");
  if (parts.some((part) => !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part))) throw recordMissing(repository);
  return parts;
}
