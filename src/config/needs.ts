// What a schema asks for, in words of our own: the second half of every fault.
import { z } from "zod";
import { unwrap } from "./shape.ts";

/** What zod keeps of `min`, `lt`, `int` and their kin. */
interface Check {
  readonly check: string;
  readonly value?: number;
  readonly minimum?: number;
  readonly inclusive?: boolean;
  readonly format?: string;
}

/** `a whole number >= 1`, `a number > 0`, `one of cosine, linear, constant`, `true, false or auto`. */
export function describeNeed(schema: z.ZodType): string {
  const inner = unwrap(schema);
  const checks = (inner._zod.def.checks ?? []).map(({ _zod }) => _zod.def as unknown as Check);
  const isNotEmpty = checks.some(({ check, minimum = 0 }) => check === "min_length" && minimum > 0);
  if (inner instanceof z.ZodNumber) return `${checks.some(({ format }) => format?.includes("int")) ? "a whole number" : "a number"}${describeRange(checks)}`;
  if (inner instanceof z.ZodString) return isNotEmpty ? "text that is not empty" : "text";
  if (inner instanceof z.ZodArray) return `a list${isNotEmpty ? ", not empty," : ""} of ${describeNeed(inner.element as z.ZodType).replace(/^one of /, "")}`;
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return "a mapping of keys to values";
  const words = wordsOf(inner);
  if (words === undefined) return "another value";
  return inner instanceof z.ZodEnum ? `one of ${words.join(", ")}` : joinWords(words);
}

function describeRange(checks: readonly Check[]): string {
  const bounds = checks.flatMap(({ check, value, inclusive }) => {
    const sign = { greater_than: ">", less_than: "<" }[check];
    return sign === undefined ? [] : [` ${sign}${inclusive === true ? "=" : ""} ${value}`];
  });
  return bounds.join(" and");
}

function wordsOf(schema: z.ZodType): readonly string[] | undefined {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (schema instanceof z.ZodBoolean) return ["true", "false"];
  if (!(schema instanceof z.ZodUnion)) return undefined;
  return schema.options.flatMap((option) => wordsOf(option as z.ZodType) ?? [describeNeed(option as z.ZodType)]);
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
