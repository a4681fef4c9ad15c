// JSON Schema (draft 2020-12) as a grammar. Whatever the grammar allows satisfies the schema; not all that satisfies it can be written:
// properties come in the order of the schema, undeclared ones only where none is declared, and white space is that of the usual printers.
// What cannot be held while a text grows is refused, never left out. `oneOf` is read as `anyOf`.
import { mergeAllOf } from "./all-of.ts";
import { ARRAY_WORDS, type Conversion, isObject, NUMBER_WORDS, OBJECT_WORDS, type SchemaObject, STRING_WORDS } from "./conversion.ts";
import { schemaTooLarge, schemaUnsupported } from "./errors.ts";
import { anyLiteral, createRules } from "./rules.ts";
import { isOfType, typeRule, TYPES, typesOf } from "./values.ts";

export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

const MOST_NESTED = 64;
/** Words that assert something the grammar cannot hold. */
const REFUSED = [
  "not", "if", "then", "else", "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "contains",
  "minContains", "maxContains", "unevaluatedItems", "additionalItems", "$dynamicRef", "$recursiveRef",
];
/** Of these a schema may have one, with nothing beside it that asserts anything. */
const ALONE = ["$ref", "const", "enum", "anyOf", "oneOf", "allOf"] as const;
const ASSERTIONS = ["type", ...ALONE, ...OBJECT_WORDS, ...ARRAY_WORDS, ...STRING_WORDS, ...NUMBER_WORDS];

/**
 * The grammar (GBNF, root rule `root`) of JSON texts that satisfy a schema.
 * @throws `llama.schema_unsupported` with every fault and its place, `llama.schema_too_large`
 */
export function jsonSchemaToGrammar(schema: JsonSchema): string {
  const rules = createRules();
  const faults: string[] = [];
  const references = new Map<string, string>();
  let nested = 0;
  const conversion: Conversion = {
    rules,
    space: rules.choose(["", '" "', '"\\n" (" "{0,16} | "\\t"{0,4})']),
    gap: rules.choose(["", '" "']),
    resolve: (pointer) => resolvePointer(schema, pointer),
    fault(at, what) {
      faults.push(`${at === "" ? "the schema" : at} ${what}`);
      return '"null"';
    },
    convert(part, at) {
      if (isObject(part) && "$ref" in part) return reference(part, at);
      if (part === true || (isObject(part) && isAnyValue(part))) return defined("", () => rules.choose(TYPES.filter((type) => type !== "integer").map((type) => typeRule(conversion, type, {}, at))));
      nested += 1;
      if (nested > MOST_NESTED) throw schemaTooLarge(`it is nested more than ${MOST_NESTED} deep`);
      const rule = schemaRule(conversion, part, at);
      nested -= 1;
      return rule;
    },
  };
  const root = conversion.convert(schema, "");
  if (faults.length > 0) throw schemaUnsupported(faults);
  return rules.toText(`(" " | "\\n")? ${root}`);

  /** A rule that may be used inside itself. */
  function defined(key: string, make: () => string): string {
    const known = references.get(key);
    if (known !== undefined) return known;
    const name = rules.reserve();
    references.set(key, name);
    rules.define(name, make());
    return name;
  }

  function reference(part: SchemaObject, at: string): string {
    const pointer = String(part.$ref);
    requireAlone(conversion, part, "$ref", at);
    const target = conversion.resolve(pointer);
    return target === undefined ? conversion.fault(at, `refers to ${pointer}, which is not in the schema`) : defined(pointer, () => conversion.convert(target, pointer));
  }
}

/** Whether nothing is asserted but that there is a value. */
function isAnyValue(part: SchemaObject): boolean {
  return ![...ASSERTIONS, ...REFUSED, "format", "multipleOf"].some((word) => word in part);
}

function schemaRule(conversion: Conversion, part: unknown, at: string): string {
  const { rules, convert, fault } = conversion;
  if (part === false) return fault(at, "is false, which nothing satisfies");
  if (!isObject(part)) return fault(at, "is no schema");
  const refused = [...REFUSED.filter((word) => word in part), ...("multipleOf" in part && part.multipleOf !== 1 ? ["multipleOf"] : []), ...(part.uniqueItems === true ? ["uniqueItems"] : [])];
  if (refused.length > 0) return fault(at, `asks for ${refused.join(", ")}`);
  const word = ALONE.find((one) => one in part);
  if (word === undefined) return typesRule(conversion, part, at);
  if (word === "allOf") return convert(mergeAllOf(conversion, part, ASSERTIONS, at), at);
  requireAlone(conversion, part, word, at);
  if (word === "const" || word === "enum") {
    const types = "type" in part ? typesOf(conversion, part, at) : TYPES;
    const values: readonly unknown[] = word === "const" ? [part.const] : Array.isArray(part.enum) ? part.enum : [];
    const kept = values.filter((value) => types.some((type) => isOfType(value, type)));
    return kept.length === 0 ? fault(at, "allows no value") : rules.add(anyLiteral(kept.map((value) => JSON.stringify(value))));
  }
  const options = part[word];
  if (!Array.isArray(options) || options.length === 0) return fault(at, `has no schemas in ${word}`);
  return rules.choose(options.map((option, index) => convert(option, `${at}/${word}/${index}`)));
}

function typesRule(conversion: Conversion, part: SchemaObject, at: string): string {
  const types = typesOf(conversion, part, at);
  const named = types.length > 0 ? types : (["string"] as const);
  return conversion.rules.choose(named.filter((type) => type !== "integer" || !named.includes("number")).map((type) => typeRule(conversion, type, part, at)));
}

function requireAlone({ fault }: Conversion, part: SchemaObject, word: string, at: string): void {
  const beside = [...ASSERTIONS, ...REFUSED].filter((other) => other in part && other !== word && !(other === "type" && (word === "enum" || word === "const")));
  if (beside.length > 0) fault(at, `asks for ${beside.join(", ")} beside ${word}`);
}

/** What a local reference (`#`, `#/$defs/name`) leads to. RFC 6901, section 6. */
function resolvePointer(root: unknown, pointer: string): unknown {
  if (pointer !== "#" && !pointer.startsWith("#/")) return undefined;
  return pointer.split("/").slice(1).reduce<unknown>((value, step) => {
    const key = decodeStep(step);
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}
