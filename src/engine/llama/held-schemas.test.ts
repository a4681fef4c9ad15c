// Any schema is held or refused; what random weights write under a held one satisfies it.
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { TunesmithError } from "../../errors.ts";
import type { JsonSchema } from "./grammar/json-schema.ts";
import { loadLlama } from "./load.ts";
import type { Generation, LlamaModel, LlamaSession } from "./types.ts";

type SchemaObject = Readonly<Record<string, unknown>>;

const folder = makeTemporaryFolder();
let model: LlamaModel;
let session: LlamaSession;
const promptIds = [...new TextEncoder().encode("Fill it in.")];

beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf"), { contextLength: 4096 }), { threads: 1 });
  session = model.createSession({ sequences: 4, contextLength: 2048 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

const scalar = fc.oneof(
  fc.record({ type: fc.constant("integer"), minimum: fc.integer({ min: -50, max: 10 }), maximum: fc.integer({ min: 10, max: 2000 }) }),
  fc.record({ type: fc.constant("number"), minimum: fc.integer({ min: -9, max: 0 }), maximum: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ type: fc.constant("string"), minLength: fc.nat(2), maxLength: fc.integer({ min: 2, max: 5 }) }),
  fc.record({ type: fc.constant("string"), pattern: fc.constantFrom("^[A-Z]{2}-\\d{3}$", "^(yes|no|[^a-z\\s]{2})$", "^\\w+@(?:x|y)\\.org$", "^[\"\\\\\\n]{1,3}$", "^.{2}$") }),
  fc.record({ enum: fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean(), fc.constant(null)), { minLength: 1, maxLength: 4 }) }),
  fc.record({ type: fc.constantFrom("boolean", "null", ["boolean", "null"]) }),
);
const schema: fc.Arbitrary<SchemaObject> = fc.letrec<{ any: SchemaObject }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.record({ type: fc.constant("array"), items: tie("any"), minItems: fc.nat(1), maxItems: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ type: fc.constant("array"), prefixItems: fc.array(tie("any"), { minLength: 1, maxLength: 2 }) }),
    fc.record({ anyOf: fc.array(tie("any"), { minLength: 1, maxLength: 3 }) }),
    fc
      .tuple(fc.dictionary(fc.string({ maxLength: 3 }), tie("any"), { maxKeys: 3, noNullPrototype: true }), fc.infiniteStream(fc.boolean()))
      .map(([properties, flags]) => ({ type: "object", properties, required: Object.keys(properties).filter(() => flags.next().value), additionalProperties: false })),
  ),
})).any;

it("writes what satisfies the schema", async () => {
  await fc.assert(
    fc.asyncProperty(schema, fc.nat(), async (jsonSchema, seed) => {
      const { text, finishReason } = await session.generate({ promptIds, maxTokens: 2000, temperature: 1.5, seed, jsonSchema });
      if (finishReason === "stop") expect([text, faultOf(JSON.parse(text), jsonSchema)]).toEqual([text, undefined]);
      else expect(finishReason).toBe("length");
    }),
    { numRuns: 60 },
  );
});

it("refuses what it cannot hold with an error that says so, whatever it is given", async () => {
  const word = fc.constantFrom("type", "properties", "required", "items", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "minLength", "maximum", "pattern", "format", "not", "additionalProperties", "prefixItems", "maxItems");
  const anything = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, fc.constantFrom<unknown>("object", "array", "string", "#", "#/properties/a", "^a", null, true, false, 0, -1, 1.5, []), fc.dictionary(word, tie("any"), { maxKeys: 4, noNullPrototype: true }), fc.array(tie("any"), { maxLength: 3 })),
  })).any;
  await fc.assert(
    fc.asyncProperty(anything, async (jsonSchema) => {
      const outcome = await session.generate({ promptIds, maxTokens: 3, jsonSchema: jsonSchema as JsonSchema }).catch((thrown: unknown) => thrown);
      if (!(outcome instanceof Error)) return;
      expect(outcome).toBeInstanceOf(TunesmithError);
      expect((outcome as TunesmithError).code).toMatch(/^llama\.schema_/);
    }),
    { numRuns: 300 },
  );
});

it("writes what matches a pattern, whatever pattern it is given, or refuses it", async () => {
  const piece = fc.constantFrom(..."abz0-^$.|()[]?\\,é\"", "\\d", "\\w", "[^a]", "[a-f]", "(a|b)", "(?:x?y)", "{2}", "{1,3}", "+", "*");
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.nat(), async (pieces, seed) => {
      const pattern = `^${pieces.join("")}$`;
      const outcome = await session.generate({ promptIds, maxTokens: 100, temperature: 1.5, seed, jsonSchema: { type: "string", pattern } }).catch((thrown: unknown) => thrown);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: "llama.schema_unsupported" });
      else if ((outcome as Generation).finishReason === "stop") expect(expressionOf(pattern)?.test(JSON.parse((outcome as Generation).text) as string) ?? true).toBe(true);
    }),
    { numRuns: 100 },
  );
});

/** Undefined for a pattern that only readers of half characters take. */
function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

/** What a value does against a schema of the kinds above; undefined when nothing. */
function faultOf(value: unknown, { type, enum: values, anyOf, properties, required, items, prefixItems, ...bounds }: SchemaObject): string | undefined {
  if (Array.isArray(anyOf)) return anyOf.some((one) => faultOf(value, one as SchemaObject) === undefined) ? undefined : "none of anyOf";
  if (Array.isArray(values)) return values.some((one) => JSON.stringify(one) === JSON.stringify(value)) ? undefined : "not in enum";
  const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const types = [type].flat();
  if (!types.includes(kind) && !(kind === "number" && types.includes("integer") && Number.isInteger(value))) return `${kind} is no ${String(type)}`;
  if (typeof value === "number" && (value < (bounds.minimum as number) || value > (bounds.maximum as number))) return `${value} is out of bounds`;
  if (typeof value === "string" && "pattern" in bounds) return new RegExp(bounds.pattern as string, "u").test(value) ? undefined : `${JSON.stringify(value)} is against ${String(bounds.pattern)}`;
  if (typeof value === "string" && ([...value].length < (bounds.minLength as number) || [...value].length > (bounds.maxLength as number))) return `${JSON.stringify(value)} is too short or long`;
  if (Array.isArray(value)) {
    const schemas = (Array.isArray(prefixItems) ? prefixItems : value.map(() => items)) as readonly SchemaObject[];
    if (value.length > ((bounds.maxItems as number | undefined) ?? schemas.length) || value.length < ((bounds.minItems as number | undefined) ?? 0)) return `${value.length} items`;
    return value.map((one, index) => faultOf(one, schemas[index]!)).find((fault) => fault !== undefined);
  }
  if (kind !== "object") return undefined;
  const missing = (required as readonly string[]).find((name) => !Object.hasOwn(value as object, name));
  if (missing !== undefined) return `${missing} is missing`;
  return Object.entries(value as object).map(([name, one]) => (Object.hasOwn(properties as object, name) ? faultOf(one, (properties as Record<string, SchemaObject>)[name]!) : `${name} is not allowed`)).find((fault) => fault !== undefined);
}
