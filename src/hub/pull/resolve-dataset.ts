// From the id of a dataset to the files of it that are wanted. Other than with a model nobody can tell from a snapshot whether it holds all of a
// dataset, and a branch grows while people work: so the hub is asked which files there are, and the cache is believed where it cannot answer.
import { join } from "node:path";
import { TunesmithError } from "../../errors.ts";
import { isDirectory, isFile, readJson, readText, walk, writeJson } from "../../files/index.ts";
import { COMMIT, findCommit, repositoryCache, writeRef, type RepositoryCache } from "./cache.ts";
import { connect, type HubOptions } from "./connect.ts";
import { answerUnusable, offlineAndMissing, type Question } from "../errors.ts";
import { fetchFiles } from "./fetch-files.ts";
import { readListing, readRemoteFile, type RemoteFile, type RepositoryListing } from "./metadata.ts";
import { parseDatasetId, requireRevision, requireSafeName } from "./reference.ts";
import type { Connection } from "./request.ts";
import { findHubCache, isOffline } from "../settings.ts";

/** A repository of which nothing but its names and its card is known yet. */
export interface DatasetContents {
  readonly commit: string;
  readonly names: readonly string[];
  /** The text of README.md, where there is one. */
  readonly card?: string;
}

export interface ResolveDatasetOptions extends HubOptions {
  /** Says which files are wanted. Asked once for each state of the repository that is looked at; what it throws is passed on. */
  readonly choose: (contents: DatasetContents) => readonly string[];
}

export interface ResolvedDataset {
  readonly id: string;
  readonly revision: string;
  readonly commit: string;
  /** The directory under which the chosen names stand. */
  readonly path: string;
  readonly source: "cache" | "download";
  /** Why nobody could say whether the cache is up to date and complete; undefined when it is. */
  readonly unchecked?: string;
}

const CARD = "README.md";
/** No card is as large; a larger one would only be there to fill the memory. */
const MOST_CARD_BYTES = 32 << 20;
/** With something in the cache to fall back on, a hub that does not answer is not waited for. */
const HURRIED_ATTEMPTS = 2;
const NO_ANSWER: readonly string[] = ["hub.unreachable", "hub.unavailable", "hub.rate_limited"];

/**
 * Gets the wanted files of a dataset into the cache shared with Python (touches network and disk). A commit that was listed before, and HF_HUB_OFFLINE,
 * ask nothing of the network. @throws `hub.…` errors, `files.disk_too_small` before the first byte, and what `choose` throws
 */
export async function resolveDataset(id: string, options: ResolveDatasetOptions): Promise<ResolvedDataset> {
  parseDatasetId(id);
  const { revision = "main", environment = process.env } = options;
  requireRevision(revision);
  const cache = options.cacheDir ?? findHubCache(environment);
  const repository = repositoryCache(cache, id, "dataset");
  const wanted: Wanted = { id, revision, repository, choose: options.choose };
  const commit = findCommit(repository, revision);
  const isListed = commit !== undefined && isFile(repository.listing(commit));
  if (commit !== undefined && (isOffline(environment) || (isListed && COMMIT.test(revision)))) {
    const found = findInCache(wanted, commit, "HF_HUB_OFFLINE is set");
    if (found !== undefined) return COMMIT.test(revision) && isListed ? { ...found, unchecked: undefined } : found;
  }
  if (isOffline(environment)) throw offlineAndMissing(id, cache);

  const connection = connect(environment, options);
  const question: Question = { kind: "dataset", id, revision, endpoint: connection.endpoint, hasToken: connection.token !== undefined };
  let listing: RepositoryListing;
  try {
    listing = await readListing(commit === undefined ? connection : { ...connection, attempts: HURRIED_ATTEMPTS }, question);
  } catch (thrown) {
    if (commit === undefined || !(thrown instanceof TunesmithError) || !NO_ANSWER.includes(thrown.code)) throw thrown;
    const found = findInCache(wanted, commit, thrown.message);
    if (found === undefined) throw thrown;
    return found;
  }
  return download(connection, question, wanted, listing, options.onProgress);
}

interface Wanted {
  readonly id: string;
  readonly revision: string;
  readonly repository: RepositoryCache;
  readonly choose: ResolveDatasetOptions["choose"];
}

async function download(connection: Connection, question: Question, { id, revision, repository, choose }: Wanted, { commit, names, known }: RepositoryListing, onProgress: HubOptions["onProgress"]): Promise<ResolvedDataset> {
  const path = repository.snapshot(commit);
  const listed = new Set(names);
  const get = async (wanted: readonly string[], onBytes?: HubOptions["onProgress"]): Promise<number> => {
    const files: RemoteFile[] = [];
    for (const name of wanted) {
      if (!listed.has(name)) throw new Error(`internal: ${name} was chosen and is not listed`);
      requireSafeName(id, name);
      if (isFile(join(path, name))) continue;
      files.push(known.get(name) ?? (await readRemoteFile(connection, question, commit, name)));
    }
    if (wanted[0] === CARD && files.some(({ sizeBytes }) => sizeBytes > MOST_CARD_BYTES)) throw answerUnusable(question, `has a README.md of more than ${MOST_CARD_BYTES} bytes`);
    await fetchFiles({ connection, question, repository, commit, files, onProgress: onBytes });
    return files.length;
  };
  if (listed.has(CARD)) await get([CARD]);
  const fetched = await get(choose({ commit, names, ...readCard(path, names) }), onProgress);
  writeJson(repository.listing(commit), names);
  if (isDirectory(path)) writeRef(repository, revision, commit);
  return { id, revision, commit, path, source: fetched === 0 ? "cache" : "download" };
}

/** What the cache holds of a commit, if that is all that is wanted, as far as can be told. */
function findInCache({ id, revision, repository, choose }: Wanted, commit: string, why: string): ResolvedDataset | undefined {
  const path = repository.snapshot(commit);
  const listed = isFile(repository.listing(commit)) ? readNames(repository.listing(commit)) : undefined;
  const names = listed ?? [...walk(path)].map((name) => name.replaceAll("\\", "/"));
  let wanted: readonly string[];
  try {
    wanted = choose({ commit, names, ...readCard(path, names) });
  } catch (thrown) {
    if (listed === undefined && thrown instanceof TunesmithError) return undefined;
    throw thrown;
  }
  if (!wanted.every((name) => isFile(join(path, name))) || lacksShards(wanted)) return undefined;
  const unchecked = listed === undefined ? `${why}, and the cache does not say whether it holds all files` : why;
  return { id, revision, commit, path, source: "cache", unchecked };
}

function readCard(path: string, names: readonly string[]): { readonly card?: string } {
  return names.includes(CARD) && isFile(join(path, CARD)) ? { card: readText(join(path, CARD)) } : {};
}

function readNames(path: string): readonly string[] | undefined {
  const names = readJson(path);
  return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
}

/** `train-00000-of-00003.parquet` without its two neighbours. */
function lacksShards(names: readonly string[]): boolean {
  const found = new Map<string, { readonly numbers: Set<number>; readonly total: number }>();
  for (const name of names) {
    const [, before, number, total, after] = /^(.*?)(\d{5})-of-(\d{5})(.*)$/.exec(name) ?? [];
    if (before === undefined) continue;
    const key = `${before}*${total}${/\.\w+$/.exec(after!)?.[0] ?? ""}`;
    const entry = found.get(key) ?? { numbers: new Set<number>(), total: Number(total) };
    found.set(key, entry);
    entry.numbers.add(Number(number));
  }
  return [...found.values()].some(({ numbers, total }) => numbers.size < total);
}
