import { type Conversion, isObject, OBJECT_WORDS, type SchemaObject } from "./conversion.ts";

const MOST_STEPS = 64;

/** One schema of objects that says what all in `allOf` say, and the words beside it. What is no object has to stand alone. */
export function mergeAllOf({ resolve, fault }: Conversion, part: SchemaObject, assertions: readonly string[], at: string): SchemaObject {
  const { allOf, ...own } = part;
  const parts: unknown[] = [...(Array.isArray(allOf) ? allOf : []), ...(assertions.some((word) => word in own) ? [own] : [])];
  if (parts.length === 1 && isObject(parts[0])) return parts[0];
  const properties: Record<string, unknown> = {};
  const required: unknown[] = [];
  let closed = false;
  for (const one of parts) {
    const target = followReferences(one, resolve);
    if (target === undefined || assertions.some((word) => word in target && word !== "type" && !OBJECT_WORDS.includes(word)) || (target.type ?? "object") !== "object") {
      fault(at, "asks with allOf for more than properties of objects");
      continue;
    }
    for (const [name, value] of Object.entries(isObject(target.properties) ? target.properties : {})) {
      if (Object.hasOwn(properties, name) && JSON.stringify(properties[name]) !== JSON.stringify(value)) fault(at, `says in allOf two things of ${name}`);
      properties[name] = value;
    }
    if (Array.isArray(target.required)) required.push(...target.required);
    if (isObject(target.additionalProperties)) fault(at, "asks in allOf for a schema of additionalProperties");
    closed ||= target.additionalProperties === false;
  }
  return { type: "object", properties, required, additionalProperties: !closed };
}

function followReferences(schema: unknown, resolve: Conversion["resolve"]): SchemaObject | undefined {
  let target = schema;
  for (let step = 0; step < MOST_STEPS && isObject(target) && typeof target.$ref === "string"; step += 1) target = resolve(target.$ref);
  return isObject(target) ? target : undefined;
}
