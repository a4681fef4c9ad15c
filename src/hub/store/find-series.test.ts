import { expect, it } from "vitest";
import { findSeries } from "./find-series.ts";

const oids = (history: Parameters<typeof findSeries>[0]) => findSeries(history).map((series) => series.map(({ oid }) => oid).join(" "));

it("puts the same file of one checkpoint after another in the order of their steps", () => {
  const files = [1000, 500, 2000].map((step) => ({ path: `checkpoint-${step}/model.safetensors`, oid: String(step) }));
  const others = [{ path: "checkpoint-500/optimizer.pt", oid: "o" }, { path: "model.safetensors", oid: "m" }];
  expect(oids([[...files, ...others]])).toEqual(["500 1000 2000"]);
});

it("puts one path from commit to commit, and tells folders apart", () => {
  expect(oids([[{ path: "model.safetensors", oid: "a" }], [{ path: "model.safetensors", oid: "a" }, { path: "other/model.safetensors", oid: "x" }], [{ path: "model.safetensors", oid: "b" }]])).toEqual(["a b"]);
});

it("counts a content that comes back where it stands last", () => {
  const states = ["a", "b", "a", "c"].map((oid) => [{ path: "model.bin", oid }]);
  expect(oids(states)).toEqual(["b a c"]);
});

it("leaves alone what holds no numbers", () => {
  expect(oids([[{ path: "data.parquet", oid: "a" }], [{ path: "data.parquet", oid: "b" }]])).toEqual([]);
});
