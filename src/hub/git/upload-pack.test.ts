import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { golden, writePackedRepository } from "../../../test/fixtures/git/golden.ts";
import { advertiseRefs } from "./advertise.ts";
import { encodeCommit } from "./commit.ts";
import { logCommits, readCommit } from "./history.ts";
import { EMPTY_TREE } from "./object.ts";
import { createLineReader, encodeLine, FLUSH } from "./packet-line.ts";
import { readPack } from "./read-pack.ts";
import { createGitStore, openGitStore, type GitStore } from "./store.ts";
import { uploadPack } from "./upload-pack.ts";

let place: string;
let store: GitStore;
let count = 0;
const main = golden.refs["refs/heads/main"]!;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "tunesmith-upload-"));
  store = openGitStore(writePackedRepository(join(place, "golden")));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const request = (...lines: readonly (string | "flush")[]) => Buffer.concat(lines.map((line) => (line === "flush" ? FLUSH : encodeLine(`${line}\n`))));
const BAND = "side-band-64k no-progress ofs-delta";

/** The lines of an answer up to the pack, and the pack. */
async function ask(body: Uint8Array): Promise<{ readonly lines: readonly string[]; readonly pack: Uint8Array }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of uploadPack(store, body)) pieces.push(piece);
  const answer = Buffer.concat(pieces);
  const lines: string[] = [];
  const pack: Uint8Array[] = [];
  for (let at = 0; at < answer.length; ) {
    const length = Number.parseInt(answer.toString("latin1", at, at + 4), 16);
    const payload = answer.subarray(at + 4, at + Math.max(4, length));
    if (length === 0) lines.push("flush");
    else if (payload[0] === 1) pack.push(payload.subarray(1));
    else lines.push(payload.toString().trimEnd());
    at += Math.max(4, length);
  }
  return { lines, pack: Buffer.concat(pack) };
}

async function unpack(pack: Uint8Array, into = createGitStore(join(place, String(++count)))): Promise<GitStore> {
  await readPack(into, (async function* () { yield pack; })());
  return into;
}

it("says which references there are, what tags stand for, and what it can do", () => {
  const next = createLineReader(advertiseRefs(store, "git-upload-pack"));
  const lines: string[] = [];
  for (let line = next(); line !== "end"; line = next()) lines.push(line === "flush" ? "flush" : line.text);
  expect(lines.slice(0, 2)).toEqual(["# service=git-upload-pack", "flush"]);
  expect(lines[2]).toMatch(new RegExp(`^${main} HEAD\0multi_ack .*symref=HEAD:refs/heads/main .*object-format=sha1`));
  expect(lines.slice(3)).toEqual([
    ...Object.entries(golden.refs).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, id]) => [`${id} ${name}`, ...(/v1|of-tag/.test(name) ? [`${golden.peeled["v1.0"]} ${name}^{}`] : [])]),
    "flush",
  ]);
  const empty = Buffer.from(advertiseRefs(createGitStore(join(place, "empty")), "git-receive-pack")).toString();
  expect(empty).toMatch(/^001f# service=git-receive-pack\n0000[0-9a-f]{4}0{40} capabilities\^\{\}\0report-status delete-refs .*atomic.*\n0000$/);
});

it("gives a clone everything", async () => {
  const { lines, pack } = await ask(request(...Object.values(golden.refs).map((id, index) => `want ${id}${index === 0 ? ` multi_ack_detailed no-done ${BAND}` : ""}`), "flush", "done"));
  expect(lines).toEqual(["NAK", "flush"]);
  const clone = await unpack(pack);
  for (const id of Object.keys(golden.objects)) expect(clone.hasObject(id)).toBe(true);
});

it("gives a fetch what is new, and annotated tags of it where asked", async () => {
  const { lines, pack } = await ask(request(`want ${main} multi_ack_detailed no-done include-tag ${BAND}`, "flush", `have ${"1".repeat(40)}`, `have ${golden.thin_old}`, "flush"));
  expect(lines).toEqual([`ACK ${golden.thin_old} common`, `ACK ${golden.thin_old} ready`, "NAK", `ACK ${golden.thin_old}`, "flush"]);
  const fetched = await unpack(pack);
  for (const id of golden.thin_new) expect(fetched.hasObject(id)).toBe(true);
  expect([fetched.hasObject(golden.refs["refs/tags/v1.0"]!), fetched.hasObject(golden.thin_old)]).toEqual([true, false]);
});

it("speaks every dialect of agreeing", async () => {
  const [old, head] = [golden.thin_old, golden.log[1]!];
  const say = async (capabilities: string, ...rest: readonly string[]) => (await ask(request(`want ${main} ${capabilities}`, "flush", ...rest))).lines;
  expect(await say("multi_ack_detailed", `have ${old}`, `have ${head}`, "flush")).toEqual([`ACK ${old} common`, `ACK ${head} common`, `ACK ${head} ready`, "NAK"]);
  expect(await say(`multi_ack_detailed ${BAND}`, `have ${old}`, "done")).toEqual([`ACK ${old} common`, `ACK ${old}`, "flush"]);
  expect(await say("multi_ack", `have ${old}`, "flush")).toEqual([`ACK ${old} continue`, "NAK"]);
  expect(await say("side-band-64k no-progress", `have ${old}`, `have ${head}`, "done")).toEqual([`ACK ${old}`, "flush"]);
  expect(await say("multi_ack_detailed", `have ${"1".repeat(40)}`, "flush")).toEqual(["NAK"]);
  expect(await say(`side-band ${BAND.replace("side-band-64k", "")}`, "done")).toEqual(["NAK", "flush"]);
  expect((await say("side-band-64k", "done"))[1]).toMatch(/Sending \d+ objects/);
});

it("cuts histories at a depth, deepens them, and completes them", async () => {
  const first = await ask(request(`want ${main} ${BAND}`, "deepen 1", "flush"));
  expect(first).toMatchObject({ lines: [`shallow ${main}`, "flush"], pack: Buffer.alloc(0) });
  const depth1 = await ask(request(`want ${main} ${BAND}`, "deepen 1", "flush", "done"));
  const clone = await unpack(depth1.pack);
  expect([clone.hasObject(main), clone.hasObject(golden.log[1]!)]).toEqual([true, false]);
  const parents = readCommit(store, golden.log[1]!).parents;
  const deeper = await ask(request(`want ${main} deepen-relative ${BAND}`, `shallow ${main}`, "deepen 2", "flush", `have ${main}`, "done"));
  expect(deeper.lines).toEqual([...parents.map((id) => `shallow ${id}`), `unshallow ${main}`, "flush", `ACK ${main}`, "flush"]);
  await unpack(deeper.pack, clone);
  expect(parents.every((id) => clone.hasObject(id))).toBe(true);
  const whole = await ask(request(`want ${main} ${BAND}`, ...parents.map((id) => `shallow ${id}`), "deepen 2147483647", "flush", `have ${main}`, "done"));
  expect(whole.lines.filter((line) => line.startsWith("unshallow"))).toEqual(parents.filter((id) => readCommit(store, id).parents.length > 0).map((id) => `unshallow ${id}`));
  await unpack(whole.pack, clone);
  expect(logCommits(clone, main).map(({ id }) => id)).toEqual(golden.log);
});

it("gives by id what a reference stands on, and nothing else", async () => {
  const person = { name: "a", email: "a@x", seconds: 1, zone: "+0000" };
  const hidden = store.writeObject("commit", encodeCommit({ tree: EMPTY_TREE, parents: [], author: person, committer: person, message: "deleted\n" }));
  const allowed = await ask(request(`want ${golden.thin_old} ${BAND}`, "flush", "done"));
  expect(allowed.pack.byteLength).toBeGreaterThan(100);
  for (const id of [hidden, "1".repeat(40), golden.tree[0]!.id]) expect((await ask(request(`want ${id} ${BAND}`, "flush", "done"))).lines).toEqual([`ERR upload-pack: not our ref ${id}`]);
});

it("refuses what is no request", async () => {
  const code = { code: "git.request_invalid" };
  for (const body of ["zzzz", "0001", "fff1", "0032want x", "0009want\n0000"]) await expect(ask(Buffer.from(body)), body).rejects.toMatchObject(code);
  await expect(ask(request(`want ${main}`, "deepen 0", "flush"))).rejects.toMatchObject(code);
  await expect(ask(request(`want ${main}`, "flush", "want nothing"))).rejects.toMatchObject(code);
  expect(() => uploadPack(store, Buffer.from("zzzz"))).toThrow(expect.objectContaining(code));
  for (const body of [new Uint8Array(0), FLUSH]) expect(await ask(body)).toMatchObject({ lines: [] });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.uint8Array({ maxLength: 30 }).map((bytes) => encodeLine(bytes)), fc.constantFrom(FLUSH, encodeLine(`want ${main}`), encodeLine(`have ${main}`)), fc.uint8Array({ maxLength: 8 })), { maxLength: 6 }), async (parts) => {
      await ask(Buffer.concat(parts)).catch((error: unknown) => void expect(error).toMatchObject(code));
    }),
    { numRuns: 60, seed: 5 },
  );
});
