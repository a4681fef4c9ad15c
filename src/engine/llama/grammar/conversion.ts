// What the parts of a conversion from JSON Schema share.
import type { Rules } from "./rules.ts";

export type SchemaObject = Readonly<Record<string, unknown>>;

export interface Conversion {
  readonly rules: Rules;
  /** White space around values and members: none, a space, or a line break with its indentation. */
  readonly space: string;
  /** White space after a colon: none or a space. */
  readonly gap: string;
  /** The rule for the schema at this JSON pointer. */
  convert(schema: unknown, at: string): string;
  /** What the JSON pointer of a `$ref` leads to; undefined when it leads nowhere. */
  resolve(pointer: string): unknown;
  /** Keeps what is wrong there and returns a rule to go on with, so that all faults are told together. */
  fault(at: string, what: string): string;
}

export const OBJECT_WORDS = ["properties", "required", "additionalProperties", "minProperties", "maxProperties", "unevaluatedProperties"];
export const ARRAY_WORDS = ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"];
export const STRING_WORDS = ["minLength", "maxLength", "pattern"];
export const NUMBER_WORDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A count that llama's parser can repeat; undefined when the word is absent or wrong, which is a fault. */
export function countOf(part: SchemaObject, word: string, most: number, fault: (what: string) => void): number | undefined {
  const value = part[word];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
  fault(`has ${word} ${JSON.stringify(value)}, which must be a whole number of at most ${most}`);
  return undefined;
}
