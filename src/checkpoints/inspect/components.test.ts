import { describe, expect, it } from "vitest";
import { detectComponents } from "./components.ts";

const conv = (out: number, into: number, size = 3) => [out, into, size, size];
const detect = (shapes: Readonly<Record<string, readonly number[]>>) => detectComponents(Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: "float32", elements: shape.reduce((a, b) => a * b, 1) })));
/** `<name>.0.weight`, `<name>.1.weight`, … for inputs of these widths. */
const laterals = (name: string, out: number, channels: readonly number[]) => Object.fromEntries(channels.map((into, at) => [`model.decoder.${name}.${at}.weight`, conv(out, into, 1)]));
const SMALL = [64, 128, 256, 512];

describe("the parts of a detector", () => {
  it.each<[string, string, Readonly<Record<string, readonly number[]>>, object]>([
    ["dbnet", "bottom_up", { ...laterals("lateral_convs", 256, SMALL), "model.decoder.bottom_up.0.weight": conv(128, 256) }, { name: "pan_decoder", inChannels: SMALL, innerChannels: 256, outChannels: 128 }],
    ["dbnet", "fusion", { ...laterals("lateral_convs", 256, SMALL), "model.decoder.fusion.0.weight": conv(200, 1024) }, { name: "fpn_decoder", inChannels: SMALL, innerChannels: 256, outChannels: 200 }],
    ["dbnet", "inners", { ...laterals("inners", 256, SMALL), "model.decoder.outers.0.0.weight": conv(64, 256) }, { name: "unet", inChannels: SMALL, innerChannels: 256, outChannels: 64 }],
    ["dbnetpp", "asf", { ...laterals("in_convs", 256, SMALL), "model.decoder.asf.spatial_wise.0.weight": conv(1, 1) }, { name: "dbpp_decoder", inChannels: SMALL, innerChannels: 256 }],
  ])("are those of %s with what %s tells of its decoder", (architecture, _mark, decoder, expected) => {
    const { components, architecture: found } = detect({ ...decoder, "model.head.binarize.0.weight": conv(64, 256) });
    expect(components.decoder).toEqual(expected);
    expect(components.head).toEqual({ name: "db_head", inChannels: [256] });
    expect(found).toBe(architecture);
  });

  it("are those of craft with a head of that name", () => {
    const { components, architecture } = detect({ "model.decoder.upconv1.conv.0.weight": conv(256, 1536, 1), "model.head.craft.0.weight": conv(32, 32) });
    expect([architecture, components.decoder, components.head]).toEqual(["craft", { name: "craft_decoder" }, { name: "craft_head", inChannels: [32] }]);
  });

  it("are not guessed from words elsewhere in a name", () => {
    expect(detect({ "model.backbone.fusion.0.weight": conv(64, 64), "model.layers.0.inners.weight": conv(8, 8), "craft.binarize.weight": [3] })).toEqual({ components: {} });
  });
});
