// What hosting costs: a large file to a hub and back, against the same file to the plainest server and back over the same loopback. The hub
// hashes, flushes and commits what it takes; the other one does nothing of the kind. Ratios are taken within a round; servers are processes
// of their own, the client is this one.
//
//   npx tsx bench/hub.ts [--size 2e9] [--rounds 3] [--xet] [--json FILE]
//
// --xet also uploads by Xet with @huggingface/hub, unmodified, and downloads what was stored that way.
import { fork } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { uploadFile } from "@huggingface/hub";
import { createFile, remove, writeJson } from "../src/files/index.ts";
import type { HubAnswer, HubWork } from "./hub-worker.ts";
import { formatMegabytes, formatSpread, formatTable, median } from "./print.ts";

const { values: flags } = parseArgs({ options: { size: { type: "string", default: "2e9" }, rounds: { type: "string", default: "3" }, xet: { type: "boolean", default: false }, json: { type: "string" } } });
const sizeBytes = Number(flags.size);
const TOKEN = "hf_bench_token";
const folder = join(tmpdir(), `tunesmith-bench-hub-${process.pid}`);

interface Server {
  readonly url: string;
  peakBytes(): Promise<number>;
  stop(): void;
}

async function startServer(work: HubWork): Promise<Server> {
  const child = fork(join(import.meta.dirname, "hub-worker.ts"), [], { execArgv: ["--import", "tsx"] });
  const ask = (message: HubWork | "peak") =>
    new Promise<HubAnswer>((resolve, reject) => {
      const died = (code: number | null) => reject(new Error(`the ${work.kind} server ended with ${code}`));
      child.once("exit", died);
      child.once("message", (answer) => {
        child.off("exit", died);
        resolve(answer as HubAnswer);
      });
      child.send(message);
    });
  const { url } = await ask(work);
  return { url, peakBytes: async () => (await ask("peak")).peakBytes, stop: () => void child.kill() };
}

/** A file of random bytes, and its digest. */
function makeFile(path: string): string {
  const file = createFile(path);
  const hash = createHash("sha256");
  const piece = new Uint8Array(1 << 20);
  for (let left = sizeBytes; left > 0; left -= piece.byteLength) {
    const bytes = randomFillSync(piece).subarray(0, Math.min(left, piece.byteLength));
    hash.update(bytes);
    file.write(bytes);
  }
  file.commit();
  return hash.digest("hex");
}

function put(url: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "PUT", headers: { "content-length": sizeBytes } }, (answer) => {
      answer.resume().on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`PUT answers ${answer.statusCode}`))));
    });
    pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), call).catch(reject);
  });
}

function get(url: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { authorization: `Bearer ${TOKEN}` } }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`GET answers ${answer.statusCode}`));
      pipeline(answer, createWriteStream(path, { highWaterMark: 1 << 20 })).then(resolve, reject);
    }).end();
  });
}

async function ask(url: string, body: unknown): Promise<{ readonly objects?: readonly { readonly actions?: { readonly upload: { readonly href: string } } }[] }> {
  const answer = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${TOKEN}` }, body: typeof body === "string" ? body : JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return answer.json() as Promise<never>;
}

/** Batch, content, commit: what a client without Xet does. */
async function uploadToHub(url: string, name: string, oid: string, path: string): Promise<void> {
  const { objects } = await ask(`${url}/bench/${name}.git/info/lfs/objects/batch`, { operation: "upload", transfers: ["basic"], objects: [{ oid, size: sizeBytes }] });
  const href = objects?.[0]?.actions?.upload.href;
  if (href === undefined) throw new Error("the hub has the file already");
  await put(href, path);
  const lines = [{ key: "header", value: { summary: "bench", description: "" } }, { key: "lfsFile", value: { path: "model.safetensors", algo: "sha256", oid, size: sizeBytes } }];
  await ask(`${url}/api/models/bench/${name}/commit/main`, lines.map((line) => JSON.stringify(line)).join("\n"));
}

async function megabytesPerSecond(act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await act();
  return sizeBytes / 1e3 / (performance.now() - start);
}

const NAMES = ["upload, plain server", "upload, hub", "download, plain server", "download, hub", ...(flags.xet ? ["upload by Xet, hub", "download of that, hub"] : [])] as const;
const speeds = new Map<string, number[]>(NAMES.map((name) => [name, []]));
const peaks = new Map<string, number[]>();
const ratios = new Map<string, number[]>();
const add = (to: Map<string, number[]>, name: string, value: number) => to.set(name, [...(to.get(name) ?? []), value]);

try {
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    const [source, copy] = [join(folder, "source"), join(folder, "copy")];
    const oid = makeFile(source);
    const [plain, hub] = [await startServer({ kind: "static", directory: join(folder, "static"), token: TOKEN }), await startServer({ kind: "hub", directory: join(folder, "hub"), token: TOKEN })];
    const idleBytes = await hub.peakBytes();
    const measure = async (name: (typeof NAMES)[number], against: string, act: () => Promise<void>) => {
      const speed = await megabytesPerSecond(act);
      add(speeds, name, speed);
      if (name !== against) add(ratios, name, speed / speeds.get(against)!.at(-1)!);
    };
    for (const name of ["lfs", "xet"]) await ask(`${hub.url}/api/repos/create`, { name, type: "model" });
    await measure("upload, plain server", "upload, plain server", () => put(`${plain.url}/file`, source));
    await measure("upload, hub", "upload, plain server", () => uploadToHub(hub.url, "lfs", oid, source));
    await measure("download, plain server", "download, plain server", () => get(`${plain.url}/file`, copy));
    await measure("download, hub", "download, plain server", () => get(`${hub.url}/bench/lfs/resolve/main/model.safetensors`, copy));
    add(peaks, "hub, above idle", (await hub.peakBytes()) - idleBytes);
    if (flags.xet) {
      const other = makeFile(source);
      await measure("upload by Xet, hub", "upload, plain server", async () => {
        await uploadFile({ repo: { type: "model", name: "bench/xet" }, hubUrl: hub.url, accessToken: TOKEN, file: { path: "model.safetensors", content: pathToFileURL(source) as never }, useXet: true });
      });
      await measure("download of that, hub", "download, plain server", () => get(`${hub.url}/bench/xet/resolve/main/model.safetensors`, copy));
      const hash = createHash("sha256");
      await pipeline(createReadStream(copy), hash);
      if (hash.digest("hex") !== other) throw new Error("what came back is not what was sent");
      add(peaks, "hub with Xet, above idle", (await hub.peakBytes()) - idleBytes);
    }
    for (const server of [plain, hub]) server.stop();
    remove(folder);
  }
  console.log(`${formatMegabytes(sizeBytes)}, ${flags.rounds} rounds: median (smallest–largest)\n`);
  console.log(formatTable(["", "MB/s", "of the plain server"], NAMES.map((name) => [name, formatSpread(speeds.get(name)!), ratios.has(name) ? formatSpread(ratios.get(name)!, 2) : ""])));
  for (const [name, bytes] of peaks) console.log(`\nmemory of the ${name}: ${formatMegabytes(median(bytes))}`);
  if (flags.json !== undefined) writeJson(flags.json, { size_bytes: sizeBytes, mb_per_s: Object.fromEntries(speeds), of_plain: Object.fromEntries(ratios), peak_bytes: Object.fromEntries(peaks) });
} finally {
  remove(folder);
}
process.exit(0);
