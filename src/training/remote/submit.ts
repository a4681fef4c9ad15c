// A training on the hub's machines. Their disk is thrown away: what goes in (rows, settings, the version) is on the hub before, what comes out is pushed
// to the run's repository while it trains.
import { formatYaml, type TrainConfig } from "../../config/index.ts";
import { loadDataset } from "../../data/index.ts";
import { TunesmithError } from "../../errors.ts";
import { exists } from "../../files/index.ts";
import type { HubClient, HubJob } from "../../hub/index.ts";
import { chooseVersion, formatHubName, historyPathFor, modelLabel } from "../../runs/index.ts";
import { pushTokenMissing } from "../push/errors.ts";
import { hubRepositoryName } from "../push/repository.ts";
import { jobEnded, modelNotOnHub, remoteRepositoryTaken, timeInvalid } from "./errors.ts";

export interface SubmitOptions {
  readonly config: TrainConfig;
  readonly client: HubClient;
  /** Of this package: the job installs the same. */
  readonly version: string;
  readonly flavor: string;
  readonly timeout: string;
  readonly image: string;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
}

export interface SubmittedTraining {
  readonly job: HubJob;
  /** Who the job and both repositories belong to. */
  readonly owner: string;
  /** The run's repository. */
  readonly repository: string;
  readonly dataset: { readonly repository: string; readonly commit: string };
  /** The version that the run is to get, chosen from the history here. */
  readonly runVersion: string;
}

/** By which a job names the run's repository. */
export const RUN_LABEL = "tunesmith-run";
const CONFIG_PATH = "remote/train.yaml";
const TRIES = 10;

/**
 * Uploads the dataset to a private repository named by its digest, the settings to the run's repository, and submits the job (touches the network).
 * @throws `training.model_not_on_hub`, `training.time_invalid`, `hub.…`, `data.…`
 */
export async function submitTraining({ config, client, version, flavor, timeout, image, now, signal }: SubmitOptions): Promise<SubmittedTraining> {
  const timeoutSeconds = parseTime(timeout);
  if (exists(config.model_name)) throw modelNotOnHub(config.model_name);
  if (!client.hasToken) throw pushTokenMissing(client.endpoint);
  const runVersion = chooseVersion({ historyPath: historyPathFor(config.output_dir), outputDir: config.output_dir, major: config.major, requested: config.version || undefined });
  const [given = "", base = given] = config.hub_model_id.split("/", 2);
  const owner = config.hub_owner || (base === given ? "" : given) || (await client.whoami()).name;
  const dataset = await uploadDataset(client, config.dataset_path, owner, signal);
  const repository = await mintRepository(client, config, { owner, base }, now());
  const name = dataset.repository.split("/")[1]!;
  const remote: TrainConfig = { ...config, dataset_path: `data/${name}`, output_dir: "outputs", push_to_hub: true, hub_model_id: repository, hub_owner: owner, version: runVersion, device: "auto", threads: 0 };
  await client.commit({ kind: "model", id: repository, summary: "Settings of the training", changes: [{ path: CONFIG_PATH, source: { bytes: new TextEncoder().encode(formatYaml(remote)) } }], signal });

  const tunesmith = `npx --yes tunesmith@${version}`;
  const steps = [
    `${tunesmith} hub pull ${repository} --include ${CONFIG_PATH} --local-dir .`,
    `${tunesmith} hub pull ${dataset.repository} --repo-type dataset --revision ${dataset.commit} --local-dir data/${name}`,
    `${tunesmith} train --config ${CONFIG_PATH}`,
  ];
  const job = await client.jobs.run({
    owner,
    image,
    command: ["bash", "-c", ["set -e", ...steps].join("\n")],
    environment: { HF_ENDPOINT: client.endpoint },
    passToken: true,
    flavor,
    timeoutSeconds,
    labels: { [RUN_LABEL]: repository.split("/")[1]! },
  });
  return { job, owner, repository, dataset, runVersion };
}

/** `90s`, `30m`, `2h`, `1d`, or seconds. @throws `training.time_invalid` */
export function parseTime(text: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text.trim()) ?? [];
  const seconds = Math.round(Number(amount) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit]!);
  if (!Number.isSafeInteger(seconds) || seconds < 1) throw timeInvalid(text);
  return seconds;
}

/** The same rows are the same repository: what is there is not sent again. */
async function uploadDataset(client: HubClient, directory: string, owner: string, signal: AbortSignal | undefined): Promise<SubmittedTraining["dataset"]> {
  const { record } = loadDataset(directory);
  const id = formatHubName({ kind: "unversioned", owner, base: `${record.name}-${(record.digest ?? "rows").slice(0, 12)}` });
  await client.createRepository({ kind: "dataset", id, private: true, existOk: true });
  const { commit } = await client.uploadFolder({ kind: "dataset", id, directory, summary: `Rows of ${record.name}`, mirror: true, signal });
  return { repository: id, commit };
}

async function mintRepository(client: HubClient, config: TrainConfig, { owner, base }: { readonly owner: string; readonly base: string }, startedAt: Date): Promise<string> {
  const facts = { started_at: startedAt.toISOString(), time_zone: config.naming.time_zone ?? "utc", model: modelLabel(config.model_name), tag: config.experiment_tag || "run" };
  const nameAt = (second: number): string => hubRepositoryName(facts, { owner, ...(base !== "" && { base }) }, second);
  for (let second = 0; second < TRIES; second += 1) {
    try {
      await client.createRepository({ kind: "model", id: nameAt(second), private: config.hub_private });
      return nameAt(second);
    } catch (thrown) {
      if (!(thrown instanceof TunesmithError) || thrown.code !== "hub.repository_exists") throw thrown;
    }
  }
  throw remoteRepositoryTaken(nameAt(0));
}

/** @throws `training.job_failed` for a job that ended otherwise than well */
export function requireFinishedJob({ id, stage, message }: HubJob): void {
  if (stage !== "COMPLETED") throw jobEnded(id, stage, message);
}
