import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createListCutter, type ListElement } from "./list-cutter.ts";

/** The elements of a text that comes in pieces of `size` characters. */
function cut(text: string, size: number): readonly ListElement[] {
  const cutter = createListCutter();
  const elements: ListElement[] = [];
  for (let at = 0; at < text.length; at += size) elements.push(...cutter.add(text.slice(at, at + size)));
  return [...elements, ...cutter.end()];
}

const lists = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 });

describe("createListCutter", () => {
  it("cuts a list into what it is made of, wherever the pieces end", () => {
    fc.assert(
      fc.property(lists, fc.constantFrom(undefined, 1, "\t"), fc.integer({ min: 1, max: 40 }), (list, space, size) => {
        const elements = cut(JSON.stringify(list, null, space), size);
        expect(elements.map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
        expect(elements.every(({ isWhole }) => isWhole)).toBe(true);
      }),
    );
  });

  it("cuts the list of an object, whatever stands around it", () => {
    const members = fc.dictionary(fc.string({ maxLength: 5 }).filter((name) => name !== "rows" && name !== "__proto__"), fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.record({ inner: lists })), { maxKeys: 3 });
    fc.assert(
      fc.property(members, lists, members, fc.integer({ min: 1, max: 40 }), (before, list, after, size) => {
        const object = { ...before, rows: list, ...after };
        expect(cut(JSON.stringify(object), size).map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
      }),
    );
  });

  it("says the line in which each element begins, and what the text ends in", () => {
    expect(cut('[\n {"a": [1,\n2]},\n\n "x, ]"\n,3', 5)).toEqual([
      { row: 1, line: 2, text: '{"a": [1,\n2]}', isWhole: true },
      { row: 2, line: 5, text: '"x, ]"', isWhole: true },
      { row: 3, line: 6, text: "3", isWhole: false },
    ]);
  });

  it("names the lists of an object, and the line of what follows the end", () => {
    const cutter = createListCutter();
    cutter.add('{"a": {"x": [1]}, "b" : [1, 2], "c\\"d": [], "e": "[", "f": 1}\n\n{');
    expect([cutter.kind, cutter.lists, cutter.trailing]).toEqual(["object", ["b", 'c\\"d'], 3]);
  });
});
