// The types of JSON Schema, each as a rule.
import { arrayRule, objectRule } from "./containers.ts";
import { ARRAY_WORDS, type Conversion, NUMBER_WORDS, OBJECT_WORDS, STRING_WORDS, type SchemaObject } from "./conversion.ts";
import { ANY_NUMBER, decimalsBetween, integersBetween, isWholeBound } from "./numbers.ts";
import { stringRule } from "./strings.ts";

export const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
export type SchemaType = (typeof TYPES)[number];

/** The types that a schema names, or implies by words that only one type has; none when it allows any value. */
export function typesOf({ fault }: Conversion, part: SchemaObject, at: string): readonly SchemaType[] {
  if (!("type" in part)) {
    const has = (words: readonly string[]) => words.some((word) => word in part);
    return [
      ...(has(OBJECT_WORDS) ? (["object"] as const) : []),
      ...(has(ARRAY_WORDS) ? (["array"] as const) : []),
      ...(has(STRING_WORDS) ? (["string"] as const) : []),
      ...(has(NUMBER_WORDS) ? (["number"] as const) : []),
    ];
  }
  const named: readonly unknown[] = Array.isArray(part.type) ? part.type : [part.type];
  const known = TYPES.filter((type) => named.includes(type));
  if (known.length !== new Set(named).size || known.length === 0) fault(at, `has the type ${JSON.stringify(part.type)}`);
  return known;
}

export function typeRule(conversion: Conversion, type: SchemaType, part: SchemaObject, at: string): string {
  const { rules } = conversion;
  if (type === "object") return objectRule(conversion, part, at);
  if (type === "array") return arrayRule(conversion, part, at);
  if (type === "string") return stringRule(conversion, part, at);
  if (type === "null") return rules.add('"null"');
  if (type === "boolean") return rules.add('"true" | "false"');
  return numberRule(conversion, type === "integer", part, at);
}

function numberRule({ rules, fault }: Conversion, whole: boolean, part: SchemaObject, at: string): string {
  const bounds = NUMBER_WORDS.filter((word) => word in part);
  if (bounds.some((word) => typeof part[word] !== "number")) return fault(at, "has a bound that is no number");
  if (!whole && bounds.length === 0) return rules.add(ANY_NUMBER);
  if (!whole && bounds.some((word) => word.startsWith("exclusive"))) return fault(at, "asks for exclusive bounds of numbers that need not be whole");
  const bound = (word: string, otherwise: number) => (part[word] as number | undefined) ?? otherwise;
  const least = whole ? Math.max(Math.ceil(bound("minimum", -Infinity)), Math.floor(bound("exclusiveMinimum", -Infinity)) + 1) : bound("minimum", -Infinity);
  const most = whole ? Math.min(Math.floor(bound("maximum", Infinity)), Math.ceil(bound("exclusiveMaximum", Infinity)) - 1) : bound("maximum", Infinity);
  if (least > most) return fault(at, `allows no number: it must be at least ${least} and at most ${most}`);
  if (!isWholeBound(least) || !isWholeBound(most)) return fault(at, "has a bound that is not whole, or longer than 15 digits");
  return rules.add(whole ? integersBetween(least, most) : decimalsBetween(least, most));
}

export function isOfType(value: unknown, type: SchemaType): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
