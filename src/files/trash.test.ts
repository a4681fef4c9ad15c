import { linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runJournal, undoJournal } from "./journal.ts";
import { emptyTrash, listTrash, restoreTrash } from "./trash.ts";
import { treeBytes } from "./tree-size.ts";

let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "tunesmith-trash-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const put = (path: string, text: string) => {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
};
const read = (path: string) => readFileSync(join(workspace, path), "utf8");
const day = (number: number) => new Date(Date.UTC(2026, 2, number));
const drop = (paths: readonly string[], now = day(1)) => runJournal(workspace, { purpose: "drop", steps: paths.map((path) => ({ action: "trash", path, reason: "old" })) }, now);

it("lists and restores one thing or all, and leaves no empty folder behind", async () => {
  for (const path of ["a/x", "a/y", "b/z/w"]) put(path, path);
  const { id } = await drop(["a/x", "a/y", "b/z"]);
  expect(listTrash(workspace)).toEqual(["a/x", "a/y", "b/z"].map((path) => ({ id, path, reason: "old", trashed_at: "2026-03-01T00:00:00.000Z", size_bytes: path === "b/z" ? 5 : 3 })));
  expect(await restoreTrash(workspace, id, "a/x")).toEqual([{ path: "a/x", restored_to: "a/x" }]);
  rmSync(join(workspace, "b"), { recursive: true });
  expect((await restoreTrash(workspace, id)).map((entry) => entry.restored_to)).toEqual(["a/y", "b/z"]);
  expect([read("a/x"), read("a/y"), read("b/z/w")]).toEqual(["a/x", "a/y", "b/z/w"]);
  expect([listTrash(workspace), readdirSync(join(workspace, ".tunesmith/trash"))]).toEqual([[], []]);
  expect((await undoJournal(workspace, id)).state).toBe("undone");
});

it("refuses to restore over something, or does it beside", async () => {
  put("a", "old");
  const { id } = await drop(["a"]);
  put("a", "new");
  await expect(restoreTrash(workspace, id)).rejects.toMatchObject({ code: "files.restore_blocked", message: "Cannot restore a: something stands there again" });
  expect(await restoreTrash(workspace, id, "a", { suffix: true })).toEqual([{ path: "a", restored_to: "a.restored" }]);
  expect([read("a"), read("a.restored")]).toEqual(["new", "old"]);
  await expect(restoreTrash(workspace, id)).rejects.toMatchObject({ code: "files.trash_missing" });
});

it("empties what is old enough, and says so first", async () => {
  for (const path of ["a", "b"]) put(path, "12345");
  await drop(["a"], day(1));
  await drop(["b"], day(9));
  expect(await emptyTrash(workspace, day(10), { olderThanDays: 5, dryRun: true })).toMatchObject({ entries: [{ path: "a" }], freedBytes: 5 });
  expect(listTrash(workspace)).toHaveLength(2);
  await emptyTrash(workspace, day(10), { olderThanDays: 5 });
  expect(listTrash(workspace).map(({ path }) => path)).toEqual(["b"]);
  expect((await emptyTrash(workspace, day(10))).entries).toHaveLength(1);
  await expect(undoJournal(workspace)).rejects.toThrow("it is gone from there and from where it should go");
  await expect(emptyTrash(workspace, day(10), { olderThanDays: -1 })).rejects.toThrow(RangeError);
});

it("keeps what an interrupted journal needs", async () => {
  for (const path of ["a", "b"]) put(path, path);
  const work = runJournal(workspace, { purpose: "drop", steps: [{ action: "trash", path: "a" }, { action: "trash", path: "b" }] }, day(1), { onStep: () => { throw new Error("crash"); } });
  await expect(work).rejects.toThrow("crash");
  expect((await emptyTrash(workspace, day(10))).entries).toEqual([]);
  await undoJournal(workspace);
  expect([read("a"), read("b"), readdirSync(join(workspace, ".tunesmith/trash"))]).toEqual(["a", "b", []]);
});

it("counts a file with two names once, and frees it only with the last", () => {
  put("a/x", "12345");
  linkSync(join(workspace, "a/x"), join(workspace, "a/y"));
  linkSync(join(workspace, "a/x"), join(workspace, "z"));
  expect(treeBytes([join(workspace, "a")])).toEqual({ sizeBytes: 5, freedBytes: 0 });
  expect(treeBytes([join(workspace, "a"), join(workspace, "z"), join(workspace, "none")])).toEqual({ sizeBytes: 5, freedBytes: 5 });
});
