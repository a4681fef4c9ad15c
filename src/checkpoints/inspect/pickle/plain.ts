// From inert values to plain JSON for people and for `--json`: bounded in depth, in length and in number, whatever refers to whatever.
import { elementsOf } from "./numpy.ts";
import { isNode, itemsOf, type PickleNode, type PickleObject, type PickleTensor, type PickleValue } from "./value.ts";

/** Numbers that are not finite are texts (`NaN`), whole numbers past 2^53 are their digits. */
export type PlainValue = null | boolean | number | string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

export interface PlainOptions {
  /** Values handed out in all; the rest is `…`. Default: 5,000. */
  readonly most?: number;
  /** Default: 24. */
  readonly deepest?: number;
  /** Letters of one text. Default: 2,000. */
  readonly longest?: number;
  /** The value of a tensor with one element, when it can be had. */
  readonly scalar?: (tensor: PickleTensor) => number | undefined;
}

export function toPlain(value: PickleValue, options: PlainOptions = {}): PlainValue {
  const { most = 5000, deepest = 24, longest = 2000, scalar = () => undefined } = options;
  let left = most;
  const above = new Set<PickleNode>();
  const visit = (current: PickleValue): PlainValue => {
    if (left-- <= 0) return "…";
    if (current === null || typeof current === "boolean") return current;
    if (typeof current === "number") return Number.isFinite(current) ? current : String(current);
    if (typeof current === "bigint") return String(current);
    if (typeof current === "string") return cut(current, longest);
    if (above.has(current)) return "(itself)";
    if (above.size >= deepest) return "…";
    above.add(current);
    const plain = visitNode(current);
    above.delete(current);
    return plain;
  };
  const visitAll = (values: readonly PickleValue[]): PlainValue[] => {
    const plain: PlainValue[] = [];
    for (const one of values) {
      plain.push(left > 0 ? visit(one) : "…");
      if (left <= 0) break;
    }
    return plain;
  };
  const visitEntries = (entries: readonly (readonly [PickleValue, PickleValue])[]): PlainValue => {
    const plain = new Map<string, PlainValue>();
    for (const [key, one] of entries) {
      if (left <= 0) {
        plain.set("…", `${entries.length - plain.size} more`);
        break;
      }
      const name = visit(key);
      plain.set(typeof name === "string" ? name : JSON.stringify(name).slice(0, longest), visit(one));
    }
    return Object.fromEntries(plain);
  };
  const visitNode = (node: PickleNode): PlainValue => {
    switch (node.kind) {
      case "list":
      case "tuple":
      case "set":
        return visitAll(node.items);
      case "dict":
        return visitEntries(node.entries);
      case "bytes":
        return `(${node.sizeBytes} bytes${node.text === true ? " of text" : ""})`;
      case "global":
        return cut(`${node.module}.${node.name}`, longest);
      case "mark":
        return cut(node.text, longest);
      case "storage":
        return `(storage ${node.dtype}, ${node.elements} elements)`;
      case "tensor":
        return scalarNumber(scalar(node)) ?? `(tensor ${node.dtype} [${node.shape.join(", ")}])`;
      case "array": {
        const elements = elementsOf(node);
        return elements === undefined ? `(array ${node.dtype} [${node.shape.join(", ")}])` : node.shape.length === 0 && elements.length === 1 ? visit(elements[0]!) : visitAll(elements);
      }
      case "object":
        return visitObject(node);
    }
  };
  const visitObject = (node: PickleObject): PlainValue => {
    const content = contentOf(node);
    if (content !== undefined) return visit(content);
    const members = new Map<string, PlainValue>([["refused", cut(`${node.type.module}.${node.type.name}`, longest)]]);
    if (itemsOf(node.args).length > 0) members.set("args", visit(node.args));
    if (node.state !== undefined) members.set("state", visit(node.state));
    if (node.items.length > 0) members.set("items", visitAll(node.items));
    if (node.entries.length > 0) members.set("entries", visitEntries(node.entries));
    return Object.fromEntries(members);
  };
  return visit(value);
}

/** What an OmegaConf container or node holds. Source: omegaconf 2.3, `_content` of containers and `_val` of nodes. */
export function contentOf({ type, state }: PickleObject): PickleValue | undefined {
  if (!type.module.startsWith("omegaconf.") || !isNode(state, "dict")) return undefined;
  const found = state.entries.find(([key]) => key === "_content" || key === "_val");
  return found?.[1];
}

function scalarNumber(value: number | undefined): PlainValue | undefined {
  return value === undefined || Number.isFinite(value) ? value : String(value);
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
