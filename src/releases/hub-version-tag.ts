// A version tag on a repository that anybody filled: the library's counterpart of seed 001's create_hf_version_tag, which never says yes to a tag
// that leads elsewhere.
import { digestJson } from "../files/index.ts";
import { formatTagMessage, formatVersion, parseVersion } from "../runs/index.ts";
import { releaseVersionInvalid, stepNotVerified, tagTaken } from "./errors.ts";
import type { HubPort, RepositoryKind } from "./hub-port.ts";
import { tagFacts } from "./publish/tag-message.ts";

export interface HubVersionTagOptions {
  readonly hub: HubPort;
  /** `owner/name`. */
  readonly repository: string;
  /** Default `model`. */
  readonly kind?: RepositoryKind;
  /** `v1.2`, `1.2`. */
  readonly version: string;
  /** The commit to tag. Default: the head of `main`. */
  readonly commit?: string;
  /** Scores by name, or `{ overall: … }`. */
  readonly metrics?: Readonly<Record<string, unknown>>;
  /** Its digest stands in the message; `sample_size`, else `train_size`, as `samples`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface HubVersionTag {
  readonly tag: string;
  readonly commit: string;
  readonly message: string;
  /** `existing`: the tag led to this very commit before. */
  readonly status: "created" | "existing";
}

/** Tags a commit as a version, with scores and the digest of the settings in the message. @throws `releases.tag_taken`, `releases.not_verified`, `releases.version_invalid`, `hub.*` */
export async function createHubVersionTag(options: HubVersionTagOptions): Promise<HubVersionTag> {
  const { hub, repository, kind = "model", version, metrics = {}, config = {} } = options;
  const parsed = parseVersion(version);
  if (parsed === undefined) throw releaseVersionInvalid(version);
  const tag = formatVersion(parsed);
  const commit = options.commit ?? (await hub.head(kind, repository));
  if (commit === undefined) throw stepNotVerified(`tag ${tag}`, repository);
  const overall = (metrics["overall"] ?? metrics) as Readonly<Record<string, unknown>>;
  const scores = Object.fromEntries(Object.entries(overall).filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  const samples = [config["sample_size"], config["train_size"]].find((count) => typeof count === "number");
  const message = `${formatTagMessage(tag, tagFacts(scores, samples))}${options.config === undefined ? "" : `\n\nconfig sha256:${digestJson(config)}`}`;
  const before = (await hub.tags(kind, repository)).get(tag);
  if (before !== undefined && before !== commit) throw tagTaken(repository, tag, before, `commit ${before.slice(0, 12)}`, `commit ${commit.slice(0, 12)}`, []);
  if (before === undefined) await hub.createTag(kind, repository, { name: tag, commit, message });
  const after = (await hub.tags(kind, repository)).get(tag);
  if (after !== commit) throw stepNotVerified(`tag ${tag}`, repository);
  return { tag, commit, message, status: before === undefined ? "created" : "existing" };
}
