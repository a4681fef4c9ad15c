import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { crash, crashAfter, treeOf } from "../../test/helpers/watched-tree.ts";
import { sha256 } from "./digest.ts";
import { forgetJournal, listJournals, resumeJournal, runJournal, undoJournal, type Journal } from "./journal.ts";
import type { JournalStep } from "./journal-plan.ts";

const now = new Date("2026-03-01T12:00:00Z");
let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "tunesmith-journal-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const { put, read, picture, settled } = treeOf(() => workspace);

describe("runJournal", () => {
  it("renames, writes, deletes, links and makes directories, and takes it all back", async () => {
    put("outputs/a/best.ckpt", "weights");
    put("outputs/a/notes.txt", "old");
    put("outputs/b/last.ckpt", "more");
    chmodSync(join(workspace, "outputs/a/notes.txt"), 0o640);
    mkdirSync(join(workspace, "outputs/empty"));
    const before = settled();
    const journal = await runJournal(workspace, {
      purpose: "tidy up",
      steps: [
        { action: "rename", from: "outputs/a/best.ckpt", to: "outputs/new/checkpoints/epoch-00.ckpt", expect: { kind: "file", size_bytes: 7, digest: sha256("weights") } },
        { action: "write", path: "outputs/a/notes.txt", text: "new", expect: { kind: "file" } },
        { action: "write", path: "outputs/c/fresh.txt", text: "fresh" },
        { action: "rename", from: "outputs/a", to: "outputs/new/a" },
        { action: "trash", path: "outputs/b/last.ckpt", reason: "not needed" },
        { action: "trash", path: "outputs/empty", expect: { kind: "directory", empty: true } },
        { action: "link", from: "outputs/new/a/notes.txt", to: "outputs/same.txt" },
        { action: "make_directory", path: "outputs/made/deep" },
      ],
    }, now);
    expect(journal).toMatchObject({ purpose: "tidy up", state: "finished", position: 8, total: 8 });
    expect(journal.id).toMatch(/^20260301_120000-tidy-up-[0-9a-f]{6}$/);
    expect([read("outputs/new/checkpoints/epoch-00.ckpt"), read("outputs/new/a/notes.txt"), read("outputs/same.txt"), read("outputs/c/fresh.txt")]).toEqual(["weights", "new", "new", "fresh"]);
    expect(statSync(join(workspace, "outputs/new/a/notes.txt")).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(workspace, "outputs"))).toEqual(["b", "c", "made", "new", "same.txt"]);
    expect(read(`.tunesmith/trash/${journal.id}/outputs/b/last.ckpt`)).toBe("more");
    expect((await undoJournal(workspace)).state).toBe("undone");
    expect(picture()).toEqual(before);
    expect(readdirSync(join(workspace, ".tunesmith/trash"))).toEqual([]);
    expect((await undoJournal(workspace, journal.id)).state).toBe("undone");
    await expect(resumeJournal(workspace, journal.id)).rejects.toThrow("it is undone, needed is one that was interrupted");
    await forgetJournal(workspace, journal.id);
    expect(listJournals(workspace)).toEqual([]);
    await expect(undoJournal(workspace)).rejects.toMatchObject({ code: "files.journal_missing" });
  });

  it.each([
    ["what is gone", { action: "trash", path: "no" }, "step 1: no is gone"],
    ["a target that is taken", { action: "rename", from: "a", to: "b" }, "step 1: b is taken"],
    ["a directory into itself", { action: "rename", from: "d", to: "d/x/y" }, "step 1: d cannot be moved into itself"],
    ["another size", { action: "trash", path: "a", expect: { kind: "file", size_bytes: 2 } }, "step 1: a: it has 1 bytes, expected are 2"],
    ["another time", { action: "trash", path: "a", expect: { kind: "file", modified_ms: 2 } }, "step 1: a: it was modified since"],
    ["other contents", { action: "trash", path: "a", expect: { kind: "file", digest: "x" } }, "step 1: a: its contents changed"],
    ["another kind", { action: "trash", path: "a", expect: { kind: "directory" } }, "step 1: a: a file stands there, expected is a directory"],
    ["a directory with something in it", { action: "trash", path: "d", expect: { kind: "directory", empty: true } }, "step 1: d: the directory is not empty"],
    ["a file to create that is there", { action: "write", path: "a", text: "x" }, "step 1: a is taken"],
    ["a file as a folder", { action: "rename", from: "b", to: "a/b/c" }, "step 1: a is a file, needed is a directory"],
    ["a path outside", { action: "trash", path: "../x" }, 'step 1: "../x" is not a plain path inside the workspace'],
    ["an absolute path", { action: "trash", path: "/x" }, "is not a plain path"],
    ["the trash itself", { action: "trash", path: ".tunesmith/trash/x" }, "belongs to the journal itself"],
  ] as const)("refuses %s before it touches anything", async (_name, step, message) => {
    put("a", "1");
    put("b", "2");
    put("d/e", "3");
    const before = settled();
    await expect(runJournal(workspace, { purpose: "try", steps: [step, { action: "rename", from: "b", to: "z" }] }, now)).rejects.toThrow(message);
    expect(picture()).toEqual(before);
    expect(listJournals(workspace)).toEqual([]);
  });

  it("judges each step by the tree the steps before it leave", async () => {
    put("a/x", "1");
    put("b", "2");
    const before = settled();
    const steps: readonly JournalStep[] = [
      { action: "rename", from: "a", to: "c" },
      { action: "rename", from: "b", to: "a" },
      { action: "rename", from: "c/x", to: "b", expect: { kind: "file", size_bytes: 1 } },
      { action: "trash", path: "c", expect: { kind: "directory" } },
      { action: "rename", from: "a", to: "c/deep/er" },
      { action: "rename", from: "c", to: "q" },
      { action: "rename", from: "q/deep/er", to: "c" },
    ];
    await runJournal(workspace, { purpose: "swap", steps }, now);
    expect([read("b"), read("c")]).toEqual(["1", "2"]);
    await undoJournal(workspace);
    expect(picture()).toEqual(before);
    const again = runJournal(workspace, { purpose: "swap", steps: [{ action: "rename", from: "a/x", to: "y" }, { action: "trash", path: "a/x" }] }, now);
    await expect(again).rejects.toThrow("step 2: a/x is gone");
  });

  it("starts nothing while another plan is unfinished", async () => {
    put("a", "1");
    await crash(runJournal(workspace, { purpose: "first", steps: [{ action: "rename", from: "a", to: "b" }, { action: "rename", from: "b", to: "c" }] }, now, crashAfter(1)));
    await expect(runJournal(workspace, { purpose: "second", steps: [] }, now)).rejects.toMatchObject({ code: "files.journal_open", details: { position: 1, total: 2 } });
    await resumeJournal(workspace);
    expect((await runJournal(workspace, { purpose: "second", steps: [] }, now)).state).toBe("finished");
    expect(read("c")).toBe("1");
  });

  it("stops between two steps when it is told to, and goes on", async () => {
    put("a", "1");
    const controller = new AbortController();
    const work = runJournal(workspace, { purpose: "go", steps: [{ action: "rename", from: "a", to: "b" }, { action: "rename", from: "b", to: "c" }] }, now, { signal: controller.signal, onStep: () => controller.abort() });
    await expect(work).rejects.toMatchObject({ code: "files.journal_stopped", details: { position: 1, total: 2 } });
    expect((await resumeJournal(workspace)).state).toBe("finished");
    expect(existsSync(join(workspace, "c"))).toBe(true);
  });

  it("never overwrites what came in the way, neither there nor back", async () => {
    put("a", "1");
    put("b", "2");
    const steps: readonly JournalStep[] = [{ action: "rename", from: "a", to: "c" }, { action: "rename", from: "b", to: "d" }];
    await crash(runJournal(workspace, { purpose: "go", steps }, now, crashAfter(1)));
    put("d", "mine");
    await expect(resumeJournal(workspace)).rejects.toThrow("Cannot rename b: d is taken");
    rmSync(join(workspace, "d"));
    put("a", "mine");
    await expect(undoJournal(workspace)).rejects.toThrow("Cannot rename a: c is taken");
    rmSync(join(workspace, "a"));
    expect((await undoJournal(workspace)).state).toBe("undone");
    expect([read("a"), read("b")]).toEqual(["1", "2"]);
  });

  it("does not take back a file that was changed since", async () => {
    put("a", "1");
    await runJournal(workspace, { purpose: "go", steps: [{ action: "write", path: "a", text: "2", expect: { kind: "file" } }] }, now);
    put("a", "mine");
    await expect(undoJournal(workspace)).rejects.toThrow("Cannot write a: it was changed since");
    expect(read("a")).toBe("mine");
  });

  it("copies between file systems, and survives a crash there", async () => {
    put("tree/x", "1");
    put("tree/y/z", "2");
    symlinkSync("x", join(workspace, "tree/link"));
    mkdirSync(join(workspace, "tree/empty"));
    const before = settled();
    const across = { rename: () => { throw Object.assign(new Error("cross-device link not permitted"), { code: "EXDEV" }); } };
    await runJournal(workspace, { purpose: "go", steps: [{ action: "trash", path: "tree" }] }, now, across);
    expect(existsSync(join(workspace, "tree"))).toBe(false);
    await undoJournal(workspace, undefined, across);
    expect(picture().filter((line) => !line.includes(" link "))).toEqual(before.filter((line) => !line.includes(" link ")));
    const { id } = await runJournal(workspace, { purpose: "go", steps: [{ action: "rename", from: "tree", to: "moved" }] }, now, across);
    mkdirSync(join(workspace, `.tree.${id}.moved`));
    mkdirSync(join(workspace, `.tree.${id}.partial`));
    await undoJournal(workspace, id, across);
    expect(readdirSync(workspace)).toEqual([".tunesmith", "tree"]);
  });

  it("reads past a line that a crash tore", async () => {
    put("a", "1");
    await crash(runJournal(workspace, { purpose: "go", steps: [{ action: "rename", from: "a", to: "b" }, { action: "rename", from: "b", to: "c" }] }, now, crashAfter(1)));
    const [{ id }] = listJournals(workspace) as readonly [Journal];
    writeFileSync(join(workspace, ".tunesmith/journal", id, "progress.jsonl"), '{"posit', { flag: "a" });
    expect((await resumeJournal(workspace)).state).toBe("finished");
    expect(read("c")).toBe("1");
  });
});
