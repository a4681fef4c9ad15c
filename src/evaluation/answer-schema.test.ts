import { expect, it } from "vitest";
import { jsonSchemaToGrammar } from "../engine/llama/index.ts";
import { schemaOfAnswers } from "./answer-schema.ts";

const schemaOf = (...answers: readonly string[]) => schemaOfAnswers(answers.map((reference, index) => ({ id: `r${index}`, reference })), "test");

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

it("names the rows whose gold answer is no JSON", () => {
  expect(() => schemaOf("[]", "- aspirin")).toThrow("Cannot hold answers on the split test to JSON: 1 of its gold answers is not JSON (r1)");
});
