// Every layout and every kind of checkpoint of the seeds, to both schemes, and back.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMigrationTree, namings, now, type MigrationTree, type Scheme } from "../../../test/helpers/migration-tree.ts";
import type { RunRecord } from "../../records/index.ts";
import { applyMigration, undoMigration } from "./apply.ts";
import { resolveLegacyPath } from "./compatibility.ts";

let tree: MigrationTree;
beforeEach(() => void (tree = createMigrationTree()));
afterEach(() => tree.remove());

const standing = (path: string) => existsSync(join(tree.workspace, path));
/** When the tree's files say that they were written; a run whose name has no time begins then. */
const UNTOLD = { hierarchical: "20251009_085320", dated: "2025-10-09/08-53-20" };

/** As the command hands it in, without the upgrades of old records. */
function runRecordOf(directory: string): RunRecord | undefined {
  const path = join(directory, "run.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as RunRecord) : undefined;
}

/** Migrates, hands over to the checks, undoes, and compares with the former tree. */
async function thereAndBack(scheme: Scheme | undefined, root: string, check: () => void): Promise<void> {
  const before = tree.snapshot();
  const plan = tree.plan(scheme === undefined ? {} : { runs: namings[scheme], runRecordOf }, root);
  expect(plan.problems).toEqual([]);
  await applyMigration(plan, now);
  check();
  await undoMigration(tree.workspace);
  expect(tree.snapshot()).toEqual(before);
}

describe.each([
  ["R0", "lightning_logs/version_3", `lightning_logs_version_3-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["R0 backup", "lightning_logs_backup/old/version_1", `old_version_1-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["R1", "outputs/ocr_training", `ocr_training-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["R2", "outputs/transforms_test-dbnetpp-dbnetpp_decoder-resnet18_33", `transforms_test_dbnetpp_dbnetpp_decoder_resnet18_33-dbnetpp-resnet18_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["R3", "outputs/ocr_baseline_v1-dbnet-resnet18_training_20251015_120000", "ocr_baseline_v1-dbnet-resnet18_training_20251015_120000", "2025-10-15/12-00-00"],
  ["R3 observed", "outputs/new_norm_receipt_filter-dbnet-unet-mobilenetv3_small_050-unknown_training_20251016_231633", "new_norm_receipt_filter-dbnet-unet-mobilenetv3_small_050-unknown_training_20251016_231633", "2025-10-16/23-16-33"],
  ["R4", "outputs/2025-10-18/20-24-18", "run-unknown_training_20251018_202418", "2025-10-18/20-24-18"],
  ["R4 sweep", "multirun/2025-10-18/20-24-18/3", "run_3-unknown_training_20251018_202418", "MULTIRUN"],
  ["R5", "outputs/17", `17-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["R6", "outputs/experiments/train/ocr", `ocr-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["registry", "outputs/experiments/exp_004", `exp_004-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
  ["R7", "external/outputs/runs/2025-12-24/09-10-11", "run-unknown_training_20251224_091011", "R7"],
  ["nested", "outputs/a/checkpoints/pan_inner", `pan_inner-unknown_training_${UNTOLD.hierarchical}`, UNTOLD.dated],
])("layout %s", (_name, run, hierarchical, dated) => {
  it.each([["hierarchical", hierarchical], ["dated", dated]] as const)("goes to the %s scheme with its references, and back", async (scheme, name) => {
    const old = `${run}/checkpoints/epoch=67-step=18564.ckpt`;
    tree.put(old);
    tree.put(`${run}/.hydra/config.yaml`, `resume: ${old}\nlocal: checkpoints/epoch=67-step=18564.ckpt\n`);
    tree.put(`${run}/checkpoints/epoch=67-step=18564.metadata.json`, JSON.stringify({ checkpoint_path: "checkpoints/epoch=67-step=18564.ckpt" }));
    await thereAndBack(scheme, ".", () => {
      const stays = name === "MULTIRUN" || name === "R7";
      const place = stays ? run : `outputs/${name}`;
      const fine = `${place}/checkpoints/epoch-67_step-018564.ckpt`;
      expect(tree.read(fine)).toBe(old);
      expect(tree.read(`${place}/.hydra/config.yaml`)).toBe(`resume: ${fine}\nlocal: checkpoints/epoch-67_step-018564.ckpt\n`);
      expect(JSON.parse(tree.read(`${place}/checkpoints/epoch-67_step-018564.metadata.json`))).toEqual({ checkpoint_path: "checkpoints/epoch-67_step-018564.ckpt" });
      expect(resolveLegacyPath(old, tree.workspace)).toBe(join(tree.workspace, fine));
      if (place !== run) {
        expect(JSON.parse(tree.read(`${place}/migrated_from.json`))).toMatchObject({ directory: run });
        expect(standing(run)).toBe(false);
        if (!run.startsWith("outputs/a/")) expect([...new Set([run.split("/").slice(0, -1).join("/")])].filter((parent) => parent !== "outputs" && standing(parent))).toEqual([]);
      }
    });
  });
});

describe("kinds of checkpoints", () => {
  it.each([
    ["C1", "epoch=67-step=18564.ckpt", "epoch-67_step-018564.ckpt"],
    ["C2", "epoch-9-step-1030.ckpt", "epoch-09_step-001030.ckpt"],
    ["C3", "epoch_0_step_273.ckpt", "epoch-00_step-000273.ckpt"],
    ["C4", "epoch_epoch=02-step_step=0819-loss_val_loss=1.5191.ckpt", "epoch-02_step-000819_val_loss-1.5191.ckpt"],
    ["C5", "epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt", "epoch-01_step-000546_loss-1.6217.ckpt"],
    ["C6", "resnet18_bs12_epoch_epoch=0_step_step=13.ckpt", "epoch-00_step-000013.ckpt"],
    ["C7", "epoch_09_step_002730_dbnet_resnet18.ckpt", "epoch-09_step-002730.ckpt"],
    ["C8", "epoch_epoch_22_step_step_001932_20251009_015037.ckpt", "epoch-22_step-001932.ckpt"],
    ["C9", "val/hmean=0.8920-best.ckpt", "best-hmean-0.8920.ckpt"],
    ["C10", "last_20251011_004442.ckpt", "last.ckpt"],
    ["C11", "epoch_05_step_000205_val_hmean_0.8756_dbnet_resnet18_20251012_101010.ckpt", "epoch-05_step-000205_val_hmean-0.8756.ckpt"],
    ["C11 best", "best_epoch_05_step_000205_val_hmean_0.8756_dbnet_20251012_101010.ckpt", "best-val_hmean-0.8756.ckpt"],
    ["C12", "best-hmean(0.8920).ckpt", "best-hmean-0.8920.ckpt"],
    ["C13", "epoch-05_step-000205_hmean-0.8756.ckpt", "epoch-05_step-000205_hmean-0.8756.ckpt"],
    ["C14", "best-v2.ckpt", "best-v2.ckpt"],
  ])("%s: %s becomes %s", async (_era, from, to) => {
    tree.put(`outputs/a/checkpoints/${from}`);
    tree.put("outputs/a/checkpoints/epoch-90_step-000001.ckpt");
    tree.put("outputs/a/checkpoints/zz/epoch=1-step=1.ckpt");
    await thereAndBack(undefined, "outputs", () => {
      expect(tree.read(`outputs/a/checkpoints/${to}`)).toBe(`outputs/a/checkpoints/${from}`);
      expect(tree.names("outputs/a/checkpoints").filter((name) => !name.endsWith(".json"))).toEqual(["epoch-90_step-000001.ckpt", to, "zz"].sort());
    });
  });

  const adapter = { "adapter_config.json": '{"base_model_name_or_path": "meta/Llama-3.2-1B", "r": 8}', "adapter_model.safetensors": "x" };
  it.each([
    ["a Hugging Face step, which it keeps", "checkpoint-750", { ...adapter, "trainer_state.json": '{"epoch": 2.5, "global_step": 750, "best_model_checkpoint": "outputs/a/checkpoint-750"}' }, "epoch-02_step-000750"],
    ["a Hugging Face step whose epoch nobody says", "checkpoint-750", adapter, "checkpoint-750"],
    ["an adapter without a step", "my-lora", adapter, "my-lora"],
    ["a merged model", "merged", { "config.json": '{"architectures": ["LlamaForCausalLM"]}', "model.safetensors": "x" }, "merged"],
    ["a GGUF file", "gguf", { "merged_model-q4_k_m.gguf": "x" }, "gguf"],
  ])("moves %s with its run", async (_what, name, files, fresh) => {
    for (const [file, text] of Object.entries(files)) tree.put(`outputs/a/${name}/${file}`, text);
    tree.put("outputs/a/checkpoints/last.ckpt");
    for (const scheme of ["hierarchical", "dated"] as const) {
      await thereAndBack(scheme, "outputs", () => {
        const led = resolveLegacyPath(`outputs/a/${name}`, tree.workspace)!;
        expect(led.split("/").at(-1)).toBe(fresh);
        for (const [file, text] of Object.entries(files)) {
          expect(tree.read(`${led.slice(tree.workspace.length + 1)}/${file}`)).toBe(text.replace(`outputs/a/${name}`, led.slice(tree.workspace.length + 1)));
        }
      });
    }
  });
});

describe("a run of ours", () => {
  const record = (name: string, scheme: string) => `{\n  "id": "r1",\n  "tag": "tag",\n  "model": "llama",\n  "phase": "training",\n  "tags": [],\n  "config": { "name": "mine", "scheme": "${scheme}" },\n  "name": "${name}",\n  "scheme": "${scheme}",\n  "artifacts": { "best": "checkpoints/best-loss-0.5000", "adapter": "outputs/${name}/checkpoints/last" }\n}\n`;

  it.each([
    ["dated", "hierarchical", "2026-03-01/12-00-00", "tag-llama_training_20260301_120000"],
    ["hierarchical", "dated", "tag-llama_training_20260301_120000", "2026-03-01/12-00-00"],
  ] as const)("moves from %s to %s, and its record says so", async (from, to, name, fresh) => {
    const former = record(name, from);
    tree.put(`outputs/${name}/run.json`, former);
    tree.put(`outputs/${name}/checkpoints/last/metadata.json`, '{"epoch": 1}');
    tree.put(`outputs/${name}/checkpoints/last/adapter_model.safetensors`, "x");
    await thereAndBack(to, "outputs", () => {
      const text = tree.read(`outputs/${fresh}/run.json`);
      expect(JSON.parse(text)).toMatchObject({ name: fresh, scheme: to, artifacts: { best: "checkpoints/best-loss-0.5000", adapter: `outputs/${fresh}/checkpoints/last` } });
      expect(text).toBe(former.replace(`  "name": "${name}"`, `  "name": "${fresh}"`).replace(`  "scheme": "${from}"`, `  "scheme": "${to}"`).replaceAll(`outputs/${name}`, `outputs/${fresh}`));
      expect(JSON.parse(text).config.scheme).toBe(from);
    });
  });
});
