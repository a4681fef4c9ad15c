import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { advertiseRefs } from "../git/advertise.ts";
import { encodeCommit, encodeTag } from "../git/commit.ts";
import { createGitStore, type GitStore } from "../git/store.ts";
import { uploadPack } from "../git/upload-pack.ts";
import { connectHub } from "./client.ts";

const alice = { name: "Alice", email: "alice@example.com", seconds: 1_767_225_600, zone: "+0100" };
let git: GitStore;
let commit: string;
let packBytes: number;

/** A hub that knows nothing but git. */
const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
  const { pathname } = new URL(String(input));
  if (pathname.endsWith("/info/refs")) return new Response(Buffer.from(advertiseRefs(git, "git-upload-pack")));
  const pieces: Uint8Array[] = [];
  for await (const piece of init!.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
  const answer: Uint8Array[] = [];
  for await (const piece of uploadPack(git, Buffer.concat(pieces))) answer.push(piece);
  packBytes = Buffer.concat(answer).length;
  return new Response(Buffer.concat(answer));
};
const readTags = () => connectHub({ endpoint: "https://hub.test", environment: {}, fetch: fetch as typeof globalThis.fetch, wait: async () => {} }).readTags({ kind: "model", id: "alice/tiny" });

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "tags-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  git = createGitStore(join(folder, "git"));
  const blob = git.writeObject("blob", Buffer.alloc(100_000, 1));
  const tree = git.writeObject("tree", Buffer.concat([Buffer.from("100644 large\0"), Buffer.from(blob, "hex")]));
  commit = git.writeObject("commit", encodeCommit({ tree, parents: [], author: alice, committer: alice, message: "first\n" }));
  git.refs.update("refs/heads/main", commit, undefined);
});

it("reads what annotated tags say, and nothing else of the repository", async () => {
  const tag = git.writeObject("tag", encodeTag({ object: commit, type: "commit", tag: "v1.2", tagger: alice, message: "Version v1.2 | F1=0.8765\n\nconfig sha256:ab\n" }));
  git.refs.update("refs/tags/v1.2", tag, undefined);
  git.refs.update("refs/tags/light", commit, undefined);
  expect(await readTags()).toEqual([
    { name: "light", commit },
    { name: "v1.2", commit, message: "Version v1.2 | F1=0.8765\n\nconfig sha256:ab", timestamp: "2026-01-01T00:00:00.000Z" },
  ]);
  expect(packBytes).toBeLessThan(500);
});

it("asks for nothing when no tag says anything", async () => {
  expect(await readTags()).toEqual([]);
  git.refs.update("refs/tags/light", commit, undefined);
  packBytes = 0;
  expect(await readTags()).toEqual([{ name: "light", commit }]);
  expect(packBytes).toBe(0);
});
