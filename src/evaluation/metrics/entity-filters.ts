// Optional rules that drop predicted entities before they are scored. Seed 000 always applied some, so that its numbers were those of model
// and rules together; here none applies unless it is named, and the signature names it.
import { entitySides, normalizeEntity, occursIn, type Entity } from "./entity.ts";
import { similarity } from "./similarity.ts";
import { words } from "./text.ts";

/**
 * - `generic_words`: the whole text is a word such as "drug" or "syndrome".
 * - `at_least_2_characters`, `at_least_3_characters`: for every side of a relation.
 * - `no_disease_in_chemical`: of type chemical or drug, with a word such as "disease" or "carcinoma" in it.
 * - `in_source`: every side stands in the source on word boundaries.
 * - `in_source_nearly`: as `in_source`, or with as many words in a row that are more than 0.9 alike.
 */
export type EntityFilter = "generic_words" | "at_least_2_characters" | "at_least_3_characters" | "no_disease_in_chemical" | "in_source" | "in_source_nearly";

const GENERIC_WORDS = new Set(
  ("pain drug drugs chemical chemicals disease diseases medication medications treatment treatments therapy therapies condition conditions " +
    "syndrome disorder disorders article technical terms mentioned list extracted").split(" "),
);
const DISEASE_WORDS = /(?:disease|disorder|syndrome|cancer|carcinoma|failure|infection|toxicity|opathy|itis|emia)s?$/u;
/** The ratio above which seed 000 takes a text for one of the source. */
const NEARLY = 0.9;

const RULES: Readonly<Record<EntityFilter, (entity: Entity, source: string) => boolean>> = {
  generic_words: ({ text }) => !GENERIC_WORDS.has(normalizeEntity(text, "seed-000")),
  at_least_2_characters: ({ text }) => isLongerThan(text, 1),
  at_least_3_characters: ({ text }) => isLongerThan(text, 2),
  no_disease_in_chemical: ({ type, text }) => !/chemical|drug/i.test(type) || !words(normalizeEntity(text, "seed-000")).some((word) => DISEASE_WORDS.test(word)),
  in_source: ({ text }, source) => occursIn(source, text),
  in_source_nearly: ({ text }, source) => occursIn(source, text) || entitySides(text).every((side) => occursNearly(source, side)),
};

/** The names of all rules. */
export const ENTITY_FILTERS = Object.keys(RULES) as readonly EntityFilter[];

export interface FilteredEntities {
  readonly kept: readonly Entity[];
  /** With the first rule that dropped each. */
  readonly dropped: readonly { readonly entity: Entity; readonly filter: EntityFilter }[];
}

/** Applies the rules in the order given. */
export function filterEntities(entities: readonly Entity[], filters: readonly EntityFilter[], source: string): FilteredEntities {
  const judged = entities.map((entity) => ({ entity, filter: filters.find((filter) => !RULES[filter](entity, source)) }));
  return {
    kept: judged.filter(({ filter }) => filter === undefined).map(({ entity }) => entity),
    dropped: judged.flatMap(({ entity, filter }) => (filter === undefined ? [] : { entity, filter })),
  };
}

function isLongerThan(text: string, characters: number): boolean {
  return entitySides(text).every((side) => [...normalizeEntity(side, "seed-000")].length > characters);
}

function occursNearly(source: string, side: string): boolean {
  const wanted = words(normalizeEntity(side));
  const place = words(normalizeEntity(source));
  return place.some((_word, at) => at + wanted.length <= place.length && similarity(wanted.join(" "), place.slice(at, at + wanted.length).join(" ")) > NEARLY);
}
