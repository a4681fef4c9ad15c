import { describe, expect, it } from "vitest";
import { parseForeignCheckpointName, parseModelFileName } from "./legacy.ts";
import { formatCheckpointName } from "./names.ts";

describe("parseForeignCheckpointName", () => {
  it.each([
    ["epoch_epoch_22_step_step_001932_20251009_015037.ckpt", { kind: "step", epoch: 22, step: 1932, savedAt: "20251009_015037" }],
    ["epoch_epoch_02_step_step_000176_20251009_011245.ckpt", { kind: "step", epoch: 2, step: 176, savedAt: "20251009_011245" }],
    ["epoch_09_step_002730.ckpt", { kind: "step", epoch: 9, step: 2730 }],
    ["epoch=67-step=18564.ckpt", { kind: "step", epoch: 67, step: 18564 }],
    ["epoch=67-step=18564-v2.ckpt", { kind: "step", epoch: 67, step: 18564, rank: 2 }],
    ["epoch=67-step=18564-val_loss=0.1234.ckpt", { kind: "step", epoch: 67, step: 18564, metric: { name: "val_loss", value: 0.1234 } }],
    ["epoch=3-val_loss=0.50.ckpt", { kind: "step", epoch: 3, metric: { name: "val_loss", value: 0.5 } }],
    ["epoch_0_step_273.ckpt", { kind: "step", epoch: 0, step: 273 }],
    ["epoch-9-step-1030.ckpt", { kind: "step", epoch: 9, step: 1030 }],
    ["epoch-2-step-819.ckpt", { kind: "step", epoch: 2, step: 819 }],
    ["epoch-0-step-52.ckpt", { kind: "step", epoch: 0, step: 52 }],
    ["epoch_epoch=02-step_step=0819-loss_val_loss=1.5191.ckpt", { kind: "step", epoch: 2, step: 819, metric: { name: "val_loss", value: 1.5191 } }],
    ["checkpoints/epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt", { kind: "step", epoch: 1, step: 546, metric: { name: "loss", value: 1.6217 } }],
    ["resnet18_bs12_epoch_epoch=0_step_step=13.ckpt", { kind: "step", epoch: 0, step: 13, encoder: "resnet18", batchSize: 12 }],
    ["resnet34_bs4_epoch_epoch=28_step_step=23722.ckpt", { kind: "step", epoch: 28, step: 23722, encoder: "resnet34", batchSize: 4 }],
    ["resnet18_bs16_epoch_epoch=7_step_step=1640.ckpt", { kind: "step", epoch: 7, step: 1640, encoder: "resnet18", batchSize: 16 }],
    ["epoch_09_step_002730_dbnet_mobilenetv3_small_050.ckpt", { kind: "step", epoch: 9, step: 2730, architecture: "dbnet", encoder: "mobilenetv3_small_050" }],
    ["epoch_05_step_000205_val_hmean_0.8756_dbnet-resnet18_20251012_101010.ckpt", { kind: "step", epoch: 5, step: 205, metric: { name: "val_hmean", value: 0.8756 }, model: "dbnet-resnet18", savedAt: "20251012_101010" }],
    ["best_epoch_05_step_000205_val_hmean_0.8756_unknown_20251012_101010.ckpt", { kind: "best", epoch: 5, step: 205, metric: { name: "val_hmean", value: 0.8756 }, model: "unknown", savedAt: "20251012_101010" }],
    ["val/hmean=0.8920-best.ckpt", { kind: "best", metric: { name: "hmean", value: 0.892 } }],
    ["run/checkpoints/hmean=0.7990-best.ckpt", { kind: "best", metric: { name: "hmean", value: 0.799 } }],
    ["best-hmean(0.8920).ckpt", { kind: "best", metric: { name: "hmean", value: 0.892 } }],
    ["best-hmean-0.8920.ckpt", { kind: "best", metric: { name: "hmean", value: 0.892 } }],
    ["best-loss-0.0234.ckpt", { kind: "best", metric: { name: "loss", value: 0.0234 } }],
    ["best.ckpt", { kind: "best" }],
    ["best-v1.ckpt", { kind: "best", rank: 1 }],
    ["best-v2.ckpt", { kind: "best", rank: 2 }],
    ["best_model.pth", { kind: "best" }],
    ["last.ckpt", { kind: "last" }],
    ["last-v1.ckpt", { kind: "last", rank: 1 }],
    ["last_20251011_004442.ckpt", { kind: "last", savedAt: "20251011_004442" }],
    ["models/checkpoints/checkpoint-100/", { kind: "step", step: 100 }],
    ["llama3-medical-ner-lora/checkpoint-750", { kind: "step", step: 750 }],
    ["epoch-05_step-000205_hmean-0.8756.ckpt", { kind: "step", epoch: 5, step: 205, metric: { name: "hmean", value: 0.8756 } }],
    ["run/checkpoints/epoch-18_step-003895.ckpt", { kind: "step", epoch: 18, step: 3895 }],
    ["ocr_epoch-100_step-1234567_v2.ckpt", { kind: "step", epoch: 100, step: 1234567, prefix: "ocr", rank: 2 }],
  ])("reads %s", (path, expected) => {
    expect(parseForeignCheckpointName(path)).toEqual(expected);
  });

  it("gives the facts for a name of ours", () => {
    const { epoch, step } = parseForeignCheckpointName("epoch_epoch_22_step_step_001932_20251009_015037.ckpt")!;
    expect(formatCheckpointName({ epoch: epoch!, step: step! })).toBe("epoch-22_step-001932");
  });

  it.each(["", "model.safetensors", "epoch", "checkpoint-", "best-of-all", ".FAILURE", "optimizer.pt", "lastly.ckpt"])("finds nothing in %j", (path) => {
    expect(parseForeignCheckpointName(path)).toBeUndefined();
  });
});

describe("parseModelFileName", () => {
  it.each([
    ["merged_model-q4_k_m.gguf", { base: "merged_model", quantization: "q4_k_m" }],
    ["releases/v1/model-q4_k_m.gguf", { base: "model", quantization: "q4_k_m" }],
    ["Llama-3.2-1B.Q8_0.gguf", { base: "Llama-3.2-1B", quantization: "q8_0" }],
    ["model-IQ4_XS-00001-of-00003.gguf", { base: "model", quantization: "iq4_xs", piece: { number: 1, of: 3 } }],
    ["adapter.gguf", { base: "adapter" }],
  ])("reads %s", (name, expected) => {
    expect(parseModelFileName(name)).toEqual(expected);
  });

  it("reads no other extension", () => {
    expect(parseModelFileName("model.safetensors")).toBeUndefined();
  });
});
