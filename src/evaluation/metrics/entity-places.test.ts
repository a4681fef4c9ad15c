import { expect, it } from "vitest";
import { placeEntities } from "./entity-places.ts";

const placed = (source: string, ...texts: readonly string[]) => placeEntities(texts.map((text) => ({ type: "X", text })), source).map(({ start, end }) => [start, end]);

it("takes the first place that is free, whole words and the same case before others", () => {
  expect(placed("unpain Pain pain pain", "pain", "pain", "pain", "pain", "pain")).toEqual([[12, 16], [17, 21], [7, 11], [2, 6], [undefined, undefined]]);
});

it("counts characters as Python does, and takes any white space for another", () => {
  expect(placed("😀 deep\nvein 痛い", "deep vein", "痛い", "")).toEqual([[2, 11], [12, 14], [undefined, undefined]]);
});

it("leaves a place that is named as it is, and lets entities of two types share one", () => {
  const entities = [{ type: "X", text: "a" }, { type: "X", text: "b", start: 0, end: 1 }, { type: "Y", text: "a" }];
  expect(placeEntities(entities, "a a").map(({ start }) => start)).toEqual([2, 0, 0]);
});
