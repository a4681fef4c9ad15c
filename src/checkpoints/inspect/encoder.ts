// Which image encoder a set of parameter names and shapes is. Told apart by what differs, never by the first layer, which is 64 channels wide in
// every ResNet and 16 in every MobileNetV3. Sources: torchvision.models and timm.models, block tables of each family.
import type { PartFact } from "./facts.ts";

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** Blocks of the four stages. */
const RESNETS: readonly (readonly [name: string, bottleneck: boolean, stages: readonly number[]])[] = [
  ["resnet18", false, [2, 2, 2, 2]],
  ["resnet34", false, [3, 4, 6, 3]],
  ["resnet50", true, [3, 4, 6, 3]],
  ["resnet101", true, [3, 4, 23, 3]],
  ["resnet152", true, [3, 8, 36, 3]],
];

/** Stem channels, blocks of the second stage, channels out of the third. */
const EFFICIENTNETS: Readonly<Record<string, string>> = {
  "32 2 40": "efficientnet_b0", "32 3 40": "efficientnet_b1", "32 3 48": "efficientnet_b2", "40 3 48": "efficientnet_b3",
  "48 4 56": "efficientnet_b4", "48 5 64": "efficientnet_b5", "56 6 72": "efficientnet_b6", "64 7 80": "efficientnet_b7",
};

/** Stem channels, blocks of the first stage, channels out of the sixth. */
const EFFICIENTNETS_V2: Readonly<Record<string, string>> = { "24 2 256": "efficientnet_v2_s", "24 3 304": "efficientnet_v2_m", "32 4 384": "efficientnet_v2_l" };

/** Convolutions of each VGG. */
const VGGS: Readonly<Record<number, string>> = { 8: "vgg11", 10: "vgg13", 13: "vgg16", 16: "vgg19" };

/** The encoder, or undefined when none is known for sure. */
export function findEncoder(shapes: Shapes): PartFact | undefined {
  return findResnet(shapes) ?? findTimm(shapes) ?? findTorchvision(shapes);
}

/** What stands before `marker` in the only name that ends with it, an encoder's before others. */
function prefixOf(shapes: Shapes, marker: string): string | undefined {
  const found = [...shapes.keys()].filter((name) => name === marker || name.endsWith(`.${marker}`)).map((name) => name.slice(0, -marker.length));
  return found.find((prefix) => /encoder|backbone/.test(prefix)) ?? found[0];
}

/** How many numbered children a name has: `layer1.` has 0, 1, 2. */
function countChildren(shapes: Shapes, parent: string): number {
  const seen = new Set<string>();
  for (const name of shapes.keys()) {
    if (!name.startsWith(parent)) continue;
    const child = name.slice(parent.length).split(".", 1)[0]!;
    if (/^\d+$/.test(child)) seen.add(child);
  }
  return seen.size;
}

function findResnet(shapes: Shapes): PartFact | undefined {
  const prefix = prefixOf(shapes, "layer1.0.conv1.weight");
  if (prefix === undefined) return undefined;
  const bottleneck = shapes.has(`${prefix}layer1.0.conv3.weight`);
  const stages = [1, 2, 3, 4].map((stage) => countChildren(shapes, `${prefix}layer${stage}.`)).filter((count) => count > 0);
  const [out, , ] = shapes.get(`${prefix}layer1.0.conv1.weight`)!;
  const grouped = bottleneck && shapes.get(`${prefix}layer1.0.conv2.weight`)?.[1] !== out;
  if (out !== 64 || grouped || [...shapes.keys()].some((name) => name.startsWith(`${prefix}layer1.0.se.`))) return undefined;
  const fitting = RESNETS.filter(([, deep, counts]) => deep === bottleneck && stages.every((count, at) => counts[at] === count));
  return fitting.length === 1 ? { name: fitting[0]![0], outChannels: bottleneck ? 2048 >> (4 - stages.length) : 512 >> (4 - stages.length) } : undefined;
}

/** timm's MobileNetV3 and EfficientNet: `conv_stem` and `blocks.<stage>.<block>`. */
function findTimm(shapes: Shapes): PartFact | undefined {
  const prefix = prefixOf(shapes, "conv_stem.weight");
  if (prefix === undefined) return undefined;
  const out = (name: string): number | undefined => shapes.get(`${prefix}${name}.weight`)?.[0];
  const stem = out("conv_stem");
  const third = out("blocks.2.0.conv_pwl");
  if (stem === 16 && third !== undefined) {
    const small = out("blocks.0.0.se.conv_reduce") !== undefined;
    const name = small ? { 24: "mobilenetv3_small_050", 32: "mobilenetv3_small_075", 40: "mobilenetv3_small_100" }[third] : { 32: "mobilenetv3_large_075", 40: "mobilenetv3_large_100" }[third];
    const last = out("blocks.6.0.conv") ?? out("blocks.5.0.conv");
    return name === undefined ? undefined : { name, ...(last !== undefined && { outChannels: last }) };
  }
  const name = EFFICIENTNETS[`${stem} ${countChildren(shapes, `${prefix}blocks.1.`)} ${third}`] ?? EFFICIENTNETS_V2[`${stem} ${countChildren(shapes, `${prefix}blocks.0.`)} ${out("blocks.5.0.conv_pwl")}`];
  return name === undefined ? undefined : { name };
}

/** torchvision's MobileNetV3, EfficientNet and VGG: all `features.<n>`. */
function findTorchvision(shapes: Shapes): PartFact | undefined {
  const stemPrefix = prefixOf(shapes, "features.0.0.weight");
  if (stemPrefix !== undefined) {
    const out = (name: string): number | undefined => shapes.get(`${stemPrefix}features.${name}.weight`)?.[0];
    const stem = out("0.0");
    if (stem === 16) return out("16.0") === 960 ? { name: "mobilenetv3_large_100", outChannels: 960 } : out("12.0") === 576 ? { name: "mobilenetv3_small_100", outChannels: 576 } : undefined;
    const name =
      EFFICIENTNETS[`${stem} ${countChildren(shapes, `${stemPrefix}features.2.`)} ${out("3.0.block.3.0")}`] ?? EFFICIENTNETS_V2[`${stem} ${countChildren(shapes, `${stemPrefix}features.1.`)} ${out("6.0.block.3.0")}`];
    return name === undefined ? undefined : { name };
  }
  return findVgg(shapes, "features.") ?? findVgg(shapes, "features_");
}

/** @param list what stands before the numbers of the layers; `features_` is timm's spelling of a model without its classifier */
function findVgg(shapes: Shapes, list: string): PartFact | undefined {
  const prefix = prefixOf(shapes, `${list}0.weight`);
  if (prefix === undefined || shapes.get(`${prefix}${list}0.weight`)?.length !== 4) return undefined;
  const features = [...shapes].filter(([name]) => name.startsWith(prefix + list));
  const name = VGGS[features.filter(([key, shape]) => key.endsWith(".weight") && shape.length === 4).length];
  return name === undefined ? undefined : { name: features.some(([key]) => key.endsWith(".running_mean")) ? `${name}_bn` : name, outChannels: 512 };
}
