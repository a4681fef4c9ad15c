// Tags with what they say. The API of the hub tells where a tag stands, not its message: that is in the tag's object, which git hands out. It is told that
// the tagged commits are here already, so that nothing but the tags comes (gitprotocol-pack, gitprotocol-http).
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withScratchDirectory } from "../../files/index.ts";
import { parseTag } from "../git/commit.ts";
import { createLineReader, encodeLine, FLUSH } from "../git/packet-line.ts";
import { readPack } from "../git/read-pack.ts";
import { createGitStore } from "../git/store.ts";
import type { Connection } from "../pull/request.ts";
import { deedOf, pagePath, type RepositoryAddress } from "./address.ts";
import { call } from "./call.ts";
import { answerStrange, type Deed } from "./errors.ts";

export interface HubTag {
  readonly name: string;
  readonly commit: string;
  /** Of an annotated tag, without the newline at its end. */
  readonly message?: string;
  /** When an annotated tag was made, ISO 8601, UTC. */
  readonly timestamp?: string;
}

/** A repository with more would not be one with versions. */
const MOST_TAGS = 10_000;
const LIMITS = { maxPackBytes: 64 << 20, maxObjectBytes: 1 << 20, maxObjects: 2 * MOST_TAGS, maxUnpackedBytes: 256 << 20 };

interface AdvertisedTag {
  readonly name: string;
  readonly id: string;
  /** The commit behind an annotated tag. */
  readonly peeled?: string;
}

/** Every tag of a repository, by name (touches the network, and a scratch directory). @throws `hub.…` errors, `git.pack_refused` */
export async function readTags(connection: Connection, address: RepositoryAddress): Promise<readonly HubTag[]> {
  const deed = deedOf(address, connection.endpoint, `read the tags of ${address.id}`);
  const advertised = await readAdvertisement(connection, address, deed);
  const annotated = advertised.filter(({ peeled }) => peeled !== undefined);
  const told = annotated.length === 0 ? new Map<string, Pick<HubTag, "message" | "timestamp">>() : await readObjects(connection, address, annotated, deed);
  return advertised.map(({ name, id, peeled }) => ({ name, commit: peeled ?? id, ...told.get(id) }));
}

/** `<id> refs/tags/v1.0`, and `<commit> refs/tags/v1.0^{}` after an annotated one. */
async function readAdvertisement(connection: Connection, address: RepositoryAddress, deed: Deed): Promise<readonly AdvertisedTag[]> {
  const response = await call(connection, { method: "GET", path: pagePath(address, ".git/info/refs?service=git-upload-pack") }, deed);
  const next = createLineReader(new Uint8Array(await response.arrayBuffer()));
  const tags = new Map<string, AdvertisedTag>();
  for (let line = next(); line !== "end"; line = next()) {
    const [, id = "", name, isPeeled] = (line === "flush" ? null : /^([0-9a-f]{40}) refs\/tags\/([^\0^\n]+)(\^\{\})?/.exec(line.text)) ?? [];
    if (name === undefined) continue;
    const standing = tags.get(name);
    tags.set(name, isPeeled === undefined ? { name, id } : { name, id: standing?.id ?? id, peeled: id });
    if (tags.size > MOST_TAGS) throw answerStrange(deed, `has more than ${MOST_TAGS} tags`);
  }
  return [...tags.values()];
}

async function readObjects(connection: Connection, address: RepositoryAddress, tags: readonly AdvertisedTag[], deed: Deed): Promise<ReadonlyMap<string, Pick<HubTag, "message" | "timestamp">>> {
  const wants = [...new Set(tags.map(({ id }) => id))].map((id) => encodeLine(`want ${id}\n`));
  const haves = [...new Set(tags.map(({ peeled }) => peeled!))].map((id) => encodeLine(`have ${id}\n`));
  const request = Buffer.concat([...wants, FLUSH, ...haves, encodeLine("done\n")]);
  const body = { type: "application/x-git-upload-pack-request", sizeBytes: request.byteLength, open: () => once(request) };
  const response = await call(connection, { method: "POST", path: pagePath(address, ".git/git-upload-pack"), body }, deed);
  return withScratchDirectory(join(tmpdir(), "tunesmith-tags"), async (scratch) => {
    const store = createGitStore(join(scratch, "git"));
    await readPack(store, packOf(response, deed), LIMITS);
    const told = new Map<string, Pick<HubTag, "message" | "timestamp">>();
    for (const { id } of tags) {
      if (!store.hasObject(id)) throw answerStrange(deed, "does not send the tags it has");
      const { message, tagger } = parseTag(store.readObject(id).bytes);
      told.set(id, { message: message.trimEnd(), ...(tagger !== undefined && { timestamp: new Date(1000 * tagger.seconds).toISOString() }) });
    }
    return told;
  });
}

/** What follows the lines `ACK …` or `NAK`. */
async function* packOf(response: Response, deed: Deed): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of response.body ?? []) {
    if (head === undefined) {
      yield piece as Uint8Array;
      continue;
    }
    head = Buffer.concat([head, piece as Uint8Array]);
    const start = packStart(head, deed);
    if (start === undefined) continue;
    yield head.subarray(start);
    head = undefined;
  }
}

function packStart(head: Buffer, deed: Deed): number | undefined {
  for (let at = 0; at + 4 <= head.length; ) {
    const digits = head.subarray(at, at + 4).toString("latin1");
    if (digits === "PACK") return at;
    const length = /^[0-9a-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    if (length === 0) at += 4;
    else if (length < 4 || Number.isNaN(length)) throw answerStrange(deed, "does not answer as git does");
    else at += length;
  }
  return undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
