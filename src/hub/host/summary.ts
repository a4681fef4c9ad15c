// What is known of a repository at one commit: read once, kept as long as there is room.
import { readCommit } from "../git/history.ts";
import { findEntry, listTree, type PathEntry } from "../git/paths.ts";
import type { GitStore } from "../git/store.ts";
import { resolveRevision } from "../git/revisions.ts";
import { describe, readCard, type CardData, type Described } from "./card.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";

export interface Summary extends Described {
  readonly commit: string;
  readonly committedAt: number;
  readonly files: readonly PathEntry[];
  readonly card?: CardData;
  /** What config.json says, of a model. */
  readonly config?: Readonly<Record<string, unknown>>;
}

const summaries = new Map<string, Summary>();
const MOST_SUMMARIES = 2000;
/** A card or config above it is not read. */
const LARGEST_TEXT = 1 << 20;

/** @throws `git.object_missing` */
export function summarize(host: Pick<Host, "parseYaml">, { record, git, kind }: Repository, commit: string): Summary {
  const key = `${record.id} ${commit}`;
  const cached = summaries.get(key);
  if (cached !== undefined) return cached;
  const files = listTree(git, commit, "", { recursive: true }).filter(({ type }) => type === "blob");
  const readme = readSmall(git, commit, "README.md");
  const read = readme === undefined ? undefined : readCard(readme, host.parseYaml);
  const card = read !== undefined && "data" in read ? read.data : undefined;
  const config = kind === "model" ? readConfig(git, commit) : undefined;
  const summary: Summary = {
    commit,
    committedAt: readCommit(git, commit).committer.seconds,
    files,
    ...(card === undefined ? {} : { card }),
    ...(config === undefined ? {} : { config }),
    ...describe(kind, card, files.map(({ path }) => path), typeof config?.["model_type"] === "string" ? config["model_type"] : undefined),
  };
  if (summaries.size >= MOST_SUMMARIES) summaries.delete(summaries.keys().next().value!);
  summaries.set(key, summary);
  return summary;
}

/** At the branch that is shown first; undefined when there is no commit yet, or it is damaged. */
export function summarizeHead(host: Pick<Host, "parseYaml">, repository: Repository): Summary | undefined {
  const head = resolveRevision(repository.git, "HEAD");
  return head && summarize(host, repository, head.commit);
}

/** A small text file of a commit; undefined when it is not there, large, or a pointer. */
export function readSmall(git: GitStore, commit: string, path: string): string | undefined {
  const entry = findEntry(git, commit, path);
  if (entry === undefined || (entry.mode !== "100644" && entry.mode !== "100755")) return undefined;
  const { blobBytes, pointer } = fileFacts(git, entry.id);
  if (pointer !== undefined || blobBytes > LARGEST_TEXT) return undefined;
  return Buffer.from(git.readObject(entry.id).bytes).toString("utf8");
}

function readConfig(git: GitStore, commit: string): Readonly<Record<string, unknown>> | undefined {
  const text = readSmall(git, commit, "config.json");
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
