// Reads entities from an answer. Two shapes are understood: JSON (a list of strings, a list of objects, {"entities": [...]}, or lists by type)
// and a list with one entity a line. What is neither is no answer, which is something else than an answer without an entity.
import type { Entity } from "./entity.ts";

const NOTHING = /^(?:none|n\/a|nil|null)?[.]?$/i;
const FENCE = /^```[a-z]*\s*\n([\s\S]*?)\n?```$/i;
const BULLET = /^\s*(?:[-*•–]|\d+[.)])\s+/u;
/** The relation of seed 000's older rows, written as a sentence. */
const INFLUENCE = /^chemical\s+(.+?)\s+influences\s+disease\s+(.+?)[.]?$/i;
const RELATION_NAMES = ["type", "relation", "label", "predicate"];

/**
 * The entities of an answer in its order, duplicates included; undefined when the answer cannot be read, such as JSON that was cut off or a
 * sentence. Lines of a list that carry no bullet are passed over. `type` is what entities are that name none.
 */
export function parseEntities(answer: string, type = ""): readonly Entity[] | undefined {
  const text = answer.trim().replace(FENCE, "$1").trim();
  if (isNothing(text)) return [];
  return /^[[{]/.test(text) ? parseJson(text, type) : parseList(text, type);
}

/** Whether an answer says that there is nothing to name: it is empty, or "none" or the like alone. */
export function isNothing(text: string): boolean {
  return NOTHING.test(text.trim());
}

function parseJson(text: string, type: string): readonly Entity[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return readAll(value, type);
  if ("entities" in value) return readAll(value["entities"], type);
  const lists = Object.entries(value).map(([name, list]) => readAll(list, name));
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

/** Undefined unless every member is an entity. */
function readAll(list: unknown, type: string): readonly Entity[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const entities = list.map((member: unknown) => readEntity(member, type));
  return entities.every((entity) => entity !== undefined) ? entities : undefined;
}

function readEntity(member: unknown, type: string): Entity | undefined {
  if (typeof member === "string") return { type, text: member };
  if (!isObject(member)) return undefined;
  const name = RELATION_NAMES.map((key) => member[key]).find((given) => typeof given === "string") ?? type;
  const { head, tail, start, end } = member;
  if (typeof head === "string" && typeof tail === "string") return { type: name, text: `${head} | ${tail}` };
  const text = member["text"] ?? member["name"] ?? member["entity"];
  if (typeof text !== "string") return undefined;
  return { type: name, text, ...(Number.isInteger(start) && Number.isInteger(end) ? { start: start as number, end: end as number } : {}) };
}

function parseList(text: string, type: string): readonly Entity[] | undefined {
  const lines = text.split("\n").filter((line) => BULLET.test(line));
  if (lines.length === 0) return undefined;
  const named = lines.map(withoutBullet);
  return named.filter((item) => !isNothing(item)).map((item) => ({ type, text: item.replace(INFLUENCE, "$1 | $2").replace(/\s*\|\s*/g, " | ") }));
}

/** One line of a list, without what marks it as such. */
export function withoutBullet(line: string): string {
  return line.replace(BULLET, "").trim();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
