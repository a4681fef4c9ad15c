import { type Conversion, countOf, type SchemaObject } from "./conversion.ts";
import { patternGrammar } from "./pattern.ts";
import { literal, MOST_REPETITIONS } from "./rules.ts";

/** One character of a JSON text: RFC 8259, section 7, without escapes of half characters. */
const CHARACTER = '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\/bfnrt] | "u" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}))';

const YEAR_DAY = '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])';
const CLOCK = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? ("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])';

/** Formats that are held; all others are remarks, as JSON Schema has them by default. Days stop at the 28th, which every month has. */
const FORMATS: Readonly<Record<string, string>> = {
  date: YEAR_DAY,
  time: CLOCK,
  "date-time": `${YEAR_DAY} "T" ${CLOCK}`,
  uuid: '[0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12}',
};

/** A text in quotes, as a schema wants it. */
export function stringRule({ rules, fault }: Conversion, part: SchemaObject, at: string): string {
  const character = rules.add(CHARACTER);
  const least = countOf(part, "minLength", MOST_REPETITIONS, (what) => fault(at, what)) ?? 0;
  const most = countOf(part, "maxLength", MOST_REPETITIONS, (what) => fault(at, what));
  const bounded = least > 0 || most !== undefined;
  const format = typeof part.format === "string" && Object.hasOwn(FORMATS, part.format) ? FORMATS[part.format] : undefined;
  if (("pattern" in part ? 1 : 0) + (format === undefined ? 0 : 1) + (bounded ? 1 : 0) > 1) return fault(at, "asks for more than one of pattern, format and length");
  const quoted = (body: string) => rules.add(`${literal('"')} ${body} ${literal('"')}`);
  if ("pattern" in part) {
    try {
      return quoted(patternGrammar(String(part.pattern), character));
    } catch (thrown) {
      if (thrown instanceof SyntaxError) return fault(at, thrown.message);
      throw thrown;
    }
  }
  if (most !== undefined && most < least) return fault(at, `allows no text: minLength is ${least}, maxLength is ${most}`);
  return quoted(format ?? (bounded ? `${character}{${least},${most ?? ""}}` : `${character}*`));
}
