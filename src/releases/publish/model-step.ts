// The files of a release in the repository of the model: what loads it at the root, the rest in folders, and the tag of the version.
import { join } from "node:path";
import type { ReleaseRecord } from "../../records/index.ts";
import { renderModelCard } from "../card/model-card.ts";
import type { CardPlace } from "../card/card-place.ts";
import { formOf } from "../card/model-head.ts";
import { tagTaken } from "../errors.ts";
import type { HubPort, RemoteFile } from "../hub-port.ts";
import { CARD_FILE, RELEASE_FILE, type Release } from "../places.ts";
import { findDifferences, textFile, type PublishedFile } from "./planned-file.ts";
import { commitOnHead } from "./put-files.ts";
import { readRemoteRelease } from "./remote-release.ts";
import type { Evidence, Step } from "./step.ts";
import { modelTagMessage } from "./tag-message.ts";

export interface ModelTarget {
  readonly id: string;
  readonly release: Release;
  /** With the version that its dataset has by now. */
  readonly record: ReleaseRecord;
  readonly private: boolean;
}

/** Where a file of a release goes: the folder that `from_pretrained` is to find lies at the root. */
export function publishedPath(path: string, record: Pick<ReleaseRecord, "files">): string {
  const root = formOf(record) === "transformers" ? "merged/" : "adapter/";
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** The content of a release; card and record are made from it. */
export function modelContent({ directory, record }: Release): readonly PublishedFile[] {
  return record.files.map(({ path, size_bytes, sha256 }) => ({ path: publishedPath(path, record), source: { file: join(directory, path) }, sizeBytes: size_bytes, sha256 }));
}

/** @param place where all is published; undefined while that is not known: the card cannot be made yet */
export function modelStep(hub: HubPort, { id, release, record, private: isPrivate }: ModelTarget, place: () => CardPlace | undefined): Step {
  const content = modelContent(release);
  const all = (known: CardPlace): readonly PublishedFile[] => [...content, textFile(CARD_FILE, renderModelCard(record, known)), textFile(RELEASE_FILE, `${JSON.stringify(record, null, 2)}\n`)];
  const found = (commit: string): Evidence => ({ commit, note: `${content.length + 2} files at ${commit.slice(0, 12)}` });
  const bytes = content.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    name: "model",
    place: id,
    title: `${record.name} ${record.version}, ${content.length + 2} files, ${bytes} bytes`,
    async find(known) {
      const tagged = await findTagged(hub, id, release);
      const where = place();
      if (tagged !== undefined) return found(tagged);
      const commit = known ?? (await hub.head("model", id));
      if (commit === undefined || where === undefined) return undefined;
      const remote = await hub.files("model", id, commit);
      const files = all(where);
      const differences = findDifferences(files, remote);
      const stale = known === null ? await staleFiles(hub, id, commit, remote, files) : [];
      return differences.length > 0 || stale.length > 0 ? undefined : found(commit);
    },
    async make() {
      await hub.createRepository("model", id, { private: isPrivate });
      const files = all(place()!);
      await commitOnHead(hub, { kind: "model", id }, { summary: `${record.name} ${record.version}`, description: modelTagMessage(record) }, async (remote, head) => {
        const lacking = new Set(findDifferences(files, remote).map(({ path }) => path));
        const stale = head === undefined ? [] : await staleFiles(hub, id, head, remote, files);
        return [...files.filter(({ path }) => lacking.has(path)).map(({ path, source }) => ({ path, source })), ...stale.map((path) => ({ path }))];
      });
    },
  };
}

/** @param commit the one that was found to hold the files */
export function modelTagStep(hub: HubPort, { id, release, record }: ModelTarget, commit: () => string): Step {
  return {
    name: "model_tag",
    place: id,
    title: `tag ${record.version}`,
    async find() {
      const there = await findTagged(hub, id, release);
      return there === undefined ? undefined : { commit: there, note: `${record.version} leads to ${there.slice(0, 12)}` };
    },
    make: () => hub.createTag("model", id, { name: record.version, commit: commit(), message: modelTagMessage(record) }),
  };
}

/** The commit of this version's tag; undefined when there is no such tag. @throws `releases.tag_taken` when it leads to other content, with both sides */
async function findTagged(hub: HubPort, id: string, release: Release): Promise<string | undefined> {
  const { version, digest } = release.record;
  const there = (await hub.tags("model", id)).get(version);
  if (there === undefined) return undefined;
  const remote = await hub.files("model", id, there);
  const differences = findDifferences(modelContent(release), remote);
  if (differences.length === 0) return there;
  const other = await readRemoteRelease(hub, id, there, remote);
  throw tagTaken(id, version, there, other === undefined ? "no release of ours" : `release ${other.digest.slice(0, 16)} of ${other.run.id}`, `release ${digest.slice(0, 16)} of ${release.record.run.id}`, differences);
}

/** What the release before brought and this one has not; what people added themselves stays. */
async function staleFiles(hub: HubPort, id: string, head: string, remote: ReadonlyMap<string, RemoteFile>, files: readonly PublishedFile[]): Promise<readonly string[]> {
  const before = await readRemoteRelease(hub, id, head, remote);
  const kept = new Set(files.map(({ path }) => path));
  return (before?.files ?? []).map(({ path }) => publishedPath(path, before!)).filter((path) => remote.has(path) && !kept.has(path));
}
