// Operations that look up names, call them and fill objects. A known name makes plain data; every other one makes an inert node.
import type { Operation } from "./literals.ts";
import { refuse, type Machine } from "./machine.ts";
import { imitateCall, isHarmless, storageOf } from "./known.ts";
import { fillObject } from "./state.ts";
import { isNode, itemsOf, type PickleGlobal, type PickleValue } from "./value.ts";

export const CALLS: Readonly<Record<number, Operation>> = {
  0x63: (m) => m.push(lookUp(m, m.source.line(m.limits.nameBytes), m.source.line(m.limits.nameBytes))), // GLOBAL
  0x93: (m) => stackGlobal(m), // STACK_GLOBAL
  0x52: (m) => reduce(m), // REDUCE
  0x81: (m) => reduce(m), // NEWOBJ
  0x92: (m) => newWithKeywords(m), // NEWOBJ_EX
  0x69: (m) => instance(m), // INST
  0x6f: (m) => object(m), // OBJ
  0x62: (m) => build(m), // BUILD
  0x50: (m) => m.push({ kind: "mark", text: `outside reference ${m.source.line(m.limits.nameBytes)}` }), // PERSID
  0x51: (m) => pushStorage(m), // BINPERSID
  0x82: (m) => extension(m, 1), // EXT1
  0x83: (m) => extension(m, 2), // EXT2
  0x84: (m) => extension(m, 4), // EXT4
  0x97: () => outOfBand(), // NEXT_BUFFER
  0x98: () => outOfBand(), // READONLY_BUFFER
};

function lookUp(m: Machine, module: string, name: string): PickleGlobal {
  const type: PickleGlobal = { kind: "global", module, name };
  if (!isHarmless(type)) refuse(m, type);
  return type;
}

function stackGlobal(m: Machine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== "string" || typeof module !== "string" || name.length + module.length > m.limits.nameBytes) throw new SyntaxError("it looks up a name that is no text");
  m.push(lookUp(m, module, name));
}

function reduce(m: Machine): void {
  const args = m.pop();
  m.push(call(m, m.pop(), args));
}

function pushStorage(m: Machine): void {
  const storage = storageOf(m.pop());
  if (isNode(storage, "storage")) m.storages.set(storage.key, storage);
  m.push(storage);
}

function newWithKeywords(m: Machine): void {
  const keywords = m.pop();
  const args = m.pop();
  m.push(call(m, m.pop(), isNode(keywords, "dict") && keywords.entries.length > 0 ? { kind: "tuple", items: [...itemsOf(args).slice(0, 1000), keywords] } : args));
}

function instance(m: Machine): void {
  const type = lookUp(m, m.source.line(m.limits.nameBytes), m.source.line(m.limits.nameBytes));
  m.push(call(m, type, { kind: "tuple", items: m.popMark() }));
}

function object(m: Machine): void {
  const [type, ...args] = m.popMark();
  if (type === undefined) throw new SyntaxError("it makes an object of no class");
  m.push(call(m, type, { kind: "tuple", items: args }));
}

function call(m: Machine, callee: PickleValue, args: PickleValue): PickleValue {
  m.charge(costOf(args));
  const known = isNode(callee, "global") ? imitateCall(callee, itemsOf(args)) : undefined;
  if (known !== undefined) return known;
  const type: PickleGlobal = isNode(callee, "global") ? callee : { kind: "global", module: "", name: "(a value that is no name)" };
  if (!isHarmless(type) || type.module === "") refuse(m, type, args);
  return { kind: "object", type, args, items: [], entries: [] };
}

/** What a call may read or copy of its arguments. */
function costOf(args: PickleValue): number {
  const items = itemsOf(args);
  let cost = items.length;
  for (let at = 0; at < items.length && at < 100; at++) {
    const value = items[at]!;
    cost += typeof value === "string" ? value.length / 16 : isNode(value, "dict") ? value.entries.length : itemsOf(value).length;
  }
  return cost;
}

function build(m: Machine): void {
  const state = m.pop();
  fillObject(m.top(), state);
}

function extension(m: Machine, length: number): void {
  const code = m.source.take(length).reduceRight((sum, byte) => sum * 256 + byte, 0);
  m.push(lookUp(m, "copyreg", `extension ${code}`));
}

function outOfBand(): never {
  throw new SyntaxError("it keeps parts of itself in buffers outside the file");
}
