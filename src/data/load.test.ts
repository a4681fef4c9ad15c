import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { writeSplitsOf } from "../../test/helpers/written-splits.ts";
import { loadDataset, openDataset } from "./load.ts";
import type { Row, Splits } from "./row.ts";

const PYTHON = fileURLToPath(new URL("../../test/fixtures/python-datasets", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "tunesmith-load-"));
afterAll(() => rmSync(home, { recursive: true }));

let count = 0;
const freshDirectory = (): string => join(home, String(++count));

function write(splits: Splits, shardBytes?: number): string {
  const path = freshDirectory();
  writeSplitsOf(path, splits, shardBytes);
  return path;
}

/** Text columns as an Arrow stream, as other tools write one. */
function encodeArrow(columns: Readonly<Record<string, readonly (string | null)[]>>): Uint8Array {
  return tableToIPC(new Table(Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, vectorFromArray(values, new Utf8())]))), "stream");
}

describe("a directory that Python's datasets saved", () => {
  it("loads with a record made up from its rows", () => {
    const { record, splits } = loadDataset(join(PYTHON, "alpaca"));
    expect(splits.train[0]).toEqual({ id: "train-1", instruction: "Add one to 0.", input: "", output: "1 — “é”" });
    expect(splits.validation.map(({ id }) => id)).toEqual(["validation-1"]);
    expect(record).toMatchObject({ name: "alpaca", created_at: null, sources: [], split: { method: "declared", seed: null }, statistics: { rows: 10, unique_share: null } });
    expect([record.splits.train.rows, record.splits.validation.rows, record.splits.test.rows]).toEqual([8, 1, 1]);
  });

  it("loads conversations in shards, and a single split as train", () => {
    const { splits } = loadDataset(join(PYTHON, "messages"));
    expect(splits.train.map(({ id }) => id)).toEqual(["train-1", "train-2", "train-3"]);
    expect(splits.train[2]).toMatchObject({ system: "Be brief.", instruction: "And now?", input: "User: Hello?\nAssistant: Hello.", output: "Now this." });
    expect(splits.test).toEqual([]);
  });

  it("loads lists of texts and of objects, which are written here with the same description", () => {
    const { splits } = loadDataset(join(PYTHON, "lists"));
    expect(splits.train).toEqual([
      {
        id: "a", instruction: "Name them.", input: "Take lisinopril, “é”.", output: "lisinopril", task: "ner", labels: ["x", "y"],
        entities: [{ type: "Chemical", text: "lisinopril", start: 5, end: 15 }, { type: "Disease", text: "none" }],
      },
      { id: "b", instruction: "And?", input: "", output: "So.", labels: [], messages: [{ role: "user", content: "And?" }, { role: "assistant", content: "So." }] },
      { id: "c", instruction: "None?", input: "", output: "None." },
    ]);
    const readFeatures = (path: string): unknown => (JSON.parse(readFileSync(join(path, "train", "dataset_info.json"), "utf8")) as { features: unknown }).features;
    expect(readFeatures(write(splits))).toEqual(readFeatures(join(PYTHON, "lists")));
  });

  it("has the digest of the same rows written here", () => {
    const python = loadDataset(join(PYTHON, "alpaca"));
    expect(loadDataset(write(python.splits)).record.digest).toBe(python.record.digest);
  });
});

describe("a directory written here", () => {
  it("has the layout of save_to_disk", () => {
    const path = write(loadDataset(join(PYTHON, "alpaca")).splits);
    expect(readFileSync(join(path, "dataset_dict.json"), "utf8")).toBe(readFileSync(join(PYTHON, "alpaca", "dataset_dict.json"), "utf8"));
    const [state, python] = [path, join(PYTHON, "alpaca")].map((one) => JSON.parse(readFileSync(join(one, "train", "state.json"), "utf8")) as Record<string, unknown>);
    expect(Object.keys(state!)).toEqual(Object.keys(python!));
    expect(state).toMatchObject({ _data_files: python!["_data_files"], _split: "train" });
    expect(state!["_fingerprint"]).toMatch(/^[0-9a-f]{16}$/);
  });

  it("describes its columns to Python in the schema of the stream", () => {
    const path = write({ train: [{ id: "a", instruction: "b", input: "", output: "c", labels: ["d"], messages: [{ role: "user", content: "e" }] }], validation: [], test: [] });
    const bytes = new Uint8Array(readFileSync(join(path, "train", "data-00000-of-00001.arrow")));
    expect(bytes.slice(0, 4)).toEqual(Uint8Array.of(255, 255, 255, 255));
    expect(bytes.slice(-8)).toEqual(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0));
    const text = { dtype: "string", _type: "Value" };
    const features = { id: text, instruction: text, input: text, output: text, labels: { feature: text, _type: "List" }, messages: { feature: { role: text, content: text }, _type: "List" } };
    expect(JSON.parse(tableFromIPC(bytes).schema.metadata.get("huggingface")!)).toEqual({ info: { features } });
    expect(JSON.parse(readFileSync(join(path, "train", "dataset_info.json"), "utf8"))).toMatchObject({ features });
  });

  it("reads back every row, in batches and shards, with empty splits", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 12 });
    const entity = fc.record({ type: text, text, start: fc.nat({ max: 99 }), end: fc.nat({ max: 99 }) }, { requiredKeys: ["type", "text"] });
    const rowParts = fc.record({ instruction: text, input: text, output: text }, {});
    const extras = fc.record({ task: fc.string({ minLength: 1 }).filter((name) => name.trim() !== ""), group: fc.constant("g"), system: fc.constant("s"), labels: fc.array(text, { maxLength: 3 }), entities: fc.array(entity, { maxLength: 2 }), messages: fc.array(fc.record({ role: fc.constantFrom("user" as const, "assistant" as const), content: text }), { maxLength: 2 }) }, { requiredKeys: [] });
    const split = fc.array(fc.tuple(rowParts, extras), { maxLength: 8 });
    fc.assert(
      fc.property(split, split, split, fc.integer({ min: 20, max: 200 }), (train, validation, test, shardBytes) => {
        const rows = (parts: typeof train, name: string): Row[] => parts.map(([fields, extra], index) => ({ ...fields, ...extra, id: `${name}${index}` }));
        const splits = { train: rows(train, "a"), validation: rows(validation, "b"), test: rows(test, "c") };
        expect(loadDataset(write(splits, shardBytes)).splits).toEqual(splits);
      }),
      { numRuns: 6 },
    );
  });

  it("cuts batches of a thousand rows", () => {
    const train = Array.from({ length: 2500 }, (_, index): Row => ({ id: String(index), instruction: "i", input: "", output: `o${index}` }));
    const path = write({ train, validation: [], test: [] });
    expect(loadDataset(path).splits.train).toEqual(train);
    expect(tableFromIPC(readFileSync(join(path, "train", "data-00000-of-00001.arrow"))).batches.map(({ numRows }) => numRows)).toEqual([1000, 1000, 500]);
  });

  it("streams the rows of a split", () => {
    const rows = Array.from({ length: 1200 }, (_, index): Row => ({ id: String(index), instruction: "i", input: "", output: `o${index}` }));
    const opened = openDataset(write({ train: rows, validation: rows.slice(0, 1), test: [] }, 10_000));
    expect([...opened.rows("train")]).toEqual(rows);
    expect(opened.rows("validation").next().value).toEqual(rows[0]);
    expect([...opened.rows("test")]).toEqual([]);
  });

  it("is refused when its rows are not those of its record", () => {
    const { splits } = loadDataset(join(PYTHON, "alpaca"));
    const path = write(splits);
    writeFileSync(join(path, "test", "data-00000-of-00001.arrow"), readFileSync(join(path, "train", "data-00000-of-00001.arrow")));
    expect(() => loadDataset(path)).toThrow(/its rows have the digest [0-9a-f]{12}, dataset\.json says [0-9a-f]{12}/);
  });
});

describe("bad directories", () => {
  function directory(files: Readonly<Record<string, string | Uint8Array>>): string {
    const path = freshDirectory();
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(join(path, name, ".."), { recursive: true });
      writeFileSync(join(path, name), contents);
    }
    return path;
  }
  const state = JSON.stringify({ _data_files: [{ filename: "a.arrow" }] });

  it("says what is missing or wrong", () => {
    expect(() => loadDataset(join(home, "none"))).toThrow("there is no such directory");
    expect(() => loadDataset(directory({ "x.txt": "" }))).toThrow("it has neither a dataset_dict.json nor a state.json");
    expect(() => loadDataset(directory({ "dataset_dict.json": "{}" }))).toThrow("dataset_dict.json has no list of splits");
    expect(() => loadDataset(directory({ "dataset_dict.json": '{"splits":["train","extra"]}', "train/state.json": '{"_data_files":[]}' }))).toThrow("it has a split extra, known are train, validation, test");
    expect(() => loadDataset(directory({ "state.json": "{}" }))).toThrow("state.json has no list of data files");
    expect(() => loadDataset(directory({ "state.json": state, "a.arrow": "not arrow" }))).toThrow("it is not an Arrow stream");
    expect(() => loadDataset(directory({ "state.json": state, "a.arrow": encodeArrow({ foo: ["a"] }) }))).toThrow(/its columns are foo, needed is one of these sets/);
    expect(() => loadDataset(directory({ "state.json": state, "a.arrow": encodeArrow({ text: ["a", null] }) }))).toThrow(/1 fault\n {2}row 2: text is null, needed is text/);
  });

  it("is refused where it names files elsewhere, files that are not there, or one split twice", () => {
    expect(() => loadDataset(directory({ "state.json": JSON.stringify({ _data_files: [{ filename: "../a.arrow" }] }) }))).toThrow('state.json names "../a.arrow", which lies elsewhere');
    expect(() => loadDataset(directory({ "state.json": state }))).toThrow("its file a.arrow is missing");
    expect(() => loadDataset(directory({ "dataset_dict.json": '{"splits":["val","dev"]}' }))).toThrow("it has two splits that are validation");
    expect(() => loadDataset(directory({ "dataset_dict.json": '{"splits":["__proto__"]}' }))).toThrow("it has a split __proto__, known are");
  });

  it("ends in rows or in a message, whatever bytes of a shard are damaged", () => {
    const whole = encodeArrow({ instruction: ["One?", "Two?", "Three?"], output: ["1", "2", "3"] });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }), (changes) => {
        const damaged = Uint8Array.from(whole);
        for (const [place, value] of changes) damaged[place % damaged.length] = value;
        const path = directory({ "state.json": state, "a.arrow": damaged });
        try {
          expect(loadDataset(path).splits.train.length).toBeLessThan(10);
        } catch (thrown) {
          expect((thrown as { code?: string }).code).toMatch(/^data\./);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("takes val and dev for validation", () => {
    const path = directory({ "dataset_dict.json": '{"splits":["dev"]}', "dev/state.json": state, "dev/a.arrow": encodeArrow({ text: ["a"] }) });
    expect(loadDataset(path).splits.validation).toHaveLength(1);
  });
});
