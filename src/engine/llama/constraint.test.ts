import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import type { JsonSchema } from "./grammar/json-schema.ts";
import { loadLlama } from "./load.ts";
import type { GenerateRequest, LlamaModel, LlamaSession } from "./types.ts";

const folder = makeTemporaryFolder();
let model: LlamaModel;
let session: LlamaSession;
const promptIds = [...new TextEncoder().encode("Name them.")];

beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf")), { threads: 1 });
  session = model.createSession({ sequences: 4, contextLength: 512 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

/** What random weights write, which is noise where nothing holds them: greedily and drawn. */
async function answers(held: Pick<GenerateRequest, "jsonSchema" | "grammar">, count = 6): Promise<readonly string[]> {
  const requests = Array.from({ length: count }, (_, seed) => ({ promptIds, maxTokens: 400, temperature: seed === 0 ? 0 : 1.5, topK: seed === 1 ? 5 : 0, seed, ...held }));
  const generations = await session.generateBatch(requests);
  for (const { finishReason } of generations) expect(finishReason).toBe("stop");
  return generations.map(({ text }) => text);
}

const valuesOf = async (jsonSchema: JsonSchema, count?: number) => (await answers({ jsonSchema }, count)).map((text) => JSON.parse(text) as unknown);

const word = { type: "string", maxLength: 4 };

describe("an answer held to a schema", () => {
  it("is an object with the properties in order", async () => {
    const schema = { type: "object", properties: { name: word, age: { type: "integer", minimum: 0, maximum: 120 }, well: { type: "boolean" } }, required: ["name", "age", "well"] };
    for (const value of (await valuesOf(schema)) as { name: string; age: number; well: boolean }[]) {
      expect(Object.keys(value)).toEqual(["name", "age", "well"]);
      expect(typeof value.well).toBe("boolean");
      expect(value.age).toBeGreaterThanOrEqual(0);
      expect(value.age).toBeLessThanOrEqual(120);
      expect([...value.name].length).toBeLessThanOrEqual(4);
    }
  });

  it("may leave out what is not required, and only that", async () => {
    const schema = { type: "object", properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 }, d: { const: 4 } }, required: ["b"], additionalProperties: false };
    const keys = (await valuesOf(schema, 16)).map((value) => Object.keys(value as object).join(""));
    for (const one of keys) expect(one).toMatch(/^a?bc?d?$/);
    expect(new Set(keys).size).toBeGreaterThan(2);
  });

  it("is a list of entities of known types", async () => {
    const entity = { type: "object", properties: { type: { enum: ["Chemical", "Chemist", "Disease"] }, text: { type: "string", minLength: 1, maxLength: 6 } }, required: ["type", "text"], additionalProperties: false };
    const lists = (await valuesOf({ type: "array", items: entity, minItems: 1, maxItems: 3 }, 8)) as { type: string; text: string }[][];
    for (const list of lists) {
      expect(list.length).toBeGreaterThanOrEqual(1);
      expect(list.length).toBeLessThanOrEqual(3);
      for (const { type, text } of list) {
        expect(["Chemical", "Chemist", "Disease"]).toContain(type);
        expect([...text].length).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it("takes one of several forms, and what definitions say", async () => {
    const schema = { anyOf: [{ type: "null" }, { $ref: "#/$defs/pair" }, { enum: ["é\"\\", 7, [1, { a: null }]] }], $defs: { pair: { type: "array", prefixItems: [{ const: "x" }, { type: "integer", maximum: -5, minimum: -12 }] } } };
    for (const value of await valuesOf(schema, 12)) {
      const form = JSON.stringify(value);
      expect(form).toMatch(/^(null|\["x",-\d+\]|"é\\"\\\\"|7|\[1,\{"a":null\}\])$/);
      if (form.startsWith('["x"')) expect((value as number[])[1]).toSatisfy((number: number) => number >= -12 && number <= -5);
    }
  });

  it("is a date, a time, a UUID", async () => {
    const schema = { type: "array", prefixItems: [{ type: "string", format: "date" }, { type: "string", format: "date-time" }, { type: "string", format: "uuid" }] };
    for (const [date, time, uuid] of (await valuesOf(schema)) as string[][]) {
      expect(new Date(`${date!}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
      expect(Number.isNaN(Date.parse(time!.replace(/\.\d+/, "")))).toBe(false);
      expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }
  });

  it("joins what allOf says of objects", async () => {
    const schema = { allOf: [{ $ref: "#/$defs/named" }, { properties: { age: { const: 3 } }, required: ["age"] }], $defs: { named: { type: "object", properties: { name: { const: "n" } }, required: ["name"] } } };
    for (const value of await valuesOf(schema, 3)) expect(value).toEqual({ name: "n", age: 3 });
  });

  it("keeps to it while others answer freely", async () => {
    const free = { promptIds, maxTokens: 30 };
    const alone = await session.generate(free);
    const [held, beside] = await Promise.all([session.generate({ ...free, jsonSchema: { const: { a: [1] } } }), session.generate(free)]);
    expect(JSON.parse(held.text)).toEqual({ a: [1] });
    expect(beside.ids).toEqual(alone.ids);
  });

  it("is only begun when the tokens run out", async () => {
    const { text, finishReason } = await session.generate({ promptIds, maxTokens: 3, jsonSchema: { const: "long enough" } });
    expect(finishReason).toBe("length");
    expect('"long enough"').toContain(text.trim());
  });
});

describe("an answer held to a grammar", () => {
  it("is what the grammar allows", async () => {
    for (const text of await answers({ grammar: 'root ::= "yes" | "no" | [0-9]{2,3}' })) expect(text).toMatch(/^(yes|no|\d{2,3})$/);
  });

  it("ends with whole characters", async () => {
    for (const text of await answers({ grammar: "root ::= [à-ÿ€😀]{3}" })) expect(text).toMatch(/^[à-ÿ€😀]{3}$/u);
  });

  it("is refused when the grammar cannot be read, and leaves others as they are", async () => {
    const [broken, recursive, whole] = await Promise.allSettled([
      session.generate({ promptIds, maxTokens: 5, grammar: "root ::= absent" }),
      session.generate({ promptIds, maxTokens: 5, grammar: 'root ::= root "a"' }),
      session.generate({ promptIds, maxTokens: 5 }),
    ]);
    expect(broken).toMatchObject({ reason: { code: "llama.grammar_invalid" } });
    expect(recursive).toMatchObject({ reason: { code: "llama.grammar_invalid", message: expect.stringContaining("left recursion") } });
    expect(whole).toMatchObject({ status: "fulfilled" });
  });

  it("is not held to a schema too, nor to one that cannot be held", async () => {
    await expect(session.generate({ promptIds, maxTokens: 5, grammar: 'root ::= "a"', jsonSchema: true })).rejects.toThrow(TypeError);
    await expect(session.generate({ promptIds, maxTokens: 5, jsonSchema: { not: {} } })).rejects.toMatchObject({ code: "llama.schema_unsupported" });
  });

  it("draws among what is allowed as often as the model would", async () => {
    const { logprobs: score } = await session.score([...promptIds, 97], promptIds.length);
    const { logprobs: other } = await session.score([...promptIds, 98], promptIds.length);
    const expected = 1 / (1 + Math.exp(other[0]! - score[0]!));
    const drawn = await session.generateBatch(Array.from({ length: 400 }, (_, seed) => ({ promptIds, maxTokens: 1, temperature: 1, seed, grammar: "root ::= [ab] [c]" })));
    expect(drawn.filter(({ text }) => text === "a").length / 400).toBeCloseTo(expected, 1);
  });
});
