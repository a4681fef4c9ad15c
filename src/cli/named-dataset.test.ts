import { expect, it } from "vitest";
import { namedDataset, requireTokenizer } from "./named-dataset.ts";

it("takes a dataset's directory as the first word or as an option", () => {
  expect([namedDataset("a", undefined, "data stats"), namedDataset(undefined, "a", "data stats"), namedDataset("a", "a", "data stats")]).toEqual(["a", "a", "a"]);
  expect(() => namedDataset(undefined, undefined, "data stats")).toThrow("a dataset's directory is needed");
  expect(() => namedDataset("a", "b", "data stats")).toThrow("two datasets are named, a and b");
});

it("refuses options that would do nothing without a tokenizer", () => {
  expect(() => requireTokenizer("m", { "--train-on": "last" }, "data preview")).not.toThrow();
  expect(() => requireTokenizer(undefined, { "--train-on": "last", "--max-seq-length": undefined }, "data preview")).toThrow("--train-on: --model-name is needed");
});
