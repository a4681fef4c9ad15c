import { expect, it } from "vitest";
import { jsonSchemaToGrammar } from "../engine/llama/index.ts";
import { chooseHeld, schemaOfAnswers } from "./answer-schema.ts";

const schemaOf = (...answers: readonly string[]) => schemaOfAnswers(answers);
const row = (task: string, reference: string) => ({ id: `${task}: ${reference}`, task, reference });

it("finds the shape of entity answers, with the types that occur", () => {
  const schema = schemaOf('{"entities":[{"type":"Drug","text":"aspirin"},{"type":"Disease","text":"pain"}]}', '{"entities":[]}');
  expect(schema).toEqual({
    type: "object",
    properties: { entities: { type: "array", items: { type: "object", properties: { type: { enum: ["Disease", "Drug"] }, text: { type: "string" } }, required: ["type", "text"], additionalProperties: false } } },
    required: ["entities"],
    additionalProperties: false,
  });
  expect(jsonSchemaToGrammar(schema)).toContain("root ::=");
});

it("takes lists of names, fields that some lack, and answers of several kinds", () => {
  expect(schemaOf('["a"]', "[]")).toEqual({ type: "array", items: { type: "string" } });
  expect(schemaOf("[]")).toEqual({ type: "array", items: { type: "string" } });
  expect(schemaOf('{"a":1}', '{"a":2,"b":true}')).toMatchObject({ required: ["a"], properties: { a: { type: "number" }, b: { type: "boolean" } } });
  expect(schemaOf("1", "null")).toEqual({ anyOf: [{ type: "number" }, { type: "null" }] });
});

it("is widened by other answers of the same sort", () => {
  expect(schemaOfAnswers(['[{"type":"A"}]'], ['[{"type":"B"}]', "5", "- none"])).toMatchObject({ items: { properties: { type: { enum: ["A", "B"] } } } });
});

it("holds all rows, or those of the tasks that ask for JSON", () => {
  const rows = [row("a", "[]"), row("b", "- aspirin"), row("a", '["x"]')];
  expect(chooseHeld(rows, "test")).toEqual([rows[0], rows[2]]);
  expect(chooseHeld([row("a", "1"), row("b", "[]")], "test")).toHaveLength(2);
  expect(() => chooseHeld([row("a", "x"), row("b", "5")], "test")).toThrow("2 of its gold answers are not JSON (a: x, b: 5)");
});

it("names the rows whose gold answer is no JSON", () => {
  expect(() => chooseHeld([row("a", "[]"), row("a", "- aspirin")], "test")).toThrow("Cannot hold answers on the split test to JSON: 1 of its gold answers is not JSON (a: - aspirin)");
});
