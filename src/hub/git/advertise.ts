// What a server says first: its references, and what it can do (git, Documentation/gitprotocol-http and -pack, version 0; a client that asks
// for version 2 takes this answer for "no").
import { parseTag } from "./commit.ts";
import { NO_OBJECT } from "./object.ts";
import { encodeLine, FLUSH } from "./packet-line.ts";
import type { GitStore } from "./store.ts";

export type GitService = "git-upload-pack" | "git-receive-pack";

const AGENT = "object-format=sha1 agent=tunesmith";

/** The body of `GET …/info/refs?service=…`, of media type `application/x-<service>-advertisement`. */
export function advertiseRefs(store: GitStore, service: GitService): Uint8Array {
  const refs = store.refs.list();
  const head = store.refs.read(store.head());
  const lines =
    service === "git-upload-pack"
      ? [...(head === undefined ? [] : [`${head} HEAD`]), ...refs.flatMap(({ name, id }) => [`${id} ${name}`, ...peeled(store, name, id)])]
      : refs.map(({ name, id }) => `${id} ${name}`);
  const symbolic = head === undefined ? "" : `symref=HEAD:${store.head()} `;
  const capabilities =
    service === "git-upload-pack"
      ? `multi_ack multi_ack_detailed no-done thin-pack side-band side-band-64k ofs-delta shallow deepen-relative no-progress include-tag allow-tip-sha1-in-want allow-reachable-sha1-in-want ${symbolic}${AGENT}`
      : `report-status delete-refs side-band-64k quiet atomic ofs-delta ${AGENT}`;
  const [first = `${NO_OBJECT} capabilities^{}`, ...others] = lines;
  return Buffer.concat([encodeLine(`# service=${service}\n`), FLUSH, encodeLine(`${first}\0${capabilities}\n`), ...others.map((line) => encodeLine(`${line}\n`)), FLUSH]);
}

/** What an annotated tag stands for, so that a client knows which tags belong to what it fetches. */
function peeled(store: GitStore, name: string, id: string): readonly string[] {
  let place = id;
  for (let depth = 0; depth < 10 && store.objectType(place) === "tag"; depth++) place = parseTag(store.readObject(place).bytes).object;
  return place === id ? [] : [`${place} ${name}^{}`];
}
