// Operations on the stack, the memo and containers. Source: Python 3.13, Lib/pickletools.py.
import type { Operation } from "./literals.ts";
import { u32, u64 } from "./literals.ts";
import type { Machine } from "./machine.ts";
import { isNode, type PickleSequence, type PickleValue } from "./value.ts";

export const CONTAINERS: Readonly<Record<number, Operation>> = {
  0x28: (m) => m.mark(), // MARK
  0x30: (m) => m.drop(), // POP
  0x31: (m) => void m.popMark(), // POP_MARK
  0x32: (m) => m.push(m.top()), // DUP
  0x70: (m) => m.remember(memoIndex(m.source.line(32))), // PUT
  0x71: (m) => m.remember(m.source.byte()), // BINPUT
  0x72: (m) => m.remember(u32(m)), // LONG_BINPUT
  0x94: (m) => m.remember(m.memo.size), // MEMOIZE
  0x67: (m) => m.push(m.recall(memoIndex(m.source.line(32)))), // GET
  0x68: (m) => m.push(m.recall(m.source.byte())), // BINGET
  0x6a: (m) => m.push(m.recall(u32(m))), // LONG_BINGET
  0x5d: (m) => m.push(sequence("list")), // EMPTY_LIST
  0x29: (m) => m.push(sequence("tuple")), // EMPTY_TUPLE
  0x8f: (m) => m.push(sequence("set")), // EMPTY_SET
  0x7d: (m) => m.push({ kind: "dict", entries: [] }), // EMPTY_DICT
  0x6c: (m) => m.push(sequence("list", m.popMark())), // LIST
  0x74: (m) => m.push(sequence("tuple", m.popMark())), // TUPLE
  0x91: (m) => m.push(sequence("set", m.popMark())), // FROZENSET
  0x64: (m) => m.push({ kind: "dict", entries: pairs(m.popMark()) }), // DICT
  0x85: (m) => m.push(sequence("tuple", [m.pop()])), // TUPLE1
  0x86: (m) => m.push(sequence("tuple", [m.pop(), m.pop()].reverse())), // TUPLE2
  0x87: (m) => m.push(sequence("tuple", [m.pop(), m.pop(), m.pop()].reverse())), // TUPLE3
  0x61: (m) => append(m, [m.pop()]), // APPEND
  0x65: (m) => append(m, m.popMark()), // APPENDS
  0x90: (m) => append(m, m.popMark()), // ADDITEMS
  0x73: (m) => setItem(m), // SETITEM
  0x75: (m) => setItems(m, pairs(m.popMark())), // SETITEMS
  0x80: (m) => requireProtocol(m.source.byte()), // PROTO
  0x95: (m) => void u64(m), // FRAME: where a frame ends has no meaning for what is in it
};

function sequence(kind: PickleSequence["kind"], items: PickleValue[] = []): PickleSequence {
  return { kind, items };
}

function memoIndex(line: string): number {
  if (!/^\d{1,15}$/.test(line)) throw new SyntaxError(`${JSON.stringify(line)} is no place in the memo`);
  return Number(line);
}

function pairs(values: readonly PickleValue[]): [PickleValue, PickleValue][] {
  if (values.length % 2 === 1) throw new SyntaxError("a dictionary has a key without a value");
  return Array.from({ length: values.length / 2 }, (_, at) => [values[2 * at]!, values[2 * at + 1]!]);
}

function append(m: Machine, values: readonly PickleValue[]): void {
  const target = m.top();
  const items = isNode(target, "list") || isNode(target, "set") || isNode(target, "object") ? target.items : undefined;
  if (items === undefined) throw new SyntaxError("it appends to something that is no list");
  for (const value of values) items.push(value);
}

function setItem(m: Machine): void {
  const value = m.pop();
  const key = m.pop();
  setItems(m, [[key, value]]);
}

function setItems(m: Machine, values: readonly [PickleValue, PickleValue][]): void {
  const target = m.top();
  if (!isNode(target, "dict") && !isNode(target, "object")) throw new SyntaxError("it sets an entry of something that is no dictionary");
  for (const pair of values) target.entries.push(pair);
}

function requireProtocol(version: number): void {
  if (version > 5) throw new SyntaxError(`it is written in pickle protocol ${version}, 0 to 5 are known`);
}
