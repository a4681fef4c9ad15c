// One server of bench/hub.ts: a hub, or the plainest server that takes and gives files. The first message says which; later ones ask for its memory.
import { createReadStream, createWriteStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseYaml } from "../src/config/index.ts";
import { ensureDirectory } from "../src/files/index.ts";
import { listen } from "../src/http/index.ts";
import { hostRoutes, newHubId, openHost } from "../src/hub/index.ts";

export interface HubWork {
  readonly kind: "hub" | "static";
  readonly directory: string;
  /** Of the first user of a hub. */
  readonly token: string;
}

export interface HubAnswer {
  readonly url: string;
  /** The most memory this process has had, in bytes. */
  readonly peakBytes: number;
}

let url = "";
process.on("message", (message: HubWork | "peak") => {
  void (async () => {
    if (message !== "peak") url = message.kind === "hub" ? await serveHub(message) : await serveStatic(message.directory);
    process.send?.({ url, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies HubAnswer);
  })();
});

// Whoever asked is gone.
process.on("disconnect", () => process.exit());

async function serveHub({ directory, token }: HubWork): Promise<string> {
  const host = openHost(directory, { now: () => new Date(), newId: newHubId, parseYaml });
  await host.accounts.add({ name: "bench", type: "user" });
  await host.accounts.addToken({ user: "bench", name: "bench", role: "write", secret: token });
  const server = await listen({ routes: hostRoutes(host), port: 0, title: "hub", version: "0", requestTimeoutMs: 0 });
  return server.url;
}

/** `PUT /name` writes a file, `GET /name` sends it: no digest, no flush, no rename. */
async function serveStatic(directory: string): Promise<string> {
  ensureDirectory(directory);
  const server = createServer((request, response) => {
    const path = join(directory, (request.url ?? "/").slice(1));
    if (request.method === "PUT") void pipeline(request, createWriteStream(path)).then(() => response.end());
    else void pipeline(createReadStream(path), response);
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
