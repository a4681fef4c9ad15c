// Tags of words, read from an answer: tags themselves, or a list of entities that is laid over the words of the source.
import type { Entity } from "./entity.ts";
import { isPlaced, placeEntities, placeWords } from "./entity-places.ts";
import type { TagScheme } from "./tag-spans.ts";

const TAG = /^(?:O|[BIESLU]-\S+)$/u;

/** The tags of an answer: a JSON list, or words. What is no tag among them is O; undefined when there is no tag at all. */
export function parseTags(answer: string): readonly string[] | undefined {
  const tags = readList(answer) ?? answer.split(/[\s,]+/u).filter((word) => word !== "");
  return tags.some((tag) => TAG.test(tag)) ? tags.map((tag) => (TAG.test(tag) ? tag : "O")) : undefined;
}

/** Whether an answer is tags and nothing else. */
export function isTags(answer: string): boolean {
  const tags = readList(answer) ?? answer.trim().split(/\s+/u);
  return tags.length > 0 && tags.every((tag) => TAG.test(tag));
}

/** As many tags as wanted: O where they are too few, none past the end. */
export function fitTags(tags: readonly string[], count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => tags[index] ?? "O");
}

/** The scheme that has all these tags, IOB2 where several have. */
export function findScheme(tags: Iterable<string>): TagScheme {
  const prefixes = new Set([...tags].map((tag) => tag[0]));
  if (prefixes.has("U") || prefixes.has("L")) return "BILOU";
  if (prefixes.has("S") || (prefixes.has("E") && prefixes.has("B"))) return "IOBES";
  return prefixes.has("E") ? "IOE2" : "IOB2";
}

/** Tags of a scheme as they are, and O for those of another. */
export function keepScheme(tags: readonly string[], scheme: TagScheme): readonly string[] {
  const prefixes = { IOB2: "IOB", IOE2: "IOE", IOBES: "IOBES", BILOU: "BILOU" }[scheme];
  return tags.map((tag) => (prefixes.includes(tag[0]!) ? tag : "O"));
}

/**
 * IOB2 tags of the words of the source, for both lists; places that an entity does not name are looked for. One that no free word can carry (the source does not
 * say it, or another entity has its words) gets a word of its own behind the last, so that it counts, and is wrong.
 */
export function tagEntities(gold: readonly Entity[], predicted: readonly Entity[], source: string): { readonly gold: readonly string[]; readonly predicted: readonly string[] } {
  const [wanted, given] = [tagWords(gold, source), tagWords(predicted, source)];
  const outside = (tags: readonly string[]) => tags.map(() => "O");
  return { gold: [...wanted.tags, ...wanted.left, ...outside(given.left)], predicted: [...given.tags, ...outside(wanted.left), ...given.left] };
}

function tagWords(entities: readonly Entity[], source: string): { readonly tags: readonly string[]; readonly left: readonly string[] } {
  const words = placeWords(source);
  const tags = words.map(() => "O");
  const left: string[] = [];
  for (const entity of placeEntities(entities, source)) {
    const type = entity.type || "_";
    const carried = words.flatMap(({ start, end }, index) => (isPlaced(entity) && start < entity.end && entity.start < end ? index : []));
    if (carried.length === 0 || carried.some((index) => tags[index] !== "O")) left.push(`B-${type}`);
    else for (const [at, index] of carried.entries()) tags[index] = `${at === 0 ? "B" : "I"}-${type}`;
  }
  return { tags, left };
}

function readList(answer: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(answer);
    return Array.isArray(list) && list.every((tag) => typeof tag === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}
