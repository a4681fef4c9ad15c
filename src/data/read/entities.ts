// Named entities of one row: spans in a text, tags of tokens (BIO), or a list of names.
import { countCharacters, placeOfCharacter, sliceCharacters } from "../characters.ts";
import type { Entity } from "../row.ts";
import { nameType, readText } from "./cell.ts";

/** What asks for entities when nobody says how. */
export const ENTITIES_INSTRUCTION = 'List the entities named in this text, in order of appearance, as JSON: {"entities": [{"type": …, "text": …}]}.';

/** The answer a model is to give: types and texts, no offsets. */
export function writeEntities(entities: readonly Entity[]): string {
  return JSON.stringify({ entities: entities.map(({ type, text }) => ({ type, text })) });
}

/**
 * Reads `[{ start, end, label | type }]`, `[[start, end, label]]`, or `[{ type | label, text }]`, in the order of the text. Places count characters, as Python
 * does; where the text of an entity stands there when UTF-16 units are counted, they were counted by JavaScript.
 * @throws SyntaxError naming the entity that cannot be read, does not lie in the text, or is not the text that stands there
 */
export function readSpans(value: unknown, text: string, column: string): readonly Entity[] {
  const list = typeof value === "string" ? parseList(value, column) : value;
  if (!Array.isArray(list)) throw new SyntaxError(`${column} is ${nameType(list)}, needed is a list of { start, end, label } or { type, text }`);
  const length = countCharacters(text);
  const entities = list.map((one: unknown, index): Entity => {
    const place = `${column}[${index}]`;
    if (one === null || typeof one !== "object") throw new SyntaxError(`${place} is ${nameType(one)}, needed is { start, end, label } or { type, text }`);
    const { start, end, type, text: name, word } = Array.isArray(one) ? { start: one[0] as unknown, end: one[1] as unknown, type: one[2] as unknown, text: undefined, word: undefined } : membersOf(one as Readonly<Record<string, unknown>>);
    const label = readText(type, `${place}.label`);
    if (start === undefined && end === undefined) return { type: label, text: readText(name ?? word, `${place}.text`) };
    const [from, to] = [Number(start), Number(end)];
    const found = sliceCharacters(text, from, to);
    if (typeof name === "string" && name !== found && name === text.slice(from, to)) return { type: label, text: name, start: placeOfCharacter(text, from), end: placeOfCharacter(text, to) };
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to <= from || to > length) throw new SyntaxError(`${place} goes from ${String(start)} to ${String(end)}, the text has ${length} characters`);
    if (typeof name === "string" && name !== found) throw new SyntaxError(`${place} is ${JSON.stringify(name)}, from ${from} to ${to} stands ${JSON.stringify(found)}`);
    return { type: label, text: found, start: from, end: to };
  });
  // Where one has no place, the order they came in says more.
  if (entities.some(({ start }) => start === undefined)) return entities;
  return entities.toSorted((a, b) => a.start! - b.start! || b.end! - a.end!);
}

/**
 * Reads the tags of tokens, `B-X`, `I-X`, `O` (also `S-X`, `E-X`, `L-X`, `U-X`, and `I-X` that begins an entity), and joins tokens by spaces.
 * @throws SyntaxError when there is not one tag for each token, or a tag is none of these
 */
export function readTags(tokens: unknown, tags: unknown, names: readonly string[] | undefined): { readonly text: string; readonly entities: readonly Entity[] } {
  if (!Array.isArray(tokens) || !Array.isArray(tags)) throw new SyntaxError(`tokens is ${nameType(tokens)} and its tags ${nameType(tags)}, needed are two lists`);
  if (tokens.length !== tags.length) throw new SyntaxError(`${tokens.length} tokens have ${tags.length} tags`);
  const entities: (Entity & { readonly start: number; readonly end: number })[] = [];
  let text = "";
  let end = 0;
  let open = false;
  for (const [index, token] of tokens.entries()) {
    const word = readText(token, `tokens[${index}]`);
    const start = text === "" ? 0 : end + 1;
    text = text === "" ? word : `${text} ${word}`;
    end = start + countCharacters(word);
    const { mark, type } = parseTag(tags[index], index, names);
    const last = entities.at(-1);
    if (mark === "O") open = false;
    else if ("IEL".includes(mark) && open && last?.type === type) {
      entities[entities.length - 1] = { ...last, text: sliceCharacters(text, last.start), end };
      open = mark === "I";
    } else {
      entities.push({ type, text: word, start, end });
      open = mark === "B" || mark === "I";
    }
  }
  return { text, entities };
}

function parseTag(tag: unknown, index: number, names: readonly string[] | undefined): { readonly mark: string; readonly type: string } {
  const name = typeof tag === "number" || typeof tag === "bigint" ? names?.[Number(tag)] : tag;
  if (name === undefined) throw new SyntaxError(`tag ${index + 1} is the number ${String(tag)}: the names of the tags are needed (--label-names)`);
  const match = typeof name === "string" ? /^(?:(O)|([BIESLU])-(.+))$/.exec(name.trim()) : null;
  if (match === null) throw new SyntaxError(`tag ${index + 1} is ${JSON.stringify(name) ?? nameType(name)}, needed is O, B-<type> or I-<type>`);
  return { mark: match[1] ?? match[2]!, type: match[3] ?? "" };
}

function membersOf(one: Readonly<Record<string, unknown>>): { readonly start: unknown; readonly end: unknown; readonly type: unknown; readonly text: unknown; readonly word: unknown } {
  return { start: one["start"] ?? one["start_offset"], end: one["end"] ?? one["end_offset"], type: one["label"] ?? one["type"] ?? one["entity_group"], text: one["text"], word: one["word"] };
}

function parseList(text: string, column: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SyntaxError(`${column} is ${JSON.stringify(text.slice(0, 40))}, needed is a list`);
  }
}
