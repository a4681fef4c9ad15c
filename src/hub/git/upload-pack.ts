// The server's side of a fetch over HTTP: every request says again all that was agreed, so nothing is remembered between two of them.
import { TunesmithError } from "../../errors.ts";
import { readCommit, walkCommits } from "./history.ts";
import { encodeBand, encodeLine, FLUSH, MAX_LINE_BYTES } from "./packet-line.ts";
import { walkObjects, type ReachOptions } from "./reachable.ts";
import { peelToCommit } from "./revisions.ts";
import { cutAtDepth, type ShallowCut } from "./shallow.ts";
import type { GitStore } from "./store.ts";
import { parseUploadRequest, type UploadRequest } from "./upload-request.ts";
import { writePack } from "./write-pack.ts";

/**
 * Answers `POST …/git-upload-pack`; the media type is `application/x-git-upload-pack-result`. What the client may not have is said in the
 * answer, as git does.
 * @param body already decoded where it came compressed
 * @throws `git.request_invalid` at once
 */
export function uploadPack(store: GitStore, body: Uint8Array): AsyncGenerator<Uint8Array> {
  return answer(store, parseUploadRequest(body));
}

async function* answer(store: GitStore, request: UploadRequest): AsyncGenerator<Uint8Array> {
  if (request.wants.length === 0) return;
  const strange = findStrangeWant(store, request.wants);
  if (strange !== undefined) return yield encodeLine(`ERR upload-pack: not our ref ${strange}`);
  const cut = planCut(store, request);
  if (cut !== undefined) yield Buffer.concat([...cut.shallow.map((id) => encodeLine(`shallow ${id}`)), ...cut.unshallow.map((id) => encodeLine(`unshallow ${id}`)), FLUSH]);
  if (!request.isNegotiating) return;
  const common = request.haves.filter((id) => store.hasObject(id));
  const { lines, sendsPack } = acknowledge(store, request, common);
  yield Buffer.concat(lines.map(encodeLine));
  if (sendsPack) yield* sendPack(store, request, common, cut);
}

/** Depth counts from the wants, or where the client says so (`git fetch --deepen`) from where its history ends now. */
function planCut(store: GitStore, { wants, shallow, depth, capabilities }: UploadRequest): ShallowCut | undefined {
  if (depth === undefined) return undefined;
  if (!capabilities.has("deepen-relative")) return cutAtDepth(store, wants, depth, shallow);
  return cutAtDepth(store, [...shallow].filter((id) => store.hasObject(id)), depth + 1, shallow);
}

/** A want must be a reference or reachable from one: others may be left from what was deleted or never accepted. */
function findStrangeWant(store: GitStore, wants: readonly string[]): string | undefined {
  const tips = new Set(store.refs.list().map(({ id }) => id));
  const others = wants.filter((id) => !tips.has(id));
  if (others.length === 0) return undefined;
  const missing = others.find((id) => !store.hasObject(id) || store.objectType(id) !== "commit");
  if (missing !== undefined) return missing;
  const open = new Set(others);
  const starts = [...tips].flatMap((tip) => peelToCommit(store, tip) ?? []);
  for (const { id } of walkCommits(store, starts)) if (open.delete(id) && open.size === 0) return undefined;
  return open.values().next().value;
}

interface Acknowledgement {
  readonly lines: readonly string[];
  readonly sendsPack: boolean;
}

/** The three dialects of agreeing on what both have: "multi_ack_detailed", "multi_ack", and neither. */
function acknowledge(store: GitStore, { capabilities, wants, isDone }: UploadRequest, common: readonly string[]): Acknowledgement {
  const isDetailed = capabilities.has("multi_ack_detailed");
  const isMulti = isDetailed || capabilities.has("multi_ack");
  const last = common.at(-1);
  if (last === undefined) return { lines: ["NAK\n"], sendsPack: isDone };
  if (!isMulti) return { lines: [`ACK ${common[0]}\n`], sendsPack: isDone };
  const lines = common.map((id) => `ACK ${id} ${isDetailed ? "common" : "continue"}\n`);
  if (isDone) return { lines: [...lines, `ACK ${last}\n`], sendsPack: true };
  if (!isDetailed || !haveEnough(store, wants, common)) return { lines: [...lines, "NAK\n"], sendsPack: false };
  const ready = [...lines, `ACK ${last} ready\n`, "NAK\n"];
  return capabilities.has("no-done") ? { lines: [...ready, `ACK ${last}\n`], sendsPack: true } : { lines: ready, sendsPack: false };
}

/** Looking further costs more than the few objects too many that the client may be sent. */
const MOST_LOOKED_AT = 20_000;

/** Whether every want is found to stand on something that both have: then more questions would save little. */
function haveEnough(store: GitStore, wants: readonly string[], common: readonly string[]): boolean {
  const known = new Set(common.flatMap((id) => peelToCommit(store, id) ?? []));
  let left = MOST_LOOKED_AT;
  return wants.every((want) => {
    const commit = peelToCommit(store, want);
    if (commit === undefined) return true;
    for (const { id } of walkCommits(store, commit)) {
      if (known.has(id)) return true;
      if (--left < 0) return false;
    }
    return false;
  });
}

async function* sendPack(store: GitStore, request: UploadRequest, common: readonly string[], cut: ShallowCut | undefined): AsyncGenerator<Uint8Array> {
  const { capabilities } = request;
  const ids = selectObjects(store, request, common, cut);
  const lineBytes = capabilities.has("side-band-64k") ? MAX_LINE_BYTES : capabilities.has("side-band") ? 1000 : undefined;
  const pack = writePack(store, ids);
  if (lineBytes === undefined) return yield* pack;
  if (!capabilities.has("no-progress")) yield* encodeBand(2, Buffer.from(`Sending ${ids.length.toLocaleString("en-US")} objects\n`), lineBytes);
  try {
    for await (const piece of pack) yield Buffer.concat([...encodeBand(1, piece, lineBytes)]);
  } catch (cause) {
    yield* encodeBand(3, Buffer.from(`${cause instanceof TunesmithError ? cause.message : "the repository cannot be read"}\n`), lineBytes);
    throw cause;
  }
  yield FLUSH;
}

/** What the client lacks; the parents of commits that it had without them count as wanted. */
function selectObjects(store: GitStore, { wants, shallow, capabilities }: UploadRequest, common: readonly string[], cut: ShallowCut | undefined): readonly string[] {
  const deeper = cut?.unshallow.flatMap((id) => readCommit(store, id).parents) ?? [];
  const after = new Set([...shallow, ...(cut?.shallow ?? [])].filter((id) => cut?.unshallow.includes(id) !== true));
  const options: ReachOptions = { theirShallow: shallow, shallow: after };
  const ids = new Set<string>();
  for (const { id } of walkObjects(store, [...wants, ...deeper], common, options)) ids.add(id);
  if (capabilities.has("include-tag")) for (const id of findTags(store, ids)) ids.add(id);
  return [...ids];
}

/** Annotated tags of what is sent. */
function findTags(store: GitStore, sent: ReadonlySet<string>): readonly string[] {
  return store.refs.list("refs/tags/").flatMap(({ id }) => {
    if (sent.has(id) || store.objectType(id) !== "tag") return [];
    const commit = peelToCommit(store, id);
    return commit !== undefined && sent.has(commit) ? [id] : [];
  });
}
