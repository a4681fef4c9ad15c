import { type Conversion, countOf, isObject, type SchemaObject } from "./conversion.ts";
import { literal, MOST_REPETITIONS } from "./rules.ts";

const MOST_PROPERTIES = 500;

/** Declared properties in their order, the required ones always; any keys where none is declared. */
export function objectRule(conversion: Conversion, part: SchemaObject, at: string): string {
  const { rules, space, gap, convert, fault } = conversion;
  const declared = isObject(part.properties) ? part.properties : {};
  const required = Array.isArray(part.required) ? part.required.map(String) : [];
  const closed = part.additionalProperties === false;
  const others = part.additionalProperties ?? true;
  const undeclared = [...new Set(required)].filter((name) => !Object.hasOwn(declared, name));
  if (closed && undeclared.length > 0) fault(at, `requires ${undeclared.join(", ")}, which it does not allow`);
  const names = [...Object.keys(declared), ...undeclared];
  if (names.length > MOST_PROPERTIES) return fault(at, `has more than ${MOST_PROPERTIES} properties`);
  if (Number(part.minProperties ?? 0) > new Set(required).size) fault(at, "asks for more properties than it requires");
  if (Number(part.maxProperties ?? Infinity) < names.length || (names.length === 0 && "maxProperties" in part)) fault(at, "asks for maxProperties");
  const wrap = (members: string) => rules.add(`"{" ${space} ${members} "}"`);
  if (names.length === 0) {
    if (closed) return wrap("");
    const pair = rules.add(`${convert({ type: "string" }, at)} ":" ${gap} ${convert(others, `${at}/additionalProperties`)}`);
    return wrap(`(${pair} ${rules.add(`"," ${space} ${pair}`)}* ${space})?`);
  }
  const pairs = names.map((name) => {
    const value = Object.hasOwn(declared, name) ? convert(declared[name], `${at}/properties/${name}`) : convert(others, `${at}/additionalProperties`);
    return { rule: rules.add(`${literal(JSON.stringify(name))} ":" ${gap} ${value}`), required: required.includes(name) };
  });
  // What may follow when a property has been written, and what may come first, from the last property to the first.
  let following = "";
  let first = "";
  for (const pair of [...pairs].reverse()) {
    const alone = rules.add(`${pair.rule} ${following}`);
    const after = rules.add(`"," ${space} ${pair.rule} ${following}`);
    first = pair.required ? alone : rules.choose([alone, first]);
    following = pair.required ? after : rules.choose([after, following]);
  }
  return wrap(`${first} ${space}`);
}

/** `prefixItems` one by one, then as many of `items` as the bounds allow. */
export function arrayRule(conversion: Conversion, part: SchemaObject, at: string): string {
  const { rules, space, convert, fault } = conversion;
  const prefix = Array.isArray(part.prefixItems) ? part.prefixItems : [];
  const least = countOf(part, "minItems", MOST_REPETITIONS, (what) => fault(at, what)) ?? 0;
  const most = countOf(part, "maxItems", MOST_REPETITIONS, (what) => fault(at, what)) ?? (prefix.length > 0 && !("items" in part) ? Math.max(prefix.length, least) : undefined);
  if (most !== undefined && (most < least || most < prefix.length)) return fault(at, "allows no array: maxItems is too small");
  const fixed = prefix.map((schema, index) => convert(schema, `${at}/prefixItems/${index}`));
  const wrap = (members: string) => rules.add(`"[" ${space} ${members} "]"`);
  const begun = fixed.map((rule, index) => (index === 0 ? rule : `"," ${space} ${rule}`)).join(" ");
  const none = most === fixed.length || part.items === false;
  if (none && least > fixed.length) return fault(at, "allows no array: minItems is too large");
  if (none) return wrap(fixed.length === 0 ? "" : `${begun} ${space}`);
  const item = convert(part.items ?? true, `${at}/items`);
  const more = rules.add(`"," ${space} ${item}`);
  const repeat = (from: number, to: number | undefined) => `${more}{${Math.max(0, from)},${to ?? ""}}`;
  if (fixed.length > 0) return wrap(`${begun} ${repeat(least - fixed.length, most === undefined ? undefined : most - fixed.length)} ${space}`);
  const members = `${item} ${repeat(least - 1, most === undefined ? undefined : most - 1)} ${space}`;
  return wrap(least === 0 ? `(${members})?` : members);
}
