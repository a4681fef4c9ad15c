import { describe, expect, it } from "vitest";
import { findEncoder } from "./encoder.ts";

const find = (shapes: Readonly<Record<string, readonly number[]>>): string | undefined => findEncoder(new Map(Object.entries(shapes)))?.name;

/** timm's names: stem, depth of the second stage, channels out of the third. */
const timm = (stem: number, depth: number, third: number, more: Readonly<Record<string, readonly number[]>> = {}) => ({
  "model.encoder.model.conv_stem.weight": [stem, 3, 3, 3],
  ...Object.fromEntries(Array.from({ length: depth }, (_, block) => [`model.encoder.model.blocks.1.${block}.conv_pw.weight`, [96, 16, 1, 1]])),
  "model.encoder.model.blocks.2.0.conv_pwl.weight": [third, 64, 1, 1],
  ...Object.fromEntries(Object.entries(more).map(([name, shape]) => [`model.encoder.model.${name}`, shape])),
});

const squeeze = { "blocks.0.0.se.conv_reduce.weight": [8, 16, 1, 1] };

describe("an encoder", () => {
  it.each<[string, Readonly<Record<string, readonly number[]>>]>([
    ["mobilenetv3_small_050", timm(16, 2, 24, squeeze)],
    ["mobilenetv3_small_075", timm(16, 2, 32, squeeze)],
    ["mobilenetv3_small_100", timm(16, 2, 40, squeeze)],
    ["mobilenetv3_large_100", timm(16, 2, 40)],
    ["efficientnet_b0", timm(32, 2, 40)],
    ["efficientnet_b3", timm(40, 3, 48)],
    ["efficientnet_b0", { "features.0.0.weight": [32, 3, 3, 3], "features.2.0.block.0.0.weight": [96, 16, 1, 1], "features.2.1.block.0.0.weight": [144, 24, 1, 1], "features.3.0.block.3.0.weight": [40, 144, 1, 1] }],
    ["mobilenetv3_large_100", { "features.0.0.weight": [16, 3, 3, 3], "features.16.0.weight": [960, 160, 1, 1] }],
  ])("is %s by what only it has", (name, shapes) => {
    expect(find(shapes)).toBe(name);
  });

  it("is a VGG by its number of convolutions, with or without batch norms", () => {
    const vgg = (convolutions: number, norm: boolean) =>
      Object.fromEntries(Array.from({ length: convolutions }, (_, at) => at * (norm ? 3 : 2)).flatMap((at): [string, number[]][] => [[`features.${at}.weight`, [64, 3, 3, 3]], ...(norm ? [[`features.${at + 1}.running_mean`, [64]] as [string, number[]]] : [])]));
    expect(find(vgg(13, true))).toBe("vgg16_bn");
    expect(find(vgg(16, false))).toBe("vgg19");
  });

  it("is not named when it is of no known family", () => {
    const block = (out: number) => ({ "layer1.0.conv1.weight": [out, 64, 1, 1], "layer1.0.conv2.weight": [out, out, 3, 3], "layer1.0.conv3.weight": [256, out, 1, 1] });
    expect(find(block(128))).toBeUndefined();
    expect(find({ ...block(64), "layer1.0.conv2.weight": [64, 2, 3, 3] })).toBeUndefined();
    expect(find({ "blocks.0.weight": [1] })).toBeUndefined();
  });
});
