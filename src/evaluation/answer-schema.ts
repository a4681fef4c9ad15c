// The shape that JSON gold answers share, as a JSON schema: a model whose answers are held to it cannot give one that cannot be read.
import type { JsonSchema } from "../engine/llama/index.ts";
import { answersNotJson } from "./errors.ts";

/** Fields that name a kind: their values are those that occur, and no others. */
const KIND_FIELDS = ["type", "label", "relation", "predicate"];

/** A gold answer. */
export interface HeldRow {
  readonly id: string;
  readonly task?: string;
  /** What the answer is, where that is known. */
  readonly gold?: { readonly kind: string };
  readonly reference: string;
}

/**
 * The rows that are asked for JSON: all of them, or those of the tasks (of one kind each) whose gold answers are all lists or objects.
 * @throws `evaluation.answers_not_json` when there is no such task, or one where some answers are and others are not
 */
export function chooseHeld<Held extends HeldRow>(rows: readonly Held[], split: string): readonly Held[] {
  const isJson = ({ reference }: Held) => parseJson(reference) !== undefined;
  if (rows.every(isJson)) return rows;
  const isShaped = ({ reference }: Held) => ["array", "object"].includes(kindOf(parseJson(reference)?.value));
  const groupOf = ({ task, gold }: HeldRow) => JSON.stringify([task, gold?.kind]);
  const strange = rows.filter((row) => !isShaped(row));
  const free = new Set(strange.map(groupOf));
  const held = rows.filter((row) => !free.has(groupOf(row)));
  const shaped = new Set(rows.filter(isShaped).map(groupOf));
  const torn = strange.filter((row) => shaped.has(groupOf(row)));
  if (held.length === 0 || torn.length > 0) throw answersNotJson(split, (torn.length > 0 ? torn : strange).map(({ id }) => id));
  return held;
}

/**
 * The narrowest schema of these rules that every answer satisfies: properties in their order, kinds as an enumeration. Other answers of the dataset widen it, so
 * that it does not tell which kinds are the right ones here; of them those count that are JSON of the same sort.
 * @throws SyntaxError for an answer that is not JSON
 */
export function schemaOfAnswers(answers: readonly string[], others: readonly string[] = []): JsonSchema {
  const values = answers.map((text) => JSON.parse(text) as unknown);
  const sorts = new Set(values.map(kindOf));
  const more = others.flatMap((text) => parseJson(text) ?? []).filter(({ value }) => sorts.has(kindOf(value)));
  return schemaOf([...values, ...more.map(({ value }) => value)]);
}

function schemaOf(values: readonly unknown[], field?: string): JsonSchema {
  const kinds = [...new Set(values.map(kindOf))];
  if (kinds.length > 1) return { anyOf: kinds.map((kind) => schemaOf(values.filter((value) => kindOf(value) === kind), field)) };
  const [kind = "string"] = kinds;
  if (kind === "array") return { type: "array", items: schemaOf((values as readonly (readonly unknown[])[]).flat()) };
  if (kind === "object") return objectSchema(values as readonly Readonly<Record<string, unknown>>[]);
  if (kind === "string" && field !== undefined && KIND_FIELDS.includes(field)) return { enum: [...new Set(values)].sort() };
  return { type: kind };
}

function objectSchema(objects: readonly Readonly<Record<string, unknown>>[]): JsonSchema {
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const properties = names.map((name) => [name, schemaOf(objects.flatMap((object) => (name in object ? [object[name]] : [])), name)] as const);
  return { type: "object", properties: Object.fromEntries(properties), required: names.filter((name) => objects.every((object) => name in object)), additionalProperties: false };
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
