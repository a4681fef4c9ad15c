import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMigrationTree, now, type MigrationTree } from "../../../test/helpers/migration-tree.ts";
import { applyMigration, undoMigration } from "./apply.ts";
import type { MigrationPlan } from "./plan.ts";

let tree: MigrationTree;
beforeEach(() => void (tree = createMigrationTree()));
afterEach(() => tree.remove());

const target = (one: MigrationPlan, name: string) => one.files.find(({ from }) => from.endsWith(`/${name}`));

describe("names of checkpoints", () => {
  it.each([
    ["epoch_epoch_22_step_step_001932_20251009_015037.ckpt", "epoch-22_step-001932.ckpt"],
    ["epoch_epoch_02_step_step_000176_20251009_011245.ckpt", "epoch-02_step-000176.ckpt"],
    ["epoch_09_step_002730.ckpt", "epoch-09_step-002730.ckpt"],
    ["epoch=67-step=18564.ckpt", "epoch-67_step-018564.ckpt"],
    ["epoch_0_step_273.ckpt", "epoch-00_step-000273.ckpt"],
    ["epoch-9-step-1030.ckpt", "epoch-09_step-001030.ckpt"],
    ["epoch_epoch=02-step_step=0819-loss_val_loss=1.5191.ckpt", "epoch-02_step-000819_val_loss-1.5191.ckpt"],
    ["epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt", "epoch-01_step-000546_loss-1.6217.ckpt"],
    ["resnet34_bs4_epoch_epoch=28_step_step=23722.ckpt", "epoch-28_step-023722.ckpt"],
    ["val/hmean=0.8920-best.ckpt", "best-hmean-0.8920.ckpt"],
    ["hmean=0.7990-best.ckpt", "best-hmean-0.7990.ckpt"],
    ["best-hmean(0.8920).ckpt", "best-hmean-0.8920.ckpt"],
    ["last_20251011_004442.ckpt", "last.ckpt"],
    ["epoch-2-step-819.ckpt", "epoch-02_step-000819.ckpt"],
    ["epoch-100-step-5.pt", "epoch-100_step-000005.pt"],
  ])("renames %s to %s", async (from, to) => {
    tree.put(`outputs/a/checkpoints/${from}`);
    const before = tree.snapshot();
    await applyMigration(tree.plan(), now);
    expect(existsSync(join(tree.workspace, "outputs/a/checkpoints", to))).toBe(true);
    expect(tree.names("outputs/a/checkpoints").filter((name) => !name.endsWith(".json"))).toEqual([to]);
    await undoMigration(tree.workspace);
    expect(tree.snapshot()).toEqual(before);
  });

  it.each(["epoch-18_step-003895.ckpt", "epoch-100_step-030000.ckpt", "epoch-05_step-000205_hmean-0.8756.ckpt", "best.ckpt", "best-v1.ckpt", "last.ckpt", "best-loss-0.0234.ckpt"])("leaves %s, which is in the scheme", (name) => {
    tree.put(`outputs/a/checkpoints/${name}`);
    expect(target(tree.plan(), name)).toMatchObject({ outcome: "skip", reason: "already in scheme" });
  });

  it("keeps and reports a name it cannot read, without an error", () => {
    tree.put("outputs/a/checkpoints/my favourite.ckpt");
    expect(tree.plan()).toMatchObject({ counters: { total: 1, skipped: 1, errors: 0 }, steps: [], files: [{ reason: "its name cannot be read" }] });
  });

  it("gives a conflict the suffix _v2, and moves the sidecars along", async () => {
    tree.put("outputs/a/checkpoints/epoch-09_step-001030.ckpt");
    tree.put("outputs/a/checkpoints/epoch-9-step-1030.ckpt");
    tree.put("outputs/a/checkpoints/epoch-9-step-1030.ckpt.metadata.yaml", "{}");
    tree.put("outputs/a/checkpoints/epoch_9_step_1030.ckpt");
    await applyMigration(tree.plan(), now);
    expect(tree.names("outputs/a/checkpoints")).toEqual(["epoch-09_step-001030.ckpt", "epoch-09_step-001030_v2.ckpt", "epoch-09_step-001030_v2.ckpt.metadata.yaml", "epoch-09_step-001030_v3.ckpt"]);
  });

  it("writes what the name loses into the sidecar", async () => {
    tree.put("outputs/a/checkpoints/resnet34_bs4_epoch_epoch=28_step_step=23722.ckpt");
    tree.put("outputs/a/checkpoints/last_20251011_004442.ckpt");
    tree.put("outputs/a/checkpoints/last_20251011_004442.metadata.json", '{"metrics": {"hmean": 0.90}}\n');
    await applyMigration(tree.plan(), now);
    const read = (name: string) => JSON.parse(tree.read(`outputs/a/checkpoints/${name}`));
    expect(read("epoch-28_step-023722.metadata.json")).toMatchObject({ model: { encoder: { model_name: "resnet34" } }, config: { batch_size: 4 }, training: { epoch: 28, global_step: 23722 } });
    expect(read("last.metadata.json")).toEqual({ metrics: { hmean: 0.9 }, migrated_from: { name: "last_20251011_004442.ckpt", saved_at: "20251011_004442" } });
    expect(tree.read("outputs/a/checkpoints/last.metadata.json")).toContain("0.90");
  });
});
