// A ModelProto: the tensors and the nodes of its graph. Graphs within nodes, shapes of values and texts for people are passed over.
import { brokenOnnx, unsupportedOnnx } from "./errors.ts";
import { readTensor, type StoredTensor } from "./tensor.ts";
import type { OnnxNode } from "./types.ts";
import type { Field, Wire } from "./wire.ts";

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Nodes and tensors; the largest published encoders have under ten thousand. */
const MOST_PARTS = 200_000;
const MOST_NAMES = 1024;

/** @throws `onnx.broken`, `onnx.unsupported` */
export function readGraph(wire: Wire): OnnxGraph {
  const { path } = wire;
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, StoredTensor>();
  const keep = (tensor: StoredTensor, name = tensor.name): void => {
    if (tensors.has(name)) throw brokenOnnx(path, `the tensor ${name} stands in it twice`);
    tensors.set(name, { ...tensor, name });
  };
  let graphs = 0;
  for (const model of wire.fields(0, wire.sizeBytes)) {
    if (model.number !== 7) continue;
    if (model.wire !== 2 || ++graphs > 1) throw brokenOnnx(path, "it does not hold one graph");
    for (const part of wire.fields(model.start, model.end)) {
      if (nodes.length + tensors.size > MOST_PARTS) throw brokenOnnx(path, `its graph has more than ${MOST_PARTS} parts`);
      if (part.number === 1) {
        const { node, constant } = readNode(wire, part);
        nodes.push(node);
        if (constant !== undefined) keep(constant, node.outputs[0] ?? "");
      } else if (part.number === 5) keep(readTensor(wire, part));
      else if (part.number === 15) throw unsupportedOnnx(path, "it holds sparse tensors");
    }
  }
  if (graphs === 0) throw brokenOnnx(path, "it holds no graph");
  return { nodes, tensors };
}

/** `constant` is the value of a Constant node. */
function readNode(wire: Wire, { start, end }: Field): { readonly node: OnnxNode; readonly constant: StoredTensor | undefined } {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const numbers = new Map<string, number>();
  const texts = new Map<number, string>();
  let constant: StoredTensor | undefined;
  for (const field of wire.fields(start, end)) {
    if (inputs.length + outputs.length + numbers.size > MOST_NAMES) throw brokenOnnx(wire.path, `a node has more than ${MOST_NAMES} inputs, outputs and attributes`);
    if (field.number === 1) inputs.push(wire.text(field));
    else if (field.number === 2) outputs.push(wire.text(field));
    else if (field.number === 3 || field.number === 4 || field.number === 7) texts.set(field.number, wire.text(field));
    else if (field.number === 5) {
      const { name, number, tensor } = readAttribute(wire, field);
      if (number !== undefined) numbers.set(name, number);
      if (name === "value") constant = tensor;
    }
  }
  const op = texts.get(4) ?? "";
  return { node: { op, name: texts.get(3) ?? "", domain: texts.get(7) ?? "", inputs, outputs, numbers }, constant: op === "Constant" ? constant : undefined };
}

function readAttribute(wire: Wire, { start, end }: Field): { readonly name: string; readonly number?: number; readonly tensor?: StoredTensor } {
  let name = "";
  let number: number | undefined;
  let value: Field | undefined;
  for (const field of wire.fields(start, end)) {
    if (field.number === 1) name = wire.text(field);
    else if (field.number === 2) number = wire.float(field);
    else if (field.number === 3) number = field.value;
    else if (field.number === 5) value = field;
  }
  return { name, number, tensor: name === "value" && value !== undefined ? readTensor(wire, value) : undefined };
}
