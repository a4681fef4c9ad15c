// Joins the rooms that know of datasets on the Hub: `hub` gets files, `config` reads the head of a card, `data` chooses.
import { join } from "node:path";
import { parseYaml } from "../config/index.ts";
import { chooseConfig, chooseHubFiles, chooseSplits, NO_CARD, readHubCard, type HubChoice, type HubRows } from "../data/index.ts";
import { TunesmithError } from "../errors.ts";
import { listArrowCaches, resolveDataset, type ArrowCache } from "../hub/index.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";
import type { World } from "./world.ts";

export interface DatasetWish {
  /** `owner/name`. */
  readonly id: string;
  readonly config: string | undefined;
  /** Empty: `train`, or the only one. */
  readonly splits: readonly string[];
  /** Where none is named, all that are to train, validate or test on. */
  readonly keepSplits: boolean;
  /** Branch, tag or commit. Default `main`, and the Hub's conversion to Parquet where `main` has no files of rows. */
  readonly revision: string | undefined;
}

interface Parts {
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
}

const CONVERTED = "refs/convert/parquet";
const NO_ROWS: readonly string[] = ["data.hub_files_missing", "data.hub_patterns_empty"];
const NO_HUB: readonly string[] = ["hub.offline", "hub.unreachable", "hub.unavailable", "hub.rate_limited"];

/** Finds the files behind `--dataset-name`: in the Hub's cache, in that of Python's `datasets`, or by a download with a progress line. @throws `hub.…`, `data.hub_…` errors */
export async function findHubDataset(wish: DatasetWish, parts: Parts): Promise<HubRows> {
  const caches = listArrowCaches(wish.id, parts.world.environment);
  try {
    return await findFiles(wish, caches, parts);
  } catch (thrown) {
    if (!(thrown instanceof TunesmithError)) throw thrown;
    if (NO_HUB.includes(thrown.code)) return findPrepared(wish, caches, thrown, parts.print);
    if (!NO_ROWS.includes(thrown.code) || wish.revision !== undefined) throw thrown;
    return await findConverted(wish, caches, thrown, parts);
  }
}

async function findFiles(wish: DatasetWish, caches: readonly ArrowCache[], { print, world, signal }: Parts): Promise<HubRows> {
  const { id } = wish;
  let choice: HubChoice | undefined;
  let prepared: HubRows | undefined;
  let progress: Progress | undefined;
  try {
    const { commit, path, unchecked } = await resolveDataset(id, {
      revision: wish.revision,
      signal,
      environment: world.environment,
      fetch: world.fetch,
      choose({ commit, names, card }) {
        choice = chooseHubFiles(names, card === undefined ? NO_CARD : readHubCard(id, card, parseYaml), wish);
        const { config, splits } = choice;
        const cache = caches.find((one) => one.commit === commit && one.config === config && splits.every((split) => one.splits.some(({ name }) => name === split)));
        prepared = cache === undefined ? undefined : rowsOf(id, cache, splits);
        return prepared === undefined ? choice.files.map(({ name }) => name) : [];
      },
      onProgress({ file, doneBytes, totalBytes }) {
        progress ??= print.progress({ label: `downloading ${id}`, total: totalBytes, unit: "bytes", start: doneBytes });
        progress.update(doneBytes, file);
      },
    });
    if (choice === undefined) throw new Error("internal: a dataset was found and nothing of it chosen");
    progress?.finish("");
    if (unchecked !== undefined) print.warn(`${id} is read as the cache has it, commit ${commit.slice(0, 8)}: ${unchecked}`);
    if (wish.splits.length === 0) sayOthers(id, choice.splits, choice.otherSplits, print);
    const { config, splits, files, features, rows } = choice;
    return { ...(prepared ?? { id, commit, config, splits, features, files: files.map(({ name, split }) => ({ name, split, path: join(path, name) })) }), ...(rows !== undefined && { rows }) };
  } finally {
    progress?.finish("");
  }
}

/** The Hub converts most datasets that are not files of rows: those of scripts, archives, texts. */
async function findConverted(wish: DatasetWish, caches: readonly ArrowCache[], missing: TunesmithError, parts: Parts): Promise<HubRows> {
  try {
    const found = await findFiles({ ...wish, revision: CONVERTED }, caches, parts);
    parts.print.note(`${wish.id} has no files of these rows on main; the Hub's conversion to Parquet is read (${CONVERTED}).`);
    return found;
  } catch (thrown) {
    const isAbsent = thrown instanceof TunesmithError && ["hub.revision_not_found", "hub.dataset_not_found", "hub.offline", ...NO_ROWS].includes(thrown.code);
    throw isAbsent ? missing : thrown;
  }
}

/** What Python's `datasets` has loaded before, of the commit that is wanted, else of the one loaded last. */
function findPrepared({ id, config, splits: wanted, keepSplits, revision }: DatasetWish, caches: readonly ArrowCache[], unreachable: TunesmithError, print: Print): HubRows {
  const fitting = caches.filter((cache) => (revision === undefined || revision === cache.commit) && (config === undefined || config === cache.config));
  const [newest] = fitting;
  if (newest === undefined) throw unreachable;
  const { cache } = chooseConfig(id, fitting.filter(({ commit }) => commit === newest.commit).map((one) => ({ name: one.config, isDefault: one.config === "default", cache: one })), config);
  const names = cache.splits.map(({ name }) => name);
  const splits = chooseSplits(id, names, wanted, keepSplits);
  print.warn(`${id} is read as Python's datasets has it in its cache, config ${cache.config}, commit ${cache.commit.slice(0, 8)}: ${unreachable.message}`);
  if (wanted.length === 0) sayOthers(id, splits, names.filter((name) => !splits.includes(name)), print);
  return rowsOf(id, cache, splits);
}

function rowsOf(id: string, { commit, config, features, splits }: ArrowCache, wanted: readonly string[]): HubRows {
  const files = splits.filter(({ name }) => wanted.includes(name)).flatMap(({ name, paths }) => paths.map((path, shard) => ({ name: `${name}-${shard}.arrow`, path, split: name })));
  return { id, commit, config, splits: wanted, files, features };
}

function sayOthers(id: string, splits: readonly string[], others: readonly string[], print: Print): void {
  if (others.length > 0) print.note(`Of ${id} only ${splits.join(", ")} is read, it also has ${others.slice(0, 20).join(", ")}: name all splits you want with --dataset-split.`);
}
