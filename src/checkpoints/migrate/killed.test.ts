import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMigrationTree, namings, now, putRealTree, type MigrationTree } from "../../../test/helpers/migration-tree.ts";
import { applyMigration, findOpenMigration, resumeMigration, undoMigration } from "./apply.ts";

let tree: MigrationTree;
beforeEach(() => {
  tree = createMigrationTree();
  putRealTree(tree);
  tree.put("outputs/2025-10-18/20-24-18/checkpoints/epoch=20-step=9.ckpt");
  tree.put("outputs/2025-10-18/20-24-18/.hydra/config.yaml", "resume: outputs/ocr_training/checkpoints/epoch=67-step=18564.ckpt\n");
});
afterEach(() => tree.remove());

/** Carries the migration out in a child process that kills itself with SIGKILL: after a step, or before or after the rename in the middle of one. */
async function migrateKilled(point: "step" | "before_rename" | "after_rename", count: number): Promise<void> {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `${tree.workspace}.mts`;
  writeFileSync(
    script,
    `import { renameSync } from "node:fs";
import { readCatalog } from ${at("../catalog/read.ts")};
import { planMigration } from ${at("plan.ts")};
import { applyMigration } from ${at("apply.ts")};
import { namings } from ${at("../../../test/helpers/migration-tree.ts")};
import { parseRunPlace } from ${at("../../runs/index.ts")};
import { parseYaml } from ${at("../../config/index.ts")};
const die = () => process.kill(process.pid, "SIGKILL");
const catalog = readCatalog(${JSON.stringify(`${tree.workspace}/outputs`)}, { parseYaml, placeOf: parseRunPlace, index: "off" });
const plan = planMigration(catalog, { placeOf: parseRunPlace, deleteOld: true, runs: namings.hierarchical, now: new Date(0) });
let renames = 0;
await applyMigration(plan, new Date(0), {
  onStep: (done) => { if (${point === "step"} && done === ${count}) die(); },
  rename: (from, to) => {
    renames += 1;
    if (${point === "before_rename"} && renames === ${count}) die();
    renameSync(from, to);
    if (${point === "after_rename"} && renames === ${count}) die();
  },
});
`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "ignore", "inherit"] });
  const signal = await new Promise((resolve) => child.on("exit", (_code, name) => resolve(name)));
  rmSync(script);
  expect(signal).toBe("SIGKILL");
}

describe("a migration killed in the middle", () => {
  it.each([["step", 1], ["before_rename", 3], ["after_rename", 40], ["after_rename", 54]] as const)("can be finished and undone (%s %i)", async (point, count) => {
    const before = tree.snapshot();
    await migrateKilled(point, count);
    expect(findOpenMigration(tree.workspace)).toMatchObject({ state: "open" });
    await expect(applyMigration(tree.plan({ runs: namings.dated }), now)).rejects.toMatchObject({ code: "files.journal_open" });
    expect(await resumeMigration(tree.workspace)).toMatchObject({ state: "finished" });
    expect(tree.plan({ runs: namings.hierarchical }).counters).toMatchObject({ total: 16, renamed: 0, moved: 0 });
    await undoMigration(tree.workspace);
    expect(tree.snapshot()).toEqual(before);
  }, 30_000);

  it.each([["step", 30], ["before_rename", 55], ["after_rename", 56]] as const)("can be taken back at once (%s %i)", async (point, count) => {
    const before = tree.snapshot();
    await migrateKilled(point, count);
    expect(await undoMigration(tree.workspace)).toMatchObject({ state: "undone" });
    expect(tree.snapshot()).toEqual(before);
  }, 30_000);
});
