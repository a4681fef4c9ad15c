import { describe, expect, it } from "vitest";
import { jsonSchemaToGrammar, type JsonSchema } from "./json-schema.ts";
import { anyLiteral, literal } from "./rules.ts";

const faultsOf = (schema: JsonSchema): unknown => {
  try {
    return jsonSchemaToGrammar(schema);
  } catch (thrown) {
    return (thrown as { details: { faults: unknown } }).details.faults;
  }
};

describe("a schema as a grammar", () => {
  it("is a list of rules that begins with the root", () => {
    const grammar = jsonSchemaToGrammar({ type: "object", properties: { name: { type: "string" } }, required: ["name"] });
    expect(grammar).toMatch(/^root ::= \(" " \| "\\n"\)\? r\d+\nr0 ::= "" \| " " \| /);
    expect(grammar).toContain('"\\"name\\"" ":" r1 ');
  });

  it("writes equal parts once", () => {
    const one = jsonSchemaToGrammar({ type: "array", items: { enum: ["a"] } }).split("\n").length;
    const tenTimes = jsonSchemaToGrammar({ type: "array", prefixItems: Array.from({ length: 10 }, () => ({ enum: ["a"] })) }).split("\n").length;
    expect(tenTimes).toBeLessThanOrEqual(one);
  });

  it("lets a definition stand inside itself", () => {
    const tree: JsonSchema = { $ref: "#/$defs/node", $defs: { node: { type: "object", properties: { children: { type: "array", items: { $ref: "#/$defs/node" } } } } } };
    expect(jsonSchemaToGrammar(tree)).toMatch(/s0 ::= /);
  });

  it("escapes what the notation reads otherwise", () => {
    expect(literal('a"b\\c\n\u0001é')).toBe('"a\\"b\\\\c\\n\\x01é"');
  });

  it("orders texts by their beginnings", () => {
    expect(anyLiteral(["car", "cat", "ca", "dog"])).toBe('("ca" ("r" | "t")? | "dog")');
    expect(anyLiteral(["", "a"])).toBe('("a")?');
    expect(anyLiteral(["same", "same"])).toBe('"same"');
    expect(anyLiteral([""])).toBe('""');
  });
});

describe("what a grammar cannot hold", () => {
  it.each<[JsonSchema, string]>([
    [{ type: "string", pattern: "(?=a)" }, "looks around"],
    [{ type: "string", pattern: "^a$", maxLength: 3 }, "more than one of pattern"],
    [{ type: "string", format: "date", minLength: 3 }, "more than one of pattern"],
    [{ type: "array", uniqueItems: true }, "uniqueItems"],
    [{ not: { type: "string" } }, "asks for not"],
    [{ type: "number", multipleOf: 0.5 }, "multipleOf"],
    [{ type: "number", minimum: 0.5 }, "not whole"],
    [{ type: "number", exclusiveMinimum: 0 }, "exclusive"],
    [{ type: "integer", minimum: 3, maximum: 2 }, "allows no number"],
    [{ type: "string", minLength: 4, maxLength: 3 }, "allows no text"],
    [{ type: "string", maxLength: 5000 }, "at most 2000"],
    [{ type: "array", minItems: 3, maxItems: 2 }, "maxItems is too small"],
    [{ type: "array", prefixItems: [true], items: false, minItems: 2 }, "minItems is too large"],
    [{ type: "object", required: ["a"], additionalProperties: false }, "requires a"],
    [{ type: "object", minProperties: 1 }, "more properties than it requires"],
    [{ type: "text" }, "has the type"],
    [{ $ref: "#/$defs/absent" }, "not in the schema"],
    [{ $ref: "https://example.org/schema" }, "not in the schema"],
    [{ $ref: "#", minLength: 3 }, "beside $ref"],
    [{ anyOf: [{ type: "null" }], type: "object" }, "type beside anyOf"],
    [{ enum: [], type: "string" }, "allows no value"],
    [{ enum: [1, 2], type: "string" }, "allows no value"],
    [{ anyOf: [] }, "no schemas in anyOf"],
    [{ allOf: [{ type: "string" }, { minLength: 2 }] }, "allOf"],
    [{ properties: { a: false } }, "/properties/a is false"],
    [{ items: 3 as never }, "/items is no schema"],
  ])("is refused: %j", (schema, what) => {
    expect(JSON.stringify(faultsOf(schema))).toContain(what);
  });

  it("is told all at once, with its places", () => {
    const faults = faultsOf({ type: "object", properties: { a: { not: {} }, b: { type: "array", items: { multipleOf: 2 } } } });
    expect(faults).toEqual(["/properties/a asks for not", "/properties/b/items asks for multipleOf"]);
  });

  it("is refused when it is too large, too deep or stands for itself", () => {
    const deep = Array.from({ length: 70 }).reduce<JsonSchema>((inner) => ({ type: "array", items: inner }), true);
    expect(() => jsonSchemaToGrammar(deep)).toThrow(/nested more than 64/);
    expect(() => jsonSchemaToGrammar({ $ref: "#" })).toThrow(/stands for itself/);
    expect(() => jsonSchemaToGrammar({ anyOf: [{ type: "null" }, { $ref: "#" }] })).toThrow(/stands for itself/);
    expect(() => jsonSchemaToGrammar({ enum: [Array.from({ length: 300_000 }, () => "a").join("")] })).toThrow(/characters of grammar/);
    const doubled = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index}`, { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { anyOf: [{ const: index }, { $ref: `#/$defs/d${index + 1}` }] }] }]));
    expect(() => jsonSchemaToGrammar({ $ref: "#/$defs/d0", $defs: { ...doubled, d30: { type: "null" } } })).toThrow(/alternatives stand at one place/);
  });
});
