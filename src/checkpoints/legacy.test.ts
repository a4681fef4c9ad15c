import { describe, expect, it } from "vitest";
import { parseForeignCheckpointName } from "./legacy.ts";
import { formatCheckpointName } from "./names.ts";

describe("parseForeignCheckpointName", () => {
  it.each([
    ["epoch_epoch_22_step_step_001932_20251009_015037.ckpt", { kind: "step", epoch: 22, step: 1932, savedAt: "20251009_015037" }],
    ["epoch_epoch_02_step_step_000176_20251009_011245.ckpt", { kind: "step", epoch: 2, step: 176, savedAt: "20251009_011245" }],
    ["epoch_09_step_002730.ckpt", { kind: "step", epoch: 9, step: 2730 }],
    ["epoch=67-step=18564.ckpt", { kind: "step", epoch: 67, step: 18564 }],
    ["epoch_0_step_273.ckpt", { kind: "step", epoch: 0, step: 273 }],
    ["epoch-9-step-1030.ckpt", { kind: "step", epoch: 9, step: 1030 }],
    ["epoch-2-step-819.ckpt", { kind: "step", epoch: 2, step: 819 }],
    ["epoch_epoch=02-step_step=0819-loss_val_loss=1.5191.ckpt", { kind: "step", epoch: 2, step: 819, metric: { name: "val_loss", value: 1.5191 } }],
    ["checkpoints/epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt", { kind: "step", epoch: 1, step: 546, metric: { name: "val/loss", value: 1.6217 } }],
    ["resnet34_bs4_epoch_epoch=28_step_step=23722.ckpt", { kind: "step", epoch: 28, step: 23722, encoder: "resnet34", batchSize: 4 }],
    ["resnet18_bs16_epoch_epoch=7_step_step=1640.ckpt", { kind: "step", epoch: 7, step: 1640, encoder: "resnet18", batchSize: 16 }],
    ["val/hmean=0.8920-best.ckpt", { kind: "best", metric: { name: "val/hmean", value: 0.892 } }],
    ["hmean=0.7990-best.ckpt", { kind: "best", metric: { name: "hmean", value: 0.799 } }],
    ["best-hmean(0.8920).ckpt", { kind: "best", metric: { name: "hmean", value: 0.892 } }],
    ["best-hmean-0.8920.ckpt", { kind: "best", metric: { name: "hmean", value: 0.892 } }],
    ["best-v2.ckpt", { kind: "best", rank: 2 }],
    ["last.ckpt", { kind: "last" }],
    ["last_20251011_004442.ckpt", { kind: "last", savedAt: "20251011_004442" }],
    ["models/checkpoints/checkpoint-100/", { kind: "step", step: 100 }],
    ["run/checkpoints/epoch-18_step-003895.ckpt", { kind: "step", epoch: 18, step: 3895 }],
  ])("reads %s", (path, expected) => {
    expect(parseForeignCheckpointName(path)).toEqual(expected);
  });

  it("gives the facts for a name of ours", () => {
    const { epoch, step } = parseForeignCheckpointName("epoch_epoch_22_step_step_001932_20251009_015037.ckpt")!;
    expect(formatCheckpointName({ epoch: epoch!, step: step! })).toBe("epoch-22_step-001932");
  });

  it.each(["", "model.safetensors", "epoch", "checkpoint-", "best-of-all"])("finds nothing in %j", (path) => {
    expect(parseForeignCheckpointName(path)).toBeUndefined();
  });
});
