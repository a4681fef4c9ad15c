// Encoder, decoder and head of a text detector, from the names and shapes of its parameters.
import type { ComponentFacts, PartFact, TensorFact } from "./facts.ts";
import { findEncoder, type Shapes } from "./encoder.ts";

export interface DetectedModel {
  readonly architecture?: string;
  readonly components: ComponentFacts;
}

export function detectComponents(tensors: readonly TensorFact[]): DetectedModel {
  const shapes: Shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
  const decoder = findDecoder(below(shapes, /^(?:.*\.)?(?:decoder|neck)\./));
  const head = findHead(below(shapes, /^(?:.*\.)?head\./));
  const encoder = findEncoder(shapes);
  const architecture = head === undefined ? undefined : head.name === "craft_head" ? "craft" : decoder?.name === "dbpp_decoder" ? "dbnetpp" : "dbnet";
  return { ...(architecture !== undefined && { architecture }), components: { ...(encoder && { encoder }), ...(decoder && { decoder }), ...(head && { head }) } };
}

/** Parameters of a part, by the rest of their names. */
function below(shapes: Shapes, start: RegExp): Shapes {
  const part = new Map<string, readonly number[]>();
  for (const [name, shape] of shapes) {
    const found = start.exec(name);
    if (found !== null) part.set(name.slice(found[0].length), shape);
  }
  return part;
}

/** The first convolution below a name: its shape is `[out, in, height, width]`. */
function convolution(part: Shapes, parent: string): readonly number[] | undefined {
  for (const [name, shape] of part) if (name.startsWith(`${parent}.`) && name.endsWith("weight") && shape.length === 4) return shape;
  return undefined;
}

/** Input channels of `parent.0`, `parent.1`, … */
function inputs(part: Shapes, parent: string): readonly number[] {
  const channels: number[] = [];
  for (let at = 0; at < 16; at++) {
    const shape = convolution(part, `${parent}.${at}`);
    if (shape === undefined) break;
    channels.push(shape[1]!);
  }
  return channels;
}

function findDecoder(part: Shapes): PartFact | undefined {
  const has = (start: RegExp): boolean => [...part.keys()].some((name) => start.test(name));
  if (has(/(?:^|\.)(?:asf|concat_attention|adaptive_scale|scale_attention|asf_conv|asf_attn)[._]/)) return describe("dbpp_decoder", channelsOf(part), convolution(part, lateralOf(part)));
  if (has(/^bottom_up/)) {
    const shape = convolution(part, "bottom_up.0");
    return describe("pan_decoder", inputs(part, "lateral_convs"), undefined, shape?.[1], shape?.[0]);
  }
  if (has(/^fusion/)) {
    const shape = convolution(part, "fusion.0") ?? convolution(part, "fusion");
    return describe("fpn_decoder", channelsOf(part), undefined, shape === undefined ? undefined : shape[1]! / 4, shape?.[0]);
  }
  if (has(/^inners/)) return describe("unet", inputs(part, "inners"), undefined, convolution(part, "inners.0")?.[0], convolution(part, "outers.0")?.[0]);
  return has(/^(?:upconv|craft)/) ? { name: "craft_decoder" } : undefined;
}

const LATERALS = ["lateral_convs", "inners", "in_convs", "lateral"];

function lateralOf(part: Shapes): string {
  return `${LATERALS.find((name) => convolution(part, `${name}.0`) !== undefined) ?? LATERALS[0]}.0`;
}

function channelsOf(part: Shapes): readonly number[] {
  return LATERALS.map((name) => inputs(part, name)).find((channels) => channels.length > 0) ?? [];
}

/** @param lateral a convolution that brings an input to the inner width */
function describe(name: string, inChannels: readonly number[], lateral: readonly number[] | undefined, innerChannels = lateral?.[0], outChannels?: number): PartFact {
  return { name, ...(inChannels.length > 0 && { inChannels }), ...(Number.isInteger(innerChannels) && { innerChannels: innerChannels! }), ...(outChannels !== undefined && { outChannels }) };
}

function findHead(part: Shapes): PartFact | undefined {
  const names = [...part.keys()];
  if (names.some((name) => name.startsWith("binarize"))) {
    const channels = (convolution(part, "binarize.0") ?? convolution(part, "binarize"))?.[1];
    return { name: "db_head", ...(channels !== undefined && { inChannels: [channels] }) };
  }
  if (!names.some((name) => name.startsWith("craft"))) return undefined;
  const channels = part.size === 0 ? undefined : names.map((name) => part.get(name)!).find((shape) => shape.length === 4)?.[1];
  return { name: "craft_head", ...(channels !== undefined && { inChannels: [channels] }) };
}
