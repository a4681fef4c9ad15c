import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findEncoder } from "./encoder.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;
const find = (shapes: Shapes): string | undefined => findEncoder(new Map(Object.entries(shapes)))?.name;

/** Names and shapes of real models, by `<library> <model>`. Source: scripts/fixtures/write-encoders.py. */
const models = JSON.parse(gunzipSync(readFileSync(new URL("../../../test/fixtures/encoders/shapes.json.gz", import.meta.url))).toString()) as Readonly<Record<string, Shapes>>;

/** What libraries call otherwise; undefined: a model that must not be taken for one that is known. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  mobilenet_v3_small: "mobilenetv3_small_100", mobilenet_v3_large: "mobilenetv3_large_100", tf_efficientnetv2_s: "efficientnet_v2_s", tf_efficientnetv2_m: "efficientnet_v2_m", tf_efficientnetv2_l: "efficientnet_v2_l",
  efficientnetv2_rw_s: undefined, seresnet50: undefined, resnext50_32x4d: undefined, wide_resnet50_2: undefined, convnext_tiny: undefined, densenet121: undefined, mobilenetv2_100: undefined, mobilenet_v2: undefined,
};

describe("an encoder", () => {
  it.each(Object.keys(models))("is told from all others by the state dict of %s, whatever wraps it", (label) => {
    const model = label.split(/[ ,]/)[1]!;
    const expected = model in NAMES ? NAMES[model] : model;
    for (const prefix of ["", "model.encoder.model.", "model._orig_mod.encoder.model.", "module.backbone."]) {
      expect(find(Object.fromEntries(Object.entries(models[label]!).map(([name, shape]) => [prefix + name, shape])))).toBe(expected);
    }
  });

  it("is not named when it is of no known family", () => {
    const block = (out: number) => ({ "layer1.0.conv1.weight": [out, 64, 1, 1], "layer1.0.conv2.weight": [out, out, 3, 3], "layer1.0.conv3.weight": [256, out, 1, 1] });
    expect(find(block(128))).toBeUndefined();
    expect(find({ ...block(64), "layer1.0.conv2.weight": [64, 2, 3, 3] })).toBeUndefined();
    expect(find({ "blocks.0.weight": [1] })).toBeUndefined();
  });
});
