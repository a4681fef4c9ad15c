// A plan that was cut off, at any step and on any tree: it resumes to the finished tree or is undone to the former one.
import { spawn } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { crash, crashAfter, treeOf } from "../../test/helpers/watched-tree.ts";
import { observePath } from "./facts.ts";
import { listJournals, resumeJournal, runJournal, undoJournal } from "./journal.ts";
import type { JournalStep } from "./journal-plan.ts";

const now = new Date("2026-03-01T12:00:00Z");
let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "tunesmith-journal-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));
const { put, picture, settled, contents } = treeOf(() => workspace);

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
