// Looking into a zod schema: which keys an object has, and what a word of the command line means at one of them.
import { z } from "zod";
import { parseYamlScalar } from "./yaml.ts";

/** The schema without defaults, optionality and null. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap() as z.ZodType;
  return inner;
}

/** The members of an object schema by key; undefined for any other schema. */
export function membersOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** The schema at a dotted key; undefined where there is none. A record has every key. */
export function schemaAt(schema: z.ZodType, path: readonly string[]): z.ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodRecord) return schemaAt(inner.valueType as z.ZodType, rest);
  const members = membersOf(inner) ?? {};
  return Object.hasOwn(members, key) ? schemaAt(members[key]!, rest) : undefined;
}

/** Every dotted key of a schema, objects before their members. */
export function keysOf(schema: z.ZodType, prefix = ""): readonly string[] {
  const members = membersOf(schema) ?? {};
  return Object.entries(members).flatMap(([key, member]) => [`${prefix}${key}`, ...keysOf(member, `${prefix}${key}.`)]);
}

/**
 * What `text` means where `schema` stands: the first reading the schema accepts of null, the text itself, its YAML value, its parts
 * between commas. When it accepts none, the YAML value, so that the fault names the type that was given.
 */
export function readWord(schema: z.ZodType, text: string): unknown {
  const value = parseYamlScalar(text);
  const parts = text.split(",").map((part) => part.trim());
  const readings = [...(value === null ? [null] : []), text, value, parts, parts.map(parseYamlScalar)];
  return readings.find((reading) => schema.safeParse(reading).success) ?? (unwrap(schema) instanceof z.ZodArray ? parts : value);
}
