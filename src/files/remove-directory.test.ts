import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runJournal, undoJournal } from "./journal.ts";
import type { JournalStep } from "./journal-plan.ts";

const now = new Date("2026-03-01T12:00:00Z");
const steps: readonly JournalStep[] = [
  { action: "rename", from: "dated/one", to: "one" },
  { action: "remove_directory", path: "dated" },
];
let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tunesmith-"));
  mkdirSync(join(workspace, "dated/one"), { recursive: true });
  chmodSync(join(workspace, "dated"), 0o750);
  utimesSync(join(workspace, "dated"), 700, 700);
});
afterEach(() => rmSync(workspace, { recursive: true }));

describe("removing a directory", () => {
  it("takes away one that is empty by then, and brings it back with time and permissions", async () => {
    await runJournal(workspace, { purpose: "go", steps }, now);
    expect(existsSync(join(workspace, "dated"))).toBe(false);
    await undoJournal(workspace);
    const { mode, mtimeMs } = statSync(join(workspace, "dated"));
    expect([mode & 0o777, mtimeMs, existsSync(join(workspace, "dated/one"))]).toEqual([0o750, 700_000, true]);
  });

  it("leaves one that is not", async () => {
    writeFileSync(join(workspace, "dated/mine"), "");
    expect(await runJournal(workspace, { purpose: "go", steps }, now)).toMatchObject({ state: "finished" });
    expect(existsSync(join(workspace, "dated/mine"))).toBe(true);
    await undoJournal(workspace);
    expect(existsSync(join(workspace, "dated/one"))).toBe(true);
  });

  it.each(["stands again", "is gone altogether"])("undoes when the directory %s", async (how) => {
    const { id } = await runJournal(workspace, { purpose: "go", steps }, now);
    if (how === "stands again") mkdirSync(join(workspace, "dated"));
    else rmSync(join(workspace, ".tunesmith/journal", id, "before"), { recursive: true });
    expect(await undoJournal(workspace)).toMatchObject({ state: "undone" });
    expect(existsSync(join(workspace, "dated/one"))).toBe(true);
  });
});
