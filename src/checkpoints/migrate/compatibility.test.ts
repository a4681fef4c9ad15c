import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMigrationTree, now, type MigrationTree } from "../../../test/helpers/migration-tree.ts";
import { applyMigration } from "./apply.ts";
import { followMigrations, readCompatibility, resolveLegacyPath } from "./compatibility.ts";

let tree: MigrationTree;
beforeEach(() => void (tree = createMigrationTree()));
afterEach(() => tree.remove());

describe("the compatibility map", () => {
  it("follows chains, one step for each migration", () => {
    const pair = (from: string, to: string) => ({ from, to });
    const map = { schema_version: 1 as const, migrations: [{ migrated_at: "", paths: [pair("A", "B"), pair("B", "A"), pair("A/x", "B/y")] }, { migrated_at: "", paths: [pair("B", "C")] }] };
    expect(["A/z", "B/z", "A/x", "other"].map((path) => followMigrations(map, path))).toEqual(["C/z", "A/z", "C/y", "other"]);
  });

  it("is only added to, and leaves alone what stands at the old path again", async () => {
    tree.put("outputs/a/checkpoints/epoch=20-step=9.ckpt");
    await applyMigration(tree.plan(), now);
    tree.put("outputs/a/checkpoints/epoch=21-step=10.ckpt");
    await applyMigration(tree.plan(), now);
    expect(readCompatibility(tree.workspace).migrations).toHaveLength(2);
    expect(resolveLegacyPath(join(tree.workspace, "outputs/a/checkpoints/epoch=20-step=9.ckpt"), tree.workspace)).toBe(join(tree.workspace, "outputs/a/checkpoints/epoch-20_step-000009.ckpt"));
    tree.put("outputs/a/checkpoints/epoch=20-step=9.ckpt");
    expect(resolveLegacyPath("outputs/a/checkpoints/epoch=20-step=9.ckpt", tree.workspace)).toBeUndefined();
    expect(statSync(join(tree.workspace, "outputs/a/checkpoints/epoch=20-step=9.ckpt")).isFile()).toBe(true);
  });

  it("says that it is damaged", async () => {
    tree.put(".tunesmith/compatibility.json", "{");
    expect(() => readCompatibility(tree.workspace)).toThrow(/compatibility\.json: /);
  });
});
