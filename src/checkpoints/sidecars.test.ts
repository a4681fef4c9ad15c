import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { findDirectorySidecars, findFileSidecars, readSidecar } from "./sidecars.ts";
import { readMetadataClaims } from "./sidecars/metadata-claims.ts";

const root = mkdtempSync(join(tmpdir(), "sidecars-"));
afterAll(() => rmSync(root, { recursive: true }));
/** JSON is YAML enough for these tests; the real parser belongs to `config`. */
const parseYaml = (text: string): unknown => JSON.parse(text);
const read = (name: string, contents: unknown) => {
  writeFileSync(join(root, name), typeof contents === "string" ? contents : JSON.stringify(contents));
  return readSidecar(join(root, name), parseYaml);
};

/** The sample record of seeds.md X.4. */
const v1 = {
  schema_version: "1.0", checkpoint_path: "ocr/checkpoints/best.ckpt", exp_name: "ocr_training", created_at: "2025-10-19T13:36:00",
  training: { epoch: 18, global_step: 3895, training_phase: "training", max_epochs: 25 },
  model: { architecture: "dbnet", encoder: { model_name: "resnet18", pretrained: true, frozen: false }, decoder: { name: "unet", in_channels: [64] }, head: { name: "db_head" }, loss: { name: "db_loss" } },
  metrics: { precision: 0.9508, recall: 0.9549, hmean: 0.9525, validation_loss: 0.31, additional_metrics: { "val/cleval": 0.5 } },
  checkpointing: { monitor: "val/hmean", mode: "max", save_top_k: 3, save_last: true }, wandb_run_id: "b1bipuoz",
};

describe("findFileSidecars", () => {
  it("knows both suffixes that two writers used, metadata before config", () => {
    const names = new Set(["best.ckpt", "best.config.json", "best.ckpt.metadata.yaml", "best.metadata.json", "best.resolved.config.json", "bestial.metadata.json"]);
    expect(findFileSidecars("best.ckpt", names)).toEqual(["best.metadata.json", "best.ckpt.metadata.yaml", "best.resolved.config.json", "best.config.json"]);
  });

  it("keeps the dots of a value in the stem", () => {
    expect(findFileSidecars("best-hmean-0.8920.ckpt", new Set(["best-hmean-0.8920.metadata.yaml"]))).toEqual(["best-hmean-0.8920.metadata.yaml"]);
  });

  it("looks inside a directory for its own", () => {
    expect(findDirectorySidecars(new Set(["adapter_config.json", "trainer_state.json", "README.md"]))).toEqual(["trainer_state.json", "adapter_config.json"]);
  });
});

describe("readSidecar", () => {
  it("reads every field of V1.0", () => {
    expect(read("best.metadata.json", v1)).toMatchObject({
      format: "v1", faults: [], extra: {},
      claims: {
        expName: "ocr_training", createdAt: "2025-10-19T13:36:00", epoch: 18, step: 3895, phase: "training", maxEpochs: 25, architecture: "dbnet", encoder: "resnet18", decoder: "unet",
        head: "db_head", loss: "db_loss", monitor: "val/hmean", mode: "max", saveTopK: 3, saveLast: true, wandbRunId: "b1bipuoz",
        metrics: { precision: 0.9508, recall: 0.9549, hmean: 0.9525, validation_loss: 0.31, "val/cleval": 0.5 },
      },
    });
  });

  it.each(["a.metadata.yaml", "a.ckpt.metadata.yaml", "a.ckpt.metadata.yml", "metadata.json"])("reads the same from %s", (name) => {
    expect(read(name, v1).claims).toEqual(read("best.metadata.json", v1).claims);
  });

  it("reads what the checkpoint callback of seed 002 wrote", () => {
    const callback = {
      checkpoint_path: "x", created_at: "2025-10-18T20:24:18", training: { epoch: 0, global_step: 10, training_phase: "training" },
      model: { architecture: "dbnet", encoder: "resnet18", components: { decoder: "pan_decoder", head: { name: "db_head" } } },
      metrics: { "val/hmean": 0.9 }, config: { monitor: "val/hmean", mode: "max", save_top_k: 1 },
    };
    expect(read("last.metadata.json", callback)).toMatchObject({
      format: "callback", faults: [], claims: { epoch: 0, encoder: "resnet18", decoder: "pan_decoder", head: "db_head", monitor: "val/hmean", saveTopK: 1, metrics: { "val/hmean": 0.9 } },
    });
  });

  it("takes `unknown` for no answer", () => {
    const { claims } = read("u.metadata.yaml", { ...v1, model: { architecture: "unknown", encoder: { model_name: "Unknown" }, decoder: { name: "" } } });
    expect([claims.architecture, claims.encoder, claims.decoder]).toEqual([undefined, undefined, undefined]);
  });

  it("reports wrong types by field, and uses the rest", () => {
    const { claims, faults } = read("w.metadata.json", { ...v1, created_at: "yesterday", training: { epoch: "18", global_step: -1 }, metrics: { hmean: 1.2, recall: "x", precision: 0.5 } });
    expect(faults.map(({ type, field }) => `${type} ${field}`).sort()).toEqual([
      "business_rule metrics.hmean", "schema_validation created_at", "schema_validation metrics.hmean", "schema_validation metrics.recall", "schema_validation training.epoch", "schema_validation training.global_step",
    ]);
    expect(claims).toMatchObject({ architecture: "dbnet", metrics: { precision: 0.5 } });
    expect(claims.epoch).toBeUndefined();
  });

  it("keeps keys it does not know", () => {
    expect(read("k.metadata.json", { ...v1, reviewer: "Ana", nested: { a: 1 } }).extra).toEqual({ reviewer: "Ana", nested: { a: 1 } });
  });

  it("asks V1.0 for hmean", () => {
    expect(read("h.metadata.json", { ...v1, metrics: {} }).faults).toEqual([{ type: "business_rule", file: "h.metadata.json", field: "metrics.hmean", message: "hmean is missing" }]);
  });

  it("reads a Hydra config, also the model section alone, and leaves unresolved words out", () => {
    const model = { architecture_name: "dbnet", component_overrides: { encoder: { model_name: "resnet34" }, decoder: { name: "pan_decoder" }, loss: { _target_: "ocr.losses.DBLoss" } } };
    const whole = { exp_name: "receipts", model, trainer: { max_epochs: 15 }, logger: { wandb: { id: "9evam0xb" } }, callbacks: { model_checkpoint: { experiment_tag: "${exp_name}", monitor: "val/hmean", mode: "max" } } };
    expect(read("config.yaml", whole).claims).toEqual({ architecture: "dbnet", encoder: "resnet34", decoder: "pan_decoder", loss: "DBLoss", expName: "receipts", maxEpochs: 15, monitor: "val/hmean", mode: "max", wandbRunId: "9evam0xb" });
    expect(read("x.config.json", model).claims).toEqual({ architecture: "dbnet", encoder: "resnet34", decoder: "pan_decoder", loss: "DBLoss" });
  });

  it("reads the folders of the Hugging Face Trainer and PEFT", () => {
    const history = [{ step: 50, loss: 2 }, { step: 100, loss: 1.5, learning_rate: 1e-4 }, { step: 100, eval_loss: 1.25, eval_runtime: 3.5 }];
    expect(read("trainer_state.json", { global_step: 100, epoch: 1, num_train_epochs: 3, log_history: history }).claims).toEqual({ step: 100, epoch: 0, maxEpochs: 3, metrics: { loss: 1.5, eval_loss: 1.25 } });
    expect(read("trainer_state.json", { global_step: 150, epoch: 1.5 }).claims.epoch).toBe(1);
    expect(read("adapter_config.json", { base_model_name_or_path: "meta-llama/Llama-3.2-1B", peft_type: "LORA" }).claims).toEqual({ baseModel: "meta-llama/Llama-3.2-1B" });
    expect(read("config.json", { model_type: "llama", architectures: ["LlamaForCausalLM"] }).claims).toEqual({ architecture: "llama" });
  });

  it("knows the sentinel of an aborted run", () => {
    expect(read(".FAILURE", "NaN in dice loss")).toMatchObject({ format: "failure", extra: { text: "NaN in dice loss" } });
  });

  it("says why it reads nothing", () => {
    expect(read("broken.metadata.json", "{").faults[0]).toMatchObject({ type: "syntax" });
    expect(read("big.metadata.json", `"${"x".repeat(1_000_000)}"`).faults).toEqual([{ type: "too_large", file: "big.metadata.json", message: "1000002 bytes, at most 1000000 are read" }]);
    expect(readSidecar(join(root, "none.metadata.json"), parseYaml).faults).toEqual([{ type: "unreadable", file: "none.metadata.json", message: "ENOENT" }]);
    expect(read("list.metadata.json", []).faults[0]).toMatchObject({ field: "(whole file)" });
  });

  it("takes any JSON without throwing", () => {
    const group = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom("epoch", "global_step", "hmean", "encoder", "monitor", "mode", "additional_metrics"), fc.jsonValue()));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom("training", "model", "metrics", "checkpointing", "config", "created_at", "weights", "schema_version"), group)), (value) => {
        const { claims, faults } = readMetadataClaims(value, "x");
        for (const score of Object.values(claims.metrics ?? {})) expect(Number.isFinite(score)).toBe(true);
        expect(Array.isArray(faults)).toBe(true);
      }),
    );
  });
});
