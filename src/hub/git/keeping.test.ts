import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { golden, writePackedRepository } from "../../../test/fixtures/git/golden.ts";
import { openBatch } from "./batch.ts";
import { editTree } from "./edit-tree.ts";
import { clearLeftovers } from "./leftovers.ts";
import { loosePath } from "./loose.ts";
import { listTree } from "./paths.ts";
import { repackStore } from "./repack.ts";
import { createGitStore, openGitStore, type GitStore } from "./store.ts";

let place: string;
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), "tunesmith-keep-"))));
afterEach(() => rmSync(place, { recursive: true, force: true }));

const packs = () => readdirSync(join(place, "objects/pack"));
const folders = () => readdirSync(join(place, "objects"));
const blob = (store: GitStore, text: string) => store.writeObject("blob", Buffer.from(text));
const files = (store: GitStore, count: number) => Array.from({ length: count }, (_, index) => ({ path: `d${index % 3}/${index}`, id: blob(store, `file ${index}`) }));

it("writes many objects as one pack, seen by others when all are there", () => {
  const store = createGitStore(place);
  const batch = openBatch(store);
  const tree = editTree(batch, undefined, files(batch, 40));
  expect([batch.hasObject(tree), batch.objectType(tree), listTree(batch, tree, "d1").length]).toEqual([true, "tree", 13]);
  expect([store.hasObject(tree), folders()]).toEqual([false, ["info", "pack"]]);
  batch.publish();
  batch.discard();
  expect([listTree(openGitStore(place), tree, "", { recursive: true }).length, packs().length, folders()]).toEqual([43, 2, ["info", "pack"]]);
  const again = openBatch(store);
  expect(editTree(again, undefined, files(again, 40))).toBe(tree);
  again.publish();
  expect(packs()).toHaveLength(2);
});

it("writes few objects loose, and nothing when it is discarded", () => {
  const store = createGitStore(place);
  const batch = openBatch(store);
  const [kept] = [blob(batch, "kept"), blob(batch, "kept")];
  batch.publish();
  expect([store.hasObject(kept), packs()]).toEqual([true, []]);
  const lost = openBatch(store);
  const id = blob(lost, "lost");
  expect(packs()).toHaveLength(1);
  lost.discard();
  expect([store.hasObject(id), packs()]).toEqual([false, []]);
});

it("serves a repository in which a process was killed at any step, and clears away what it left", () => {
  const store = openGitStore(writePackedRepository(place));
  const main = golden.refs["refs/heads/main"]!;
  mkdirSync(join(place, "objects/ab"));
  mkdirSync(join(place, "refs/heads/half"), { recursive: true });
  const left = ["objects/ab/tmp_obj_1", "objects/pack/tmp_pack_1", "objects/pack/tmp_idx_1", "objects/pack/pack-without.pack", "packed-refs.lock", "packed-refs.new", "refs/heads/half/x.lock", "refs/heads/main.lock"];
  for (const path of left) writeFileSync(join(place, path), "half");
  expect(openGitStore(place).refs.list()).toHaveLength(Object.keys(golden.refs).length);
  expect([store.readObject(main).type, store.findObjects("abcd")]).toEqual(["commit", []]);
  expect(() => store.refs.update("refs/heads/main", main, "any")).toThrow(expect.objectContaining({ code: "git.ref_locked" }));
  expect(clearLeftovers(place)).toBe(left.length);
  store.refs.update("refs/heads/main", main, "any");
  expect([clearLeftovers(place), left.some((path) => existsSync(join(place, path)))]).toEqual([0, false]);
});

it("puts everything that references lead to into one pack, and lets the rest go when it is old", () => {
  const store = openGitStore(writePackedRepository(place));
  const [old, young] = [blob(store, "old"), blob(store, "young")];
  utimesSync(loosePath(place, old), new Date(1000), new Date(1000));
  for (const name of ["refs/pr/1", "refs/pr/2"]) store.refs.update(name, undefined, "any");
  expect(repackStore(store, { keepSince: 2000 })).toEqual({ packed: 0, removed: 1 });
  expect([store.hasObject(old), store.hasObject(young), packs().length]).toEqual([false, true, 2]);
  expect(repackStore(store, { keepSince: 2000, minLoose: 1 })).toEqual({ packed: 70, removed: 0 });
  expect(packs()).toHaveLength(4);
  expect(repackStore(store, { keepSince: Date.UTC(2100, 0), minLoose: 1 })).toEqual({ packed: 70, removed: 3 });
  expect([packs().length, folders()]).toEqual([2, ["info", "pack"]]);
  const kept = Object.keys(golden.objects).filter((id) => id !== golden.refs["refs/pr/1"] && id !== golden.refs["refs/pr/2"]);
  for (const id of kept) expect(openGitStore(place).readObject(id).type).toBe(golden.objects[id]!.type);
});

it("deletes nothing of a repository that lacks something", () => {
  const store = openGitStore(writePackedRepository(place));
  const tree = editTree(store, undefined, [{ path: "a", id: "1".repeat(40) }]);
  store.refs.update("refs/tags/broken", tree, undefined);
  expect(() => repackStore(store, { keepSince: Date.UTC(2100, 0), minLoose: 1 })).toThrow(expect.objectContaining({ code: "git.object_missing" }));
  expect(packs()).toEqual(["pack-golden.idx", "pack-golden.pack"]);
});
