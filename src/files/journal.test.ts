import { spawn } from "node:child_process";
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "./digest.ts";
import { observePath } from "./facts.ts";
import { forgetJournal, listJournals, resumeJournal, runJournal, undoJournal, type Journal } from "./journal.ts";
import type { JournalStep } from "./journal-plan.ts";

const now = new Date("2026-03-01T12:00:00Z");
let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "tunesmith-journal-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const put = (path: string, text: string, age = 1_000) => {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
  utimesSync(join(workspace, path), age, age + 0.25);
};
const read = (path: string) => readFileSync(join(workspace, path), "utf8");

/** Every name with kind, permissions, time and contents; our own folder left out. */
function picture(below = ""): readonly string[] {
  return readdirSync(join(workspace, below)).sort().filter((name) => join(below, name) !== ".tunesmith").flatMap((name) => {
    const path = join(below, name);
    const stat = lstatSync(join(workspace, path));
    const line = (kind: string, text: string) => `${path} ${kind} ${(stat.mode & 0o7777).toString(8)} ${Math.round(stat.mtimeMs * 100) / 100} ${text}`;
    if (stat.isSymbolicLink()) return [line("link", readlinkSync(join(workspace, path)))];
    return stat.isDirectory() ? [line("directory", ""), ...picture(path)] : [line("file", read(path))];
  });
}
/** The picture of a tree whose directories have times that can be set again to the last digit. */
function settled(below = ""): readonly string[] {
  for (const name of readdirSync(join(workspace, below))) if (lstatSync(join(workspace, below, name)).isDirectory()) settled(join(below, name));
  utimesSync(join(workspace, below), 700, 700);
  return below === "" ? picture() : [];
}
/** Names and contents only: two runs of one plan write at different times. */
const contents = () => picture().map((line) => line.replace(/ \S+ \S+ (\S*)$/, " $1"));

/** Stops the work after so many steps of it, as a crash would. */
const crashAfter = (steps: number) => {
  let count = 0;
  return { onStep: () => { if (++count >= steps) throw new Error("crash"); } };
};
const crash = async (work: Promise<unknown>) => {
  await expect(work).rejects.toThrow("crash");
};

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

describe("on random trees and plans", () => {
  const names = ["a", "b", "c", "d"];
  const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const wish = fc.record({ action: fc.constantFrom("rename", "write", "trash", "link", "make_directory", "remove_directory"), from: path, to: path });
  const tree = fc.array(fc.record({ path, kind: fc.constantFrom("file", "directory", "link"), mode: fc.constantFrom(0o644, 0o600, 0o755), age: fc.integer({ min: 1, max: 1e9 }) }), { maxLength: 10 });

  function plant(entries: readonly { path: string; kind: string; mode: number; age: number }[]): void {
    for (const entry of entries) {
      const place = join(workspace, entry.path);
      if (observePath(place) !== undefined || isBelowFile(entry.path)) continue;
      mkdirSync(dirname(place), { recursive: true });
      if (entry.kind === "directory") mkdirSync(place);
      else if (entry.kind === "link") symlinkSync("nowhere", place);
      else put(entry.path, `contents of ${entry.path}`, entry.age);
      if (entry.kind === "file") chmodSync(place, entry.mode);
    }
  }
  const isBelowFile = (place: string): boolean => {
    const parent = dirname(place);
    return parent !== "." && ((observePath(join(workspace, parent))?.kind ?? "directory") !== "directory" || isBelowFile(parent));
  };

  /** Plays wishes on the real tree and keeps those that can be done as a plan; the tree is planted anew afterwards. */
  function possible(wishes: readonly { action: string; from: string; to: string }[]): readonly JournalStep[] {
    const steps: JournalStep[] = [];
    for (const { action, from, to } of wishes) {
      const [kind, taken] = [observePath(join(workspace, from))?.kind, observePath(join(workspace, to)) !== undefined];
      if (isBelowFile(to) || isBelowFile(from)) continue;
      const parent = () => mkdirSync(dirname(join(workspace, to)), { recursive: true });
      if (action === "rename" && kind !== undefined && !taken && !`${to}/`.startsWith(`${from}/`)) {
        parent();
        renameSync(join(workspace, from), join(workspace, to));
        steps.push({ action, from, to, expect: { kind } });
      } else if (action === "link" && kind === "file" && !taken) {
        parent();
        linkSync(join(workspace, from), join(workspace, to));
        steps.push({ action, from, to });
      } else if (action === "trash" && kind !== undefined) {
        rmSync(join(workspace, from), { recursive: true });
        steps.push({ action, path: from });
      } else if (action === "remove_directory" && kind === "directory" && readdirSync(join(workspace, from)).length === 0) {
        rmSync(join(workspace, from), { recursive: true });
        steps.push({ action, path: from });
      } else if (action === "make_directory" && !taken) {
        mkdirSync(join(workspace, to), { recursive: true });
        steps.push({ action, path: to });
      } else if (action === "write" && (kind === "file" || !taken)) {
        const target = kind === "file" ? from : to;
        mkdirSync(dirname(join(workspace, target)), { recursive: true });
        const mode = kind === "file" ? statSync(join(workspace, target)).mode & 0o777 : 0o644;
        rmSync(join(workspace, target), { force: true });
        writeFileSync(join(workspace, target), `written ${steps.length}`);
        chmodSync(join(workspace, target), mode);
        steps.push({ action, path: target, text: `written ${steps.length}`, ...(kind === "file" ? { expect: { kind } } : {}) });
      }
    }
    return steps;
  }
  const clear = () => readdirSync(workspace).forEach((name) => rmSync(join(workspace, name), { recursive: true }));

  it("resumes to the finished tree and undoes to the former one, wherever it was stopped", async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.array(wish, { minLength: 1, maxLength: 10 }), fc.nat(), fc.nat(), async (entries, wishes, first, second) => {
        clear();
        plant(entries);
        const steps = possible(wishes);
        if (steps.length === 0) return;
        const finished = contents();
        clear();
        plant(entries);
        const before = settled();
        const [there, back] = [1 + (first % steps.length), 1 + (second % steps.length)];
        await crash(runJournal(workspace, { purpose: "go", steps }, now, crashAfter(there)));
        if (there < steps.length) await resumeJournal(workspace);
        expect(contents()).toEqual(finished);
        await crash(undoJournal(workspace, undefined, crashAfter(back)));
        if (back < steps.length) {
          await resumeJournal(workspace);
          expect(contents()).toEqual(finished);
          await crash(undoJournal(workspace, undefined, crashAfter(back)));
        }
        await undoJournal(workspace, listJournals(workspace)[0]!.id);
        expect(picture()).toEqual(before);
      }),
      { numRuns: 40, seed: 20260301 },
    );
  });
});

describe("kill -9", () => {
  it("in the middle loses nothing: the journal resumes or is undone", async () => {
    const count = 60;
    for (let index = 0; index < count; index += 1) put(`in/${index}`, `file ${index}`);
    const before = settled();
    const steps = Array.from({ length: count }, (_, index): JournalStep => (index % 2 === 0 ? { action: "rename", from: `in/${index}`, to: `out/${index}` } : { action: "trash", path: `in/${index}` }));
    writeFileSync(join(workspace, ".steps.json"), JSON.stringify(steps));
    const script = `import { readFileSync } from "node:fs"; import { runJournal } from ${JSON.stringify(fileURLToPath(new URL("./journal.ts", import.meta.url)))};
      const root = process.argv[1]; const steps = JSON.parse(readFileSync(root + "/.steps.json", "utf8"));
      await runJournal(root, { purpose: "go", steps }, new Date(0), { onStep: (done) => { if (done === 7) process.stdout.write("seven\\n"); } });`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script, workspace], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve) => child.stdout.once("data", () => { child.kill("SIGKILL"); resolve(); }));
    await new Promise((resolve) => child.once("exit", resolve));
    rmSync(join(workspace, ".steps.json"));
    const [journal] = listJournals(workspace);
    expect(journal?.position).toBeGreaterThanOrEqual(7);
    if (journal?.state === "open") await resumeJournal(workspace);
    expect([readdirSync(join(workspace, "in")), readdirSync(join(workspace, "out")).length]).toEqual([[], count / 2]);
    await undoJournal(workspace);
    expect(picture().filter((line) => !line.startsWith("in directory"))).toEqual(before.filter((line) => !line.startsWith("in directory")));
  });
});
