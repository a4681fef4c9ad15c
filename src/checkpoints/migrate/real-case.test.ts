import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMigrationTree, now, putRealTree, type MigrationTree } from "../../../test/helpers/migration-tree.ts";
import type { RunRecord } from "../../records/index.ts";
import { applyMigration, undoMigration } from "./apply.ts";
import { formatCounters, formatMigration } from "./report.ts";

let tree: MigrationTree;
beforeEach(() => {
  tree = createMigrationTree();
  putRealTree(tree);
});
afterEach(() => tree.remove());

const report = { dryRun: true, deleteOld: true, keepMinEpoch: 10, verbose: false };
const recordOf = (ending: string, record: Partial<RunRecord>) => (directory: string) => (directory.endsWith(ending) ? (record as RunRecord) : undefined);

describe("the migration of seed 004", () => {
  it("renames 8 of 39 and, of the 31 below epoch 10, keeps back the best, the top, the newest and short runs", async () => {
    const before = tree.snapshot();
    const plan = tree.plan({ deleteOld: true });
    expect([plan.candidates, plan.keptBack]).toEqual([31, 7]);
    expect(formatCounters(plan.counters)).toBe("total 39  renamed 8  moved 0  deleted 24  skipped 0  kept back 7  errors 0");
    await applyMigration(plan, now);
    expect(tree.names("outputs/ocr_training/checkpoints")).toEqual(["epoch-20_step-005733.ckpt", "epoch-31_step-008736.ckpt", "epoch-67_step-018564.ckpt"]);
    expect(tree.names("outputs/pan_resnet18_no_polygons_canonical/checkpoints").filter((name) => name.endsWith(".ckpt"))).toEqual([
      "epoch-04_step-001365.ckpt", "epoch-08_step-002457.ckpt", "epoch-09_step-002730.ckpt", "epoch-14_step-004095.ckpt", "epoch-16_step-004641.ckpt", "epoch-18_step-005187.ckpt",
    ]);
    await undoMigration(tree.workspace);
    expect(tree.snapshot()).toEqual(before);
  });

  it("says in its report, run by run, what stays and why, and where nobody knows the best", () => {
    const lines = formatMigration(tree.plan({ deleteOld: true }), report);
    const group = (name: string) => lines.slice(lines.indexOf(`outputs/${name}`), lines.indexOf("", lines.indexOf(`outputs/${name}`)));
    expect(group("ocr_training").slice(0, 4)).toEqual([
      "outputs/ocr_training",
      "  remark  no metric is recorded for its steps: nobody knows the best of them",
      "  delete  epoch=0-step=273.ckpt (epoch 0 is before 10)",
      "  delete  epoch=1-step=546.ckpt (epoch 1 is before 10)",
    ]);
    expect(group("ocr_training")).toContain("  rename  epoch=67-step=18564.ckpt → epoch-67_step-018564.ckpt");
    expect(group("pan_resnet18_no_polygons_canonical").filter((line) => line.startsWith("  keep") || line.startsWith("  remark"))).toEqual([
      "  keep    epoch_04_step_001365.ckpt → epoch-04_step-001365.ckpt (epoch 4 is before 10, but: the best by val/hmean: 0.95)",
      "  keep    epoch_08_step_002457.ckpt → epoch-08_step-002457.ckpt (epoch 8 is before 10, but: number 3 by val/hmean: 0.88)",
      "  keep    epoch_09_step_002730.ckpt → epoch-09_step-002730.ckpt (epoch 9 is before 10, but: number 2 by val/hmean: 0.89)",
    ]);
    expect(group("receipts_balanced-dbnet-fpn_decoder-resnet34").slice(2)).toEqual([
      ...[0, 1, 2].map((epoch) => `  keep    epoch-${epoch}-step-${52 * (epoch + 1)}.ckpt → epoch-0${epoch}_step-${String(52 * (epoch + 1)).padStart(6, "0")}.ckpt (epoch ${epoch} is before 10, but: its run has only 4 epochs)`),
      "  keep    epoch-3-step-208.ckpt → epoch-03_step-000208.ckpt (epoch 3 is before 10, but: the newest)",
    ]);
    expect(lines.slice(-3)).toEqual(["total 39  renamed 8  moved 0  deleted 24  skipped 0  kept back 7  errors 0", "before epoch 10: 31, of which 24 to the trash and 7 kept back", "Dry run: nothing was touched."]);
  });

  it("renames what it would delete when it was not asked to, with a tip", () => {
    const plan = tree.plan();
    expect(plan.counters).toMatchObject({ total: 39, renamed: 39, deleted: 0, skipped: 0 });
    expect(formatMigration(plan, { ...report, deleteOld: false }).at(-1)).toBe("Tip: 31 of these are before epoch 10; --delete-old puts 24 of them into the trash and keeps back 7 (best, last, top, tagged ones and the like).");
  });
});

describe("what is never deleted", () => {
  const verdict = (name: string, options: Parameters<MigrationTree["plan"]>[0]) => tree.plan({ deleteOld: true, ...options }).files.find(({ from }) => from.endsWith(`/${name}`));

  it("is what the retention plan spares: tagged, named by its run, referred to", () => {
    expect(verdict("epoch=2-step=819.ckpt", { runRecordOf: recordOf("/ocr_training", { tags: ["keep"], artifacts: {} }) })).toMatchObject({ outcome: "keep_back", reason: "epoch 2 is before 10, but: its run is tagged keep" });
    expect(verdict("epoch=2-step=819.ckpt", { runRecordOf: recordOf("/ocr_training", { tags: [], artifacts: { released: "checkpoints/epoch=2-step=819.ckpt" } }) })).toMatchObject({ reason: "epoch 2 is before 10, but: its run names it as released" });
    expect(verdict("epoch=2-step=819.ckpt", { pinned: new Set(["outputs/ocr_training/checkpoints/epoch=2-step=819.ckpt"]) })).toMatchObject({ outcome: "keep_back", reason: "epoch 2 is before 10, but: something refers to it" });
    expect(verdict("epoch=2-step=819.ckpt", {})).toMatchObject({ outcome: "delete" });
  });

  it("is the best, however few are kept", () => {
    expect(verdict("epoch_04_step_001365.ckpt", { keepTop: 0 })).toMatchObject({ outcome: "keep_back" });
    expect(verdict("epoch_08_step_002457.ckpt", { keepTop: 0 })).toMatchObject({ outcome: "delete" });
  });

  it("is what is named best or last, has a name nobody can read or a damaged sidecar", () => {
    const told = JSON.stringify({ training: { epoch: 1, global_step: 2 }, metrics: {} });
    for (const name of ["best", "last", "my favourite"]) {
      tree.put(`outputs/ocr_training/checkpoints/${name}.ckpt`);
      tree.put(`outputs/ocr_training/checkpoints/${name}.metadata.json`, told);
      expect(verdict(`${name}.ckpt`, {})).toMatchObject({ outcome: "keep_back" });
    }
    tree.put("outputs/ocr_training/checkpoints/epoch=2-step=819.metadata.json", "{");
    expect(verdict("epoch=2-step=819.ckpt", {})).toMatchObject({ outcome: "keep_back", reason: expect.stringContaining("not sure what it is") });
  });

  it("is anything of a run that is going on, which is not renamed either", () => {
    const plan = tree.plan({ deleteOld: true, runRecordOf: recordOf("/ocr_training", { status: "running", tags: [], artifacts: {} }) });
    expect(plan.files.filter(({ from }) => from.includes("/ocr_training/")).every(({ outcome, reason }) => outcome === "skip" && reason === "its run is going on")).toBe(true);
  });

  it("is a directory that holds something that stays", () => {
    const step = "outputs/hf/checkpoint-5";
    for (const file of ["config.json", "model.safetensors"]) tree.put(`${step}/${file}`, file === "config.json" ? "{}" : "x");
    tree.put(`${step}/trainer_state.json`, JSON.stringify({ epoch: 1, global_step: 5 }));
    tree.put(`${step}/checkpoints/last.ckpt`);
    for (const epoch of [11, 12]) {
      tree.put(`outputs/hf/checkpoint-${epoch}/model.safetensors`, "x");
      tree.put(`outputs/hf/checkpoint-${epoch}/config.json`, "{}");
      tree.put(`outputs/hf/checkpoint-${epoch}/trainer_state.json`, JSON.stringify({ epoch, global_step: epoch }));
    }
    expect(verdict("checkpoint-5", {})).toMatchObject({ outcome: "keep_back", reason: expect.stringContaining("but: it holds outputs/hf/checkpoint-5/checkpoints/last.ckpt, which stays") });
  });
});
