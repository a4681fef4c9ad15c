// Saving is crash-safe at every line: `epoch-…` appears whole, then `last` is replaced, then a new best stands before an old one goes.
import { join } from "node:path";
import { isDirectory, linkTree, listDirectory, remove, writeDirectoryAtomic } from "../files/index.ts";
import { isBetter, metricName, type CheckpointMetadata } from "../records/index.ts";
import { renameCheckpointMetadata, writeCheckpointMetadata, type CheckpointFacts } from "./metadata.ts";
import { formatBestName, formatCheckpointName, parseCheckpointName, type NamedScore } from "./names.ts";
import { bestOf, listCheckpoints } from "./find.ts";

export interface SavedCheckpoint {
  /** `…/epoch-02_step-000400`. */
  readonly directory: string;
  readonly metadata: CheckpointMetadata;
  /** The directory of the best checkpoint when this one became it. */
  readonly best?: string;
}

/**
 * Saves a step, makes it `last`, and makes it `best-<monitor>-<value>` if it is better than the best so far.
 * A step saved before under the same name is replaced.
 * @param checkpointsDir `<run>/checkpoints`
 * @param fill writes adapter and training state into the directory it is given
 * @param pinned names that stay although another becomes the best
 * @throws `files.missing` when `fill` wrote no weights
 */
export async function saveCheckpoint(
  checkpointsDir: string,
  facts: CheckpointFacts,
  fill: (directory: string) => void | Promise<void>,
  now: Date = new Date(),
  pinned: ReadonlySet<string> = new Set(),
): Promise<SavedCheckpoint> {
  const name = formatCheckpointName({ epoch: facts.epoch, step: facts.step });
  const directory = join(checkpointsDir, name);
  const metadata = await writeDirectoryAtomic(
    directory,
    async (temporary) => {
      await fill(temporary);
      return writeCheckpointMetadata(temporary, facts, name, now);
    },
    { replace: true },
  );
  await copyCheckpoint(directory, join(checkpointsDir, "last"), "last");
  const best = await promoteIfBest(checkpointsDir, directory, facts, pinned);
  return { directory, metadata, ...(best === undefined ? {} : { best }) };
}

/**
 * Gives a checkpoint another name, whole or not at all. The copy keeps the id and shares the weights on disk (hard links) where it can: every
 * file of a checkpoint is only ever replaced by rename, the sidecar of the copy at once.
 */
export async function copyCheckpoint(from: string, to: string, name: string): Promise<void> {
  await writeDirectoryAtomic(
    to,
    (temporary) => {
      linkTree(from, temporary);
      renameCheckpointMetadata(temporary, name);
    },
    { replace: true },
  );
}

async function promoteIfBest(checkpointsDir: string, directory: string, facts: CheckpointFacts, pinned: ReadonlySet<string>): Promise<string | undefined> {
  if (facts.monitor === undefined) return undefined;
  const score: NamedScore = { name: metricName(facts.monitor), value: facts.metrics?.[facts.monitor] ?? facts.metrics?.[metricName(facts.monitor)] ?? Number.NaN };
  if (!Number.isFinite(score.value)) return undefined;
  const standing = bestOf(listCheckpoints(checkpointsDir), score.name);
  if (standing !== undefined && !isBetter(score.name, score.value, standing.score)) return undefined;
  const name = formatBestName(score);
  await copyCheckpoint(directory, join(checkpointsDir, name), name);
  for (const old of namesOfBest(checkpointsDir, score.name)) if (old !== name && !pinned.has(old)) remove(join(checkpointsDir, old));
  return join(checkpointsDir, name);
}

function namesOfBest(checkpointsDir: string, metric: string): readonly string[] {
  if (!isDirectory(checkpointsDir)) return [];
  return listDirectory(checkpointsDir).directories.filter((name) => {
    const parsed = parseCheckpointName(name);
    return parsed?.kind === "best" && parsed.metric?.name === metric;
  });
}
