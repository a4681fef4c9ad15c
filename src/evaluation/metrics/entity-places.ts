// Where in the source an entity stands that was named without its place: models are asked for words, datasets know places.
import type { Entity } from "./entity.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * The same entities, each with `start` and `end` in characters (Unicode code points). One without a place gets the first place of its text in the
 * source that no other of its type has, as whole words rather than inside of one, as it is written rather than in another case. One whose text is not
 * there stays without.
 */
export function placeEntities(entities: readonly Entity[], source: string): readonly Entity[] {
  const keyOf = ({ type }: Entity, { start, end }: Place) => JSON.stringify([type, start, end]);
  const taken = new Set(entities.filter(isPlaced).map((entity) => keyOf(entity, entity)));
  return entities.map((entity) => {
    if (isPlaced(entity)) return entity;
    const place = findPlaces(entity.text, source).find((free) => !taken.has(keyOf(entity, free)));
    if (place === undefined) return entity;
    taken.add(keyOf(entity, place));
    return { ...entity, ...place };
  });
}

/** Whether it says where it stands. */
export function isPlaced(entity: Entity): entity is Entity & Place {
  return entity.start !== undefined && entity.end !== undefined;
}

/** The words of a text, as white space parts them, each with its place. */
export function placeWords(source: string): readonly Place[] {
  return [...source.matchAll(/\S+/gu)].map((match) => placeOf(source, match));
}

/** All places of a text, the best ones first. Any white space is as good as any other. */
function findPlaces(text: string, source: string): readonly Place[] {
  const pattern = text.trim().replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
  if (pattern === "") return [];
  const matches = ["gu", "giu"].flatMap((flags) => [...source.matchAll(new RegExp(pattern, flags))]);
  const isWhole = ({ 0: found, index }: RegExpExecArray) => !/[\p{L}\p{N}]$/u.test(source.slice(Math.max(0, index - 2), index)) && !/^[\p{L}\p{N}]/u.test(source.slice(index + found.length, index + found.length + 2));
  return [...matches.filter(isWhole), ...matches.filter((match) => !isWhole(match))].map((match) => placeOf(source, match));
}

function placeOf(source: string, { 0: found, index }: RegExpExecArray): Place {
  const start = Array.from(source.slice(0, index)).length;
  return { start, end: start + Array.from(found).length };
}
