import { describe, expect, it } from "vitest";
import type { Row } from "../data/index.ts";
import { readGold } from "./gold.ts";

const row = (output: string, more: Partial<Row> = {}): Row => ({ id: output, instruction: "Read", input: "aspirin for pain", output, ...more });
const kinds = (rows: readonly Row[]) => readGold(rows, "test").map((gold) => gold.kind);

describe("readGold", () => {
  it("takes rows with labels for labels when their answers name them", () => {
    expect(kinds([row("a, b", { labels: ["b", "a"] }), row("none", { labels: [] })])).toEqual(["labels", "labels"]);
    expect(kinds([row("A long answer", { labels: ["a"] })])).toEqual(["text"]);
    expect(kinds([row("a", { labels: ["a"] }), row("long", { labels: ["a"] })])).toEqual(["text", "text"]);
  });

  it("takes rows with entities for entities when their answers list them", () => {
    const entities = [{ type: "Drug", text: "aspirin" }];
    expect(kinds([row('{"entities":[{"type":"Drug","text":"aspirin"}]}', { entities }), row("[]", { entities: [] })])).toEqual(["entities", "entities"]);
    expect(kinds([row("Aspirin is a drug.", { entities })])).toEqual(["text"]);
  });

  it("reads each kind of row as what it is, a kind for each task", () => {
    const entities = [{ type: "Drug", text: "aspirin" }];
    const rows = [row("a", { task: "x", labels: ["a"] }), row('[{"type":"Drug","text":"aspirin"}]', { task: "y", entities }), row("Anything.", { task: "z" }), row("B-Drug O O", { task: "t" }), row("a")];
    expect(kinds(rows)).toEqual(["labels", "entities", "text", "tags", "text"]);
    expect(() => kinds([row("none", { task: "x", labels: [] }), ...rows.slice(1)])).toThrow("Cannot measure labels on the split test: no row of x holds gold labels, each task needs one");
  });

  it("knows labels that only rows of other splits carry", () => {
    const here = [row("a", { labels: ["a"] })];
    expect(readGold(here, "test", { datasetRows: [...here, row("c, a", { labels: ["a", "c"] }), row("d", { task: "other", labels: ["d"] })] })).toEqual([{ kind: "labels", labels: ["a"], all: ["a", "c"] }]);
  });

  it("makes tags of listed entities that have a place, and of no others", () => {
    const listed = row('["aspirin"]', { task: "Drug" });
    expect(readGold([listed], "test", { wanted: "tags" })).toMatchObject([{ kind: "tags", entities: [{ type: "Drug", text: "aspirin", start: 0, end: 7 }] }]);
    expect(() => readGold([row('["ibuprofen"]')], "test", { wanted: "tags" })).toThrow("cannot be read as tags");
  });

  it("reads what it is told to read, types of plain lists from the task", () => {
    const golds = readGold([row("- aspirin", { task: "chemicals" }), row("- pain", { task: "diseases" })], "test", { wanted: "entities" });
    expect(golds).toMatchObject([{ entities: [{ type: "chemicals", text: "aspirin" }] }, { entities: [{ type: "diseases", text: "pain" }] }]);
  });

  it("refuses a task without a gold item instead of scoring it 0", () => {
    const rows = [row("- aspirin", { task: "chemicals" }), row("none", { task: "influences" })];
    expect(() => readGold(rows, "test", { wanted: "entities" })).toThrow("Cannot measure entities on the split test: no row of influences holds gold entities, each task needs one");
    expect(() => readGold([row("none", { labels: [] })], "test")).toThrow("its rows hold no gold labels");
  });

  it("names the rows that are not what was asked for", () => {
    expect(() => readGold([row("- aspirin"), row("A sentence.")], "test", { wanted: "entities" })).toThrow("the gold answers of 1 row (A sentence.) cannot be read as entities");
  });
});
