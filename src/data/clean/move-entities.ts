// Names in a text that was cleaned: where they stand now, and the answer that lists them.
import { writeEntities } from "../read/entities.ts";
import type { Entity, Row } from "../row.ts";
import { countCharacters, placeOfCharacter, sliceCharacters } from "../characters.ts";

/** A noncharacter of Unicode, which no text holds and no step looks for. */
const MARK = "\ufdd0";

/**
 * Moves entities along with the text they stand in. One whose text is gone is gone; one whose place cannot be told keeps its text only. An answer that
 * listed the entities lists them as they are now.
 * @param input the text after cleaning
 * @param clean how it was cleaned
 */
export function moveEntities(row: Row, input: string, clean: (text: string) => string): Pick<Row, "entities"> & Partial<Pick<Row, "output">> {
  const before = row.entities ?? [];
  const move = moverOf(row, before, input, clean);
  const entities = before.flatMap((entity) => move(entity) ?? []);
  return { entities, ...(row.output === writeEntities(before) && { output: writeEntities(entities) }) };
}

type Mover = (entity: Entity) => Entity | undefined;

/** With a mark at every place where an entity begins or ends, the cleaned text says where those places went. */
function moverOf({ input: dirty }: Row, entities: readonly Entity[], input: string, clean: (text: string) => string): Mover {
  const search: Mover = ({ type, text }) => placeByText(type, clean(text), input);
  const places = [...new Set(entities.flatMap(({ start, end }) => (start === undefined || end === undefined ? [] : [start, end])))].sort((a, b) => a - b);
  if (places.length === 0 || dirty.includes(MARK)) return search;
  const marked = clean([0, ...places].map((place, at) => sliceCharacters(dirty, place, places[at])).join(MARK));
  const parts = marked.split(MARK);
  if (parts.length !== places.length + 1 || parts.join("") !== input) return search;
  let now = 0;
  const moved = new Map(places.map((place, at) => [place, (now += countCharacters(parts[at]!))]));
  return (entity) => {
    if (entity.start === undefined || entity.end === undefined) return search(entity);
    const [start, end] = [moved.get(entity.start)!, moved.get(entity.end)!];
    return start === end ? undefined : { type: entity.type, text: sliceCharacters(input, start, end), start, end };
  };
}

function placeByText(type: string, text: string, input: string): Entity | undefined {
  const at = input.indexOf(text);
  if (text === "" || at === -1) return undefined;
  if (input.indexOf(text, at + 1) !== -1) return { type, text };
  const start = placeOfCharacter(input, at);
  return { type, text, start, end: start + countCharacters(text) };
}
