import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NO_CARD, readHubCard, type HubCard } from "./card.ts";
import { chooseHubFiles, type HubWish } from "./choose.ts";
import { findLabelNames } from "../label-names.ts";

/** Cards are JSON here, which YAML reads as well. */
const card = (head: unknown): HubCard => readHubCard("owner/name", `---\n${JSON.stringify(head)}\n---\n# Card\n`, (text) => JSON.parse(text) as unknown);
const choose = (names: readonly string[], head: unknown = undefined, wish: Partial<HubWish> = {}) => chooseHubFiles(names, head === undefined ? NO_CARD : card(head), { id: "owner/name", ...wish });
const filesOf = (...args: Parameters<typeof choose>) => choose(...args).files.map(({ name }) => name);

describe("without a card", () => {
  it("takes what push_to_hub wrote, by the names of its shards", () => {
    const names = ["README.md", "data/test-00000-of-00001.parquet", "data/train-00001-of-00002-ab12.parquet", "data/train-00000-of-00002-ab12.parquet", "data/train_sft-00000-of-00001.parquet"];
    expect(choose(names)).toMatchObject({
      config: "default",
      splits: ["train"],
      otherSplits: ["test", "train_sft"],
      files: [{ name: "data/train-00000-of-00002-ab12.parquet", split: "train" }, { name: "data/train-00001-of-00002-ab12.parquet", split: "train" }],
    });
    expect(filesOf(names, undefined, { splits: ["train_sft"] })).toEqual(["data/train_sft-00000-of-00001.parquet"]);
  });

  it.each([
    [["train.jsonl", "dev.jsonl"], ["train"], ["validation"]],
    [["my-train-file.csv", "eval.csv"], ["train"], ["test"]],
    [["train/a.csv", "test/a.csv", "notes.csv"], ["train"], ["test"]],
    [["all.csv"], ["train"], []],
    [["test.csv"], ["test"], []],
  ])("reads splits from %j", (names, splits, otherSplits) => {
    expect(choose(names)).toMatchObject({ splits, otherSplits });
  });

  it("reads all files of the commonest kind, and none that describe or hide", () => {
    expect(filesOf(["a.csv", "b.csv", "c.jsonl", "dataset_infos.json", "config.json", ".cache/x.csv", "__pycache__/y.csv", "picture.png"])).toEqual(["a.csv", "b.csv"]);
    expect(filesOf(["a.csv", "b.parquet"])).toEqual(["b.parquet"]);
    expect(filesOf(["a.json", "a2.json", "b.jsonl", "c.csv"])).toEqual(["a.json", "a2.json", "b.jsonl"]);
  });

  it("reads the Hub's own conversion by its folders", () => {
    const names = ["en/train/0000.parquet", "en/train/0001.parquet", "en/test/0000.parquet", "fr/partial-train/0000.parquet"];
    expect(filesOf(names, undefined, { config: "en" })).toEqual(["en/train/0000.parquet", "en/train/0001.parquet"]);
    expect(() => choose(names)).toThrow("it has 2 configs, needed is one of en, fr");
    expect(choose(names, undefined, { config: "fr" })).toMatchObject({ splits: ["partial-train"] });
  });
});

describe("with a card", () => {
  const names = ["en/train.jsonl", "en/held_out.jsonl", "fr/train.jsonl", "extra/a.jsonl", "extra/b.jsonl"];
  const configs = [
    { config_name: "en", data_files: [{ split: "train", path: "en/train.*" }, { split: "held", path: ["en/held*"] }] },
    { config_name: "fr", data_dir: "./fr/" },
    { config_name: 7, default: true, data_files: ["extra/b.jsonl", "extra/*"] },
    { config_name: "gone", data_files: "gone/*.jsonl" },
  ];

  it("takes the default config, each file once, in the order of the patterns", () => {
    expect(choose(names, { configs })).toMatchObject({ config: "7", files: [{ name: "extra/b.jsonl", split: "train" }, { name: "extra/a.jsonl", split: "train" }] });
  });

  it("takes the config and the splits that are asked for", () => {
    expect(filesOf(names, { configs }, { config: "en" })).toEqual(["en/train.jsonl"]);
    expect(filesOf(names, { configs }, { config: "en", splits: ["held", "train"] })).toEqual(["en/train.jsonl", "en/held_out.jsonl"]);
    expect(filesOf(names, { configs }, { config: "fr" })).toEqual(["fr/train.jsonl"]);
  });

  it("takes all splits that say what they are for where they are kept", () => {
    expect(choose(["train.csv", "dev.csv", "test.csv"], undefined, { keepSplits: true })).toMatchObject({ splits: ["train", "validation", "test"], otherSplits: [] });
    expect(choose(names, { configs }, { config: "en", keepSplits: true })).toMatchObject({ splits: ["train"], otherSplits: ["held"] });
    expect(choose(["train.csv", "test.csv"], undefined, { keepSplits: true, splits: ["test"] })).toMatchObject({ splits: ["test"] });
  });

  it("says what there is instead", () => {
    expect(() => choose(names, { configs }, { config: "de" })).toThrow("it has no config de, there is en, fr, 7, gone");
    expect(() => choose(names, { configs }, { config: "en", splits: ["test"] })).toThrow("it has no split test, there is train, held");
    expect(() => choose(names, { configs }, { config: "gone" })).toThrow("Cannot read the split train of owner/name: its README.md says gone/*.jsonl, and no file of rows is called so");
    expect(() => choose(["script.py", "data.zip", "more.zip", "README.md"])).toThrow("they end in .zip, .py");
    expect(() => choose(["a-00000-of-00001.csv", "README.md"], { configs: [{ config_name: "x", data_files: [{ split: "a", path: "a*" }, { split: "b", path: "a*" }] }] })).toThrow("none of its splits is called train, needed is one or more of a, b");
  });

  it("never reaches out of the repository", () => {
    expect(() => choose(names, { configs: [{ config_name: "x", data_files: ["../*.jsonl"] }] })).toThrow("no file of rows");
    expect(() => choose(names, { configs: [{ config_name: "x", data_files: "https://example.com/a.jsonl" }] })).toThrow("no file of rows");
  });
});

describe("a card", () => {
  const parseJson = (text: string): unknown => JSON.parse(text) as unknown;

  it("without a head, or with an empty one, says nothing", () => {
    for (const text of ["# Name", "", "---\nnever closed", "text\n---\n{}\n---\n"]) expect(readHubCard("o/n", text, parseJson).configs).toEqual([]);
    expect(readHubCard("o/n", "---\n---\n", () => null).configs).toEqual([]);
  });

  it("is read with carriage returns and a byte order mark", () => {
    expect(readHubCard("o/n", '\uFEFF---\r\n{"configs":[{"config_name":"a"}]}\r\n---\r\nText', parseJson).configs).toMatchObject([{ name: "a" }]);
  });

  it("of another form is an error that says where", () => {
    const code = "data.hub_card_invalid";
    expect(() => card({ configs: [{ data_files: "a.csv" }] })).toThrow("configs.0.config_name is not of the form");
    expect(() => card({ configs: [{ config_name: "a", data_files: [{ split: "train" }] }] })).toThrow("configs.0.data_files");
    expect(() => card({ configs: "all" })).toThrow(expect.objectContaining({ code }));
    expect(() => readHubCard("o/n", "---\n{\n---\n", parseJson)).toThrow(expect.objectContaining({ code, message: expect.stringContaining("not valid YAML") }));
  });

  it("tells how many rows there should be, where it tells of all splits", () => {
    const { rows } = card({ dataset_info: { config_name: "a", splits: [{ name: "train", num_examples: 3 }, { name: "test", num_examples: 2 }] } });
    expect([rows("a", ["train"]), rows("a", ["train", "test"]), rows("a", ["train", "dev"])]).toEqual([3, 5, undefined]);
    expect(card({ dataset_info: { features: [], splits: "many" } }).rows("default", ["train"])).toBeUndefined();
  });

  it("that is odd elsewhere is read all the same", () => {
    expect(card({ license: 3, dataset_info: "none" }).features("default")).toBeUndefined();
  });
});

describe("names of classes", () => {
  const names = ["neg", "pos"];
  const inCard = (column: object) => card({ dataset_info: [{ config_name: "a", features: [{ name: "text", dtype: "string" }, column] }] }).features("a");

  it("are found in a card, in the order of their numbers", () => {
    expect(findLabelNames(inCard({ name: "label", dtype: { class_label: { names: { 1: "pos", 0: "neg" } } } }))).toEqual(names);
    expect(findLabelNames(inCard({ name: "label", dtype: { class_label: { names } } }))).toEqual(names);
    expect(findLabelNames(inCard({ name: "ner_tags", sequence: { class_label: { names } } }))).toEqual(names);
    expect(findLabelNames(inCard({ name: "Kind", dtype: { class_label: { names } } }), { columns: { label: "kind" } })).toEqual(names);
  });

  it("are found in dataset_info.json", () => {
    expect(findLabelNames({ label: { names, _type: "ClassLabel" } })).toEqual(names);
    expect(findLabelNames({ ner_tags: { feature: { names, _type: "ClassLabel" }, _type: "List" } })).toEqual(names);
  });

  it("are none where nothing tells, or a list of classes would look like flags", () => {
    for (const features of [undefined, null, [], {}, [null, 3], { label: null }, { label: { names: [], _type: "ClassLabel" } }, { label: { dtype: "string" } }]) expect(findLabelNames(features)).toBeUndefined();
    expect(findLabelNames({ labels: { feature: { names, _type: "ClassLabel" }, _type: "List" } })).toBeUndefined();
  });
});

it("reads what Python's datasets reads of repositories of many layouts", () => {
  const { cases } = JSON.parse(readFileSync(new URL("../../../../test/fixtures/hub/layouts.json", import.meta.url), "utf8")) as { cases: readonly { names: readonly string[]; configs: unknown; read: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> }[] };
  for (const { names, configs, read } of cases) {
    for (const [config, splits] of Object.entries(read)) {
      const { files } = choose(names, configs === null ? undefined : { configs }, { config, splits: Object.keys(splits) });
      const found = Object.fromEntries(Object.keys(splits).map((split) => [split, files.filter((file) => file.split === split).map(({ name }) => name).toSorted()]));
      expect({ names, configs, config, found }).toEqual({ names, configs, config, found: splits });
    }
  }
});
