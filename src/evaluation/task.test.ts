import { describe, expect, it } from "vitest";
import type { Row } from "../data/index.ts";
import { describeTask, readTask, scoreTask } from "./task.ts";

const row = (output: string, more: Partial<Row> = {}): Row => ({ id: output, instruction: "Read", input: "aspirin for pain", output, ...more });
const kinds = (rows: readonly Row[]) => readTask(rows, "test").map((gold) => gold.kind);

describe("readTask", () => {
  it("takes rows with labels for labels when their answers name them", () => {
    expect(kinds([row("a, b", { labels: ["b", "a"] }), row("none", { labels: [] })])).toEqual(["labels", "labels"]);
    expect(kinds([row("A long answer", { labels: ["a"] })])).toEqual(["text"]);
    expect(kinds([row("a", { labels: ["a"] }), row("a")])).toEqual(["text", "text"]);
  });

  it("takes rows with entities for entities when their answers list them", () => {
    const entities = [{ type: "Drug", text: "aspirin" }];
    expect(kinds([row('{"entities":[{"type":"Drug","text":"aspirin"}]}', { entities }), row("[]", { entities: [] })])).toEqual(["entities", "entities"]);
    expect(kinds([row("Aspirin is a drug.", { entities })])).toEqual(["text"]);
  });

  it("reads what it is told to read, types of plain lists from the task", () => {
    const golds = readTask([row("- aspirin", { task: "chemicals" }), row("- pain", { task: "diseases" })], "test", "entities");
    expect(golds).toMatchObject([{ entities: [{ type: "chemicals", text: "aspirin" }] }, { entities: [{ type: "diseases", text: "pain" }] }]);
  });

  it("refuses a task without a gold item instead of scoring it 0", () => {
    const rows = [row("- aspirin", { task: "chemicals" }), row("none", { task: "influences" })];
    expect(() => readTask(rows, "test", "entities")).toThrow("Cannot measure entities on the split test: no row of influences holds gold entities, each task needs one");
    expect(() => readTask([row("none", { labels: [] })], "test")).toThrow("its rows hold no gold labels");
  });

  it("names the rows that are not what was asked for", () => {
    expect(() => readTask([row("- aspirin"), row("A sentence.")], "test", "entities")).toThrow("the gold answers of 1 row (A sentence.) cannot be read as entities");
  });
});

describe("scoreTask", () => {
  const [labels] = readTask([row("a, b", { labels: ["a", "b"] })], "test");
  const [entities] = readTask([row("- aspirin")], "test", "entities");

  it("reads labels as they are spelled in the gold answers, and calls what cannot be read an unknown one", () => {
    expect(scoreTask("B; c", labels!)).toEqual({ labels: { gold: ["a", "b"], predicted: ["b", "c"] } });
    expect(scoreTask('["a"', labels!).labels?.predicted).toEqual(['["a"']);
  });

  it("scores entities against the source, and says nothing of text or without an answer", () => {
    expect(scoreTask("- aspirin\n- gold", entities!).entities).toMatchObject({ counts: { "": { correct: 1, predicted: 2, gold: 1 } }, hallucinated: 1, unreadable: false });
    expect(scoreTask("x", { kind: "text" })).toEqual({});
    expect(scoreTask(undefined, entities!)).toEqual({});
  });
});

it("calls predictions without labels and entities text", () => {
  expect(describeTask([])).toEqual({ kind: "text", support: {}, errors: {} });
});
