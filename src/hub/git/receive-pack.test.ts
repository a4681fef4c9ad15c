import fc from "fast-check";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { decode64, golden } from "../../../test/fixtures/git/golden.ts";
import { encodeCommit } from "./commit.ts";
import { hashObject, NO_OBJECT, type GitObject, type ObjectType } from "./object.ts";
import { createLineReader, encodeLine, FLUSH } from "./packet-line.ts";
import { receivePack, type ReceiveHooks, type RefChange } from "./receive-pack.ts";
import type { PackLimits } from "./scan-pack.ts";
import { createGitStore, type GitStore } from "./store.ts";
import { encodeTree } from "./tree.ts";
import { writePack } from "./write-pack.ts";

let place: string;
let store: GitStore;
let sent: Map<string, GitObject>;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "tunesmith-receive-"));
  store = createGitStore(join(place, "server"));
  sent = new Map();
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const person = { name: "a", email: "a@x", seconds: 1, zone: "+0000" };

/** The client keeps what it made in memory. */
function make(type: ObjectType, bytes: Uint8Array): string {
  const id = hashObject(type, bytes);
  sent.set(id, { type, bytes });
  return id;
}

/** A commit of one file, and all objects of it. */
function commit(text: string, ...parents: readonly string[]): { readonly id: string; readonly ids: readonly string[] } {
  const blob = make("blob", Buffer.from(text));
  const tree = make("tree", encodeTree([{ mode: "100644", name: "file", id: blob }]));
  const id = make("commit", encodeCommit({ tree, parents, author: person, committer: person, message: `${text}\n` }));
  return { id, ids: [id, tree, blob] };
}

type Command = readonly [from: string | undefined, to: string | undefined, name: string];

async function* body(commands: readonly Command[], ids: readonly string[] | Uint8Array, capabilities: string, pieceBytes = 50): AsyncGenerator<Uint8Array> {
  const lines = commands.map(([from, to, name], index) => encodeLine(`${from ?? NO_OBJECT} ${to ?? NO_OBJECT} ${name}${index === 0 ? `\0 ${capabilities}` : ""}`));
  const pack: Uint8Array[] = [];
  if (ids instanceof Uint8Array) pack.push(ids);
  else for await (const piece of writePack({ readToSend: (id) => sent.get(id)! }, ids)) pack.push(piece);
  const whole = Buffer.concat([...lines, FLUSH, ...(commands.every(([, to]) => to === undefined) ? [] : pack)]);
  for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
}

async function push(commands: readonly Command[], ids: readonly string[] | Uint8Array = [], options: { readonly capabilities?: string; readonly hooks?: ReceiveHooks; readonly limits?: Partial<PackLimits> } = {}): Promise<readonly string[]> {
  const answer = await receivePack(store, body(commands, ids, options.capabilities ?? "report-status"), options.hooks, options.limits);
  const next = createLineReader(answer);
  const lines: string[] = [];
  for (let line = next(); line !== "end"; line = next()) if (line !== "flush") lines.push(line.text);
  return lines;
}

const refs = () => Object.fromEntries(store.refs.list().map(({ name, id }) => [name, id]));

it("takes branches and tags, moves them, and deletes them", async () => {
  const [one, two] = [commit("one")].flatMap((first) => [first, commit("two", first.id)]) as [ReturnType<typeof commit>, ReturnType<typeof commit>];
  expect(await push([[undefined, one.id, "refs/heads/main"], [undefined, one.id, "refs/tags/v1"]], one.ids)).toEqual(["unpack ok", "ok refs/heads/main", "ok refs/tags/v1"]);
  expect(await push([[one.id, two.id, "refs/heads/main"]], two.ids)).toEqual(["unpack ok", "ok refs/heads/main"]);
  expect(await push([[one.id, undefined, "refs/tags/v1"]])).toEqual(["unpack ok", "ok refs/tags/v1"]);
  expect(refs()).toEqual({ "refs/heads/main": two.id });
  expect(readdirSync(join(store.directory, "refs/tags"))).toEqual([]);
});

it("reports on the side band where the client asks for it, and not at all where it does not", async () => {
  const { id, ids } = commit("x");
  const answer = Buffer.from(await receivePack(store, body([[undefined, id, "refs/heads/main"]], ids, "report-status side-band-64k"))).toString();
  expect(answer).toBe("002e\x01000eunpack ok\n0017ok refs/heads/main\n00000000");
  expect(await push([[id, undefined, "refs/heads/none"]], [], { capabilities: "quiet" })).toEqual([]);
  expect(await push([])).toEqual([]);
});

it("asks the host first, who sees what is new and whether it stands on the old", async () => {
  const [one, other] = [commit("one"), commit("other")];
  const seen: (readonly [readonly RefChange[], readonly string[]])[] = [];
  const hooks: ReceiveHooks = {
    beforeUpdate: (changes, newBlobs) => {
      seen.push([changes, newBlobs]);
      return new Map(changes.filter(({ isFastForward, to }) => !isFastForward && to !== undefined).map(({ name }) => [name, "only fast-forwards\nare taken"]));
    },
  };
  await push([[undefined, one.id, "refs/heads/main"]], one.ids, { hooks });
  expect(await push([[one.id, other.id, "refs/heads/main"], [undefined, other.id, "refs/heads/b"]], other.ids, { hooks })).toEqual(["unpack ok", "ng refs/heads/main only fast-forwards\\nare taken", "ok refs/heads/b"]);
  expect(seen).toEqual([
    [[{ name: "refs/heads/main", from: undefined, to: one.id, isFastForward: true }], [one.ids[2]]],
    [[{ name: "refs/heads/main", from: one.id, to: other.id, isFastForward: false }, { name: "refs/heads/b", from: undefined, to: other.id, isFastForward: true }], [other.ids[2]]],
  ]);
  expect(refs()).toEqual({ "refs/heads/main": one.id, "refs/heads/b": other.id });
});

it("changes all references of an atomic push or none", async () => {
  const { id, ids } = commit("x");
  const commands: readonly Command[] = [[undefined, id, "refs/heads/a"], ["1".repeat(40), id, "refs/heads/b"]];
  expect(await push(commands, ids, { capabilities: "report-status atomic" })).toEqual(["unpack ok", expect.stringMatching(/^ng refs\/heads\/a .*it is absent/), expect.stringMatching(/^ng refs\/heads\/b .*it is absent/)]);
  expect(refs()).toEqual({});
  expect((await push(commands, ids)).map((line) => line.slice(0, 15))).toEqual(["unpack ok", "ok refs/heads/a", "ng refs/heads/b"]);
});

it("refuses what must not be, with the reason", async () => {
  const { id, ids } = commit("x");
  await push([[undefined, id, "refs/heads/main"]], ids);
  const blob = ids[2]!;
  for (const [command, reason] of [
    [[id, undefined, "refs/heads/main"], "the default branch cannot be deleted"],
    [[undefined, id, "refs/heads/../../evil"], "the name is not allowed"],
    [[undefined, id, "HEAD"], "the name is not allowed"],
    [[undefined, id, "refs/heads/main/x"], "cannot be the folder of another"],
    [[undefined, id, "refs/heads/main"], "expected was that it is absent"],
    [[undefined, blob, "refs/heads/b"], "is a branch, which stands for a commit"],
    [[undefined, "1".repeat(40), "refs/heads/b"], "is missing"],
  ] as const) {
    const [, line] = await push([command]);
    expect(line).toMatch(/^ng /);
    expect(line).toContain(reason);
  }
  expect(await push([[undefined, id, "refs/heads/a"], [undefined, id, "refs/heads/a"]])).toEqual(["unpack ok", "ng refs/heads/a it is named twice", "ng refs/heads/a it is named twice"]);
  expect(refs()).toEqual({ "refs/heads/main": id });
});

it("takes no history with holes", async () => {
  const one = commit("one");
  const two = commit("two", one.id);
  for (const left of two.ids) {
    store = createGitStore(join(place, left));
    const [unpack, line] = await push([[undefined, two.id, "refs/heads/main"]], [...one.ids, ...two.ids].filter((id) => id !== left));
    expect([unpack, line]).toEqual(["unpack ok", expect.stringContaining(left)]);
  }
  store = createGitStore(join(place, "fresh"));
  expect((await push([[undefined, two.id, "refs/heads/main"]], two.ids))[1]).toContain(one.id);
  expect(refs()).toEqual({});
  store = createGitStore(join(place, "third"));
  expect(await push([[undefined, one.id, "refs/heads/whole"], [undefined, two.id, "refs/heads/main"]], [...one.ids, two.id])).toEqual(["unpack ok", "ok refs/heads/whole", expect.stringContaining(two.ids[1]!)]);
});

it("takes nothing of a pack that is damaged or too large", async () => {
  const { id, ids } = commit("x".repeat(2000));
  const command: Command = [undefined, id, "refs/heads/main"];
  expect(await push([command], Buffer.from("PACK, or not"))).toEqual([expect.stringMatching(/^unpack Cannot take the pack: it is cut off/), "ng refs/heads/main the pack was not taken"]);
  expect((await push([command], ids, { limits: { maxObjectBytes: 1000 } }))[0]).toContain("at most 1000 are allowed");
  expect((await push([command], ids, { limits: { maxPackBytes: 50 } }))[0]).toContain("more than 50 bytes");
  expect([refs(), readdirSync(join(store.directory, "objects/pack"))]).toEqual([{}, []]);
});

it("takes a whole history at once", async () => {
  const { "refs/heads/main": main } = golden.refs;
  expect(await push([[undefined, main, "refs/heads/main"]], decode64(golden.pack))).toEqual(["unpack ok", "ok refs/heads/main"]);
});

it("refuses what is no push", async () => {
  const pieces = async function* (bytes: Uint8Array) { yield bytes; };
  const code = { code: "git.request_invalid" };
  for (const text of ["00", "zzzz", "0009push\n0000", `0067${"0".repeat(40)} ${"1".repeat(40)} refs/heads/x`]) await expect(receivePack(store, pieces(Buffer.from(text))), text).rejects.toMatchObject(code);
  expect(await receivePack(store, pieces(FLUSH))).toHaveLength(0);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.boolean(), async (bytes, isLine) => {
      await receivePack(store, pieces(isLine ? Buffer.concat([encodeLine(bytes), FLUSH]) : bytes)).catch((error: unknown) => void expect(error).toMatchObject(code));
    }),
    { numRuns: 60, seed: 7 },
  );
});
