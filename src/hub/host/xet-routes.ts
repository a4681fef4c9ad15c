// Where clients of huggingface_hub 1.20 and newer send large files: chunks in xorbs, files as lists of chunks in shards
// (https://huggingface.co/docs/xet/api). What they know to be here they remember by this address, so the store's generation is in it.
import { TunesmithError } from "../../errors.ts";
import type { Route, RouteReply } from "../../route.ts";
import { resolveRevision } from "../git/revisions.ts";
import { grantXetAccess, requireXetToken, type XetClaims } from "../xet/token.ts";
import type { ShardEvent, XetStore } from "../xet/xet-store.ts";
import { mayRead, requireWriteToken } from "./caller.ts";
import { accessRestricted, revisionMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { KINDS } from "./repositories.ts";
import { hubRoute, isTrue, repositoryRoutes, type HubCall } from "./routing.ts";

const LASTS_SECONDS = 3600;
/** 64 MiB of chunks and what stands before each. */
const LARGEST_XORB_BYTES = 65 * 2 ** 20;
const LARGEST_SHARD_BYTES = 64 * 2 ** 20;

export function xetRoutes(host: Host, xet: XetStore): readonly Route[] {
  const seconds = () => Math.floor(host.now().getTime() / 1000);
  const requireWrite = ({ call }: HubCall): XetClaims => {
    const token = /^Bearer +(\S+)$/i.exec(call.headers["authorization"] ?? "")?.[1];
    return requireXetToken(host.record.secret, token, "write", seconds());
  };
  /** Takes a shard; from then on the repository that the token is for has its files. */
  const putShard = async function* (call: HubCall): AsyncGenerator<ShardEvent> {
    const [folder = "", ...id] = requireWrite(call).repository.split("/");
    for await (const event of xet.putShard(call.body)) {
      const found = event.type === "accepted" ? host.repositories.find(KINDS.find((kind) => `${kind}s` === folder)!, id.join("/")) : undefined;
      if (event.type === "accepted" && found !== undefined) for (const { sha256 } of event.files) host.possession.note(found.repository, sha256);
      yield event;
    }
  };
  return [
    ...(["write", "read"] as const).flatMap((scope) =>
      repositoryRoutes(host, { method: "GET", path: `/xet-${scope}-token/*`, summary: `A token to ${scope} large files with`, needs: "see" }, ({ call, caller, query, repository, rest }) => {
        if (scope === "write") requireWriteToken(caller);
        else if (!mayRead(host.accounts, repository.record, caller)) throw accessRestricted(repository);
        // A pull request that is still to be opened has no revision yet; clients put something else there.
        if (!isTrue(query, "create_pr") && resolveRevision(repository.git, rest) === undefined && `refs/heads/${rest}` !== repository.git.head()) throw revisionMissing(rest);
        const claims = { repository: `${repository.kind}s/${repository.id}`, scope, expires: seconds() + LASTS_SECONDS };
        const { body, headers } = grantXetAccess(call.origin, host.record.store_generation, host.record.secret, claims);
        return { json: body, headers };
      }),
    ),
    casRoute("GET", "/v1/chunks/:prefix/:hash", "Ask for chunks that are known; none are told", (call) => {
      requireWrite(call);
      return { json: { error: "No such chunk is known here" }, status: 404 };
    }),
    casRoute("POST", "/v1/xorbs/:prefix/:hash", "Store chunks", async (call) => {
      requireWrite(call);
      const sizeBytes = Number(call.call.headers["content-length"] ?? LARGEST_XORB_BYTES);
      host.requireRoom(sizeBytes);
      const isNew = await xet.putXorb(call.call.params["hash"] ?? "", call.body);
      if (isNew) host.noteStored(sizeBytes);
      return { json: { was_inserted: isNew } };
    }),
    casRoute("POST", "/v1/shards", "Store files made of chunks", async (call) => {
      for await (const event of putShard(call)) if (event.type === "accepted") return { json: { result: 1 } };
      throw new Error("internal: a shard was neither accepted nor refused");
    }),
    casRoute("POST", "/v2/shards", "Store files made of chunks, with progress", (call) => {
      requireWrite(call);
      return { stream: tellShard(putShard(call)), mediaType: "application/x-ndjson" };
    }),
    casRoute("POST", "/v1/telemetry", "Take measurements, which are not kept", () => ({ empty: true, status: 204 })),
  ];

  function casRoute(method: "GET" | "POST", path: string, summary: string, run: (call: HubCall) => RouteReply | Promise<RouteReply>): Route {
    return hubRoute(host, { method, path: `/cas/:generation${path}`, summary, limitBytes: path.includes("xorbs") ? LARGEST_XORB_BYTES : LARGEST_SHARD_BYTES, hasForeignTokens: true }, run);
  }
}

/**
 * One JSON document a line, so that the client sees that its large files are still being read. Kinds of events it does not know it passes over;
 * what goes wrong is an event, too.
 */
async function* tellShard(events: AsyncIterable<ShardEvent>): AsyncGenerator<Uint8Array> {
  const line = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value)}\n`);
  try {
    for await (const event of events) yield line(event.type === "accepted" ? { type: "result", result: 1 } : { type: "working", done: event.verifiedBytes, total: event.totalBytes });
  } catch (thrown) {
    if (!(thrown instanceof TunesmithError)) throw thrown;
    yield line({ type: "error", message: thrown.message, retryable: thrown.code === "large_file.disk_full" });
  }
}
