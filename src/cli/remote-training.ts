// `train --remote`, and what `hub jobs` shares with it: a job's log as it comes, and the run's record when it has ended.
import type { TrainConfig } from "../config/index.ts";
import type { HubClient, HubJob } from "../hub/index.ts";
import type { BroughtRun, SubmittedTraining } from "../training/index.ts";
import { formatCommand, formatPath } from "./format.ts";
import type { Interrupt } from "./interrupt.ts";
import { INTERRUPTED } from "./interrupt.ts";
import type { Print } from "./print.ts";
import { readVersion } from "./version.ts";
import type { World } from "./world.ts";

export interface RemoteParts {
  readonly print: Print;
  readonly world: World;
  readonly withInterrupt: Interrupt;
  readonly endWith: (code: 1 | 130) => void;
}

export interface RemoteOptions {
  readonly flavor: string;
  readonly timeout: string;
  readonly image: string;
}

export interface RemoteTraining extends Omit<SubmittedTraining, "job"> {
  readonly job: HubJob;
  /** Undefined when nobody waited for the end. */
  readonly run?: BroughtRun["record"];
  readonly directory?: string;
}

/** Submits, prints the job's log, brings the run home. Ctrl-C only stops watching. @throws `training.job_failed` and what {@link submitTraining} throws */
export async function trainRemotely(config: TrainConfig, options: RemoteOptions, parts: RemoteParts): Promise<RemoteTraining> {
  const { print, world, withInterrupt, endWith } = parts;
  const [{ connectHub }, { submitTraining }] = await Promise.all([import("../hub/index.ts"), import("../training/index.ts")]);
  return withInterrupt(async (signal) => {
    const client = connectHub({ environment: world.environment, fetch: world.fetch, signal });
    const submitted = await submitTraining({ config, client, version: readVersion(), ...options, now: world.now, signal });
    const { job, owner, repository, dataset, runVersion } = submitted;
    print.line(`Job ${job.id} of ${owner} on ${options.flavor}, at most ${options.timeout}\n  rows        ${dataset.repository} at ${dataset.commit.slice(0, 12)}\n  hub model   ${repository} (${client.endpoint}/${repository})\n  version     ${runVersion}`);
    const end = await watchJob(client, owner, job.id, signal, print);
    if (end === undefined) {
      endWith(INTERRUPTED);
      print.line(`\nThe job goes on. Watch it:  ${formatCommand("hub", "jobs", "logs", job.id, "--owner", owner)}\nEnd it:  ${formatCommand("hub", "jobs", "cancel", job.id, "--owner", owner)}`);
      return submitted;
    }
    return { ...submitted, job: end, ...(await bringHome(end, repository, config.output_dir, parts)) };
  });
}

/** Prints a job's log until it has ended; undefined when the signal came first. */
export async function watchJob(client: HubClient, owner: string, id: string, signal: AbortSignal, print: Print): Promise<HubJob | undefined> {
  try {
    for await (const { text } of client.jobs.followLogs(owner, id)) print.line(`  | ${print.visible(text)}`);
    return await client.jobs.read(owner, id);
  } catch (thrown) {
    if (signal.aborted) return undefined;
    throw thrown;
  }
}

/** @throws `training.job_failed` for a job that ended otherwise */
export async function bringHome(job: HubJob, repository: string, outputDir: string, { print, world }: Pick<RemoteParts, "print" | "world">): Promise<{ readonly run: BroughtRun["record"]; readonly directory: string }> {
  const { bringRunHome, requireFinishedJob } = await import("../training/index.ts");
  requireFinishedJob(job);
  const { record, directory } = await bringRunHome(repository, outputDir, { environment: world.environment, fetch: world.fetch });
  print.line(`\nFinished ${record.name} as ${record.version ?? "no version"}\n  directory   ${formatPath(directory)}`);
  return { run: record, directory };
}
