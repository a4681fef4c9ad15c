// `BUILD`: what an object is filled with. Nothing is assigned anywhere but to the inert node itself.
import { dtypeOf, fillArray } from "./numpy.ts";
import { isNode, itemsOf, type PickleDict, type PickleValue } from "./value.ts";

export function fillObject(target: PickleValue, state: PickleValue): void {
  if (isNode(target, "object")) target.state = state;
  else if (isNode(target, "array")) fillArray(target, state);
  else if (isNode(target, "dict") && target.attributes === true) target.entries = firstEntries(state);
  else if (dtypeOf(target) !== undefined) setByteOrder(target as { text: string }, state);
}

/** A class with slots pickles `(dict, slots)`. */
function firstEntries(state: PickleValue): PickleDict["entries"] {
  return [state, ...itemsOf(state).slice(0, 2)].find((part) => isNode(part, "dict"))?.entries ?? [];
}

/** State of a dtype: `(version, byte order, …)`. */
function setByteOrder(dtype: { text: string }, state: PickleValue): void {
  const order = itemsOf(state)[1];
  const code = dtype.text.slice(6).replace(/^[<>=|]/, "");
  if (order === "<" || order === ">" || order === "|") dtype.text = `dtype ${order}${code}`;
}
