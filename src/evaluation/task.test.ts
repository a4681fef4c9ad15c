import { describe, expect, it } from "vitest";
import type { Row } from "../data/index.ts";
import type { Prediction } from "../records/index.ts";
import { readGold } from "./gold.ts";
import { describeTask, scoreTask } from "./task.ts";

const row = (output: string, more: Partial<Row> = {}): Row => ({ id: output, instruction: "Read", input: "aspirin for pain", output, ...more });

describe("scoreTask", () => {
  const [labels] = readGold([row("a, b", { labels: ["a", "b"] })], "test");
  const [entities] = readGold([row("- aspirin")], "test", { wanted: "entities" });

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

it("scores tags against tags, filled or cut, and lists laid over the words of the source", () => {
  const [tags] = readGold([row("B-Drug O O")], "test");
  expect(scoreTask("B-Drug ?", tags!).tags).toEqual({ gold: ["B-Drug", "O", "O"], predicted: ["B-Drug", "O", "O"], unreadable: false, misfit: true, listed: false });
  expect(scoreTask("I see none", tags!).tags).toMatchObject({ predicted: ["O", "O", "O"], unreadable: true });
  const [listed] = readGold([row('["aspirin"]')], "test", { wanted: "tags" });
  expect(scoreTask('["pain", "gout"]', listed!).tags).toMatchObject({ gold: ["B-_", "O", "O", "O"], predicted: ["O", "O", "B-_", "B-_"], unreadable: false });
});

it("drops what the named filters leave out, and says so", () => {
  const [entities] = readGold([row("- aspirin")], "test", { wanted: "entities" });
  const scored = scoreTask("- aspirin\n- gold", entities!, { filters: ["in_source"] });
  expect(scored.entities).toMatchObject({ counts: { "": { correct: 1, predicted: 1, gold: 1 } }, dropped: [{ text: "gold", filter: "in_source" }] });
  expect(describeTask([scored as Prediction])).toMatchObject({ kind: "entities", dropped: { in_source: 1 } });
});

it("calls predictions without labels and entities text", () => {
  expect(describeTask([])).toEqual({ kind: "text", support: {}, errors: {} });
});
