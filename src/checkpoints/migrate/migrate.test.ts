import { statSync, utimesSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMigrationTree, namings, now, type MigrationTree } from "../../../test/helpers/migration-tree.ts";
import { sha256 } from "../../files/index.ts";
import { applyMigration, undoMigration } from "./apply.ts";
import { resolveLegacyPath } from "./compatibility.ts";

let tree: MigrationTree;
beforeEach(() => void (tree = createMigrationTree()));
afterEach(() => tree.remove());

describe("references", () => {
  it("rewrites whole path tokens in the form each was written in, and nothing else", async () => {
    const old = "outputs/a/checkpoints/epoch=67-step=18564.ckpt";
    tree.put(old);
    const text = `resume: ${old}\nabsolute: "${"WORKSPACE"}/${old}"\nlocal: checkpoints/epoch=67-step=18564.ckpt # kept\noverrides: ['resume="${old}"', exp_name=a]\nother: x${old}\n`;
    tree.put("outputs/a/.hydra/config.yaml", text.replace("WORKSPACE", tree.workspace));
    await applyMigration(tree.plan(), now);
    const fine = "outputs/a/checkpoints/epoch-67_step-018564.ckpt";
    expect(tree.read("outputs/a/.hydra/config.yaml")).toBe(
      `resume: ${fine}\nabsolute: "${tree.workspace}/${fine}"\nlocal: checkpoints/epoch-67_step-018564.ckpt # kept\noverrides: ['resume="${fine}"', exp_name=a]\nother: x${old}\n`,
    );
  });
});

describe("run directories", () => {
  it("moves them to the scheme, the nested ones out of the others", async () => {
    tree.put("outputs/A/checkpoints/epoch=20-step=9.ckpt");
    tree.put("outputs/A/checkpoints/B/checkpoints/epoch-14_step-000030.ckpt");
    tree.put("outputs/A/config.yaml", "best: outputs/A/checkpoints/B/checkpoints/epoch-14_step-000030.ckpt\n");
    const before = tree.snapshot();
    const made = tree.plan({ runs: namings.hierarchical });
    expect(made.counters).toMatchObject({ renamed: 1, moved: 2, skipped: 1 });
    await applyMigration(made, now);
    expect(tree.names("outputs")).toEqual(["A-unknown_training_20251009_085320", "B-unknown_training_20251009_085320"]);
    expect(tree.read("outputs/A-unknown_training_20251009_085320/config.yaml")).toBe("best: outputs/B-unknown_training_20251009_085320/checkpoints/epoch-14_step-000030.ckpt\n");
    expect(resolveLegacyPath("outputs/A/checkpoints/epoch=20-step=9.ckpt", tree.workspace)).toBe(join(tree.workspace, "outputs/A-unknown_training_20251009_085320/checkpoints/epoch-20_step-000009.ckpt"));
    await undoMigration(tree.workspace);
    expect(tree.snapshot()).toEqual(before);
  });
});

describe("undo", () => {
  const name = fc.oneof(
    fc.tuple(fc.nat(150), fc.nat(99_999)).chain(([epoch, step]) =>
      fc.constantFrom(`epoch=${epoch}-step=${step}`, `epoch_${epoch}_step_${step}`, `epoch-${epoch}-step-${step}`, `epoch_epoch_${epoch}_step_step_${step}_20251009_015037`, `resnet18_bs12_epoch_epoch=${epoch}_step_step=${step}`, `epoch_epoch=${epoch}-step_step=${step}-loss_val/loss=1.6217`, `epoch-${epoch}_step-${step}`, `epoch_${epoch}_step_${step}_dbnet_resnet18`),
    ),
    fc.constantFrom("best", "best-v1", "last", "last_20251011_004442", "val/hmean=0.8920-best", "hmean=0.7990-best", "best-hmean(0.8920)", "best-hmean-0.8920", "what is this"),
  );
  const runName = fc.constantFrom("a", "b", "17", "2025-10-18/20-24-18", "tag-dbnet_training_20251015_120000", "a/checkpoints/inner", "a/checkpoints/inner/checkpoints/deep");
  const file = fc.record({ run: runName, name, sidecar: fc.constantFrom("", ".metadata.json", ".ckpt.metadata.yaml", ".config.json"), extension: fc.constantFrom(".ckpt", ".pth") });

  it("is the inverse of migrating, on any tree", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 12 }), fc.boolean(), fc.constantFrom(undefined, "hierarchical" as const, "dated" as const), async (files, deleteOld, scheme) => {
        tree.remove();
        tree = createMigrationTree();
        for (const { run, name: stem, sidecar, extension } of files) {
          tree.put(`outputs/${run}/checkpoints/${stem}${extension}`);
          if (sidecar !== "") tree.put(`outputs/${run}/checkpoints/${stem}${sidecar}`, `{"checkpoint_path": "checkpoints/${stem}${extension}"}`);
        }
        const before = tree.snapshot();
        const naming = scheme === undefined ? {} : { runs: namings[scheme] };
        const made = tree.plan({ deleteOld, keepMinEpoch: 40, ...naming });
        const { total, renamed, deleted, skipped, kept_back } = made.counters;
        expect(renamed + deleted + skipped + kept_back).toBe(total);
        await applyMigration(made, now);
        const again = tree.plan(naming);
        expect(again.counters).toMatchObject({ renamed: 0, moved: 0 });
        if (made.steps.length > 0) await undoMigration(tree.workspace);
        expect(tree.snapshot()).toEqual(before);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe("what moved", () => {
  /** Carries the plan out while somebody changes a file behind its back, after the step that moved it. */
  const tamper = (path: string) => {
    const place = join(tree.workspace, path);
    const { atime, mtime } = statSync(place);
    writeFileSync(place, "X".repeat(statSync(place).size));
    utimesSync(place, atime, mtime);
  };

  it("is compared with the digest of before: a file", async () => {
    tree.put("outputs/a/checkpoints/epoch=20-step=9.ckpt", "weights");
    await expect(applyMigration(tree.plan(), now, { onStep: (done) => done === 1 && tamper("outputs/a/checkpoints/epoch-20_step-000009.ckpt") })).rejects.toMatchObject({ code: "checkpoints.migration_unverified" });
  });

  it("is compared with the digest of before: weights in a directory that its run carried along", async () => {
    tree.put("outputs/a/lora/adapter_config.json", "{}");
    tree.put("outputs/a/lora/adapter_model.safetensors", "weights");
    tree.put("outputs/a/checkpoints/last.ckpt", "weights");
    const plan = tree.plan({ runs: namings.hierarchical });
    expect(plan.steps[0]).toMatchObject({ action: "rename", expect: { contents: { "lora/adapter_model.safetensors": sha256("weights"), "lora/adapter_config.json": sha256("{}"), "checkpoints/last.ckpt": sha256("weights") } } });
    const work = applyMigration(plan, now, { onStep: (done) => done === 1 && tamper(`${plan.runs[0]!.to}/lora/adapter_model.safetensors`) });
    await expect(work).rejects.toThrow(/Cannot confirm migration .* read back other than planned/);
  });
});
