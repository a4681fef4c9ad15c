// Scores of answers that list entities in words. No package is the reference here; the rules are: an entity is right when type and normalized
// text (or its span) are those of a gold entity that no other prediction has taken, and an answer that cannot be read finds nothing, so that
// all its gold entities are missed.
import type { Counts, CountsByClass } from "./counts.ts";
import { nameEntityError, type EntityError } from "./entity-errors.ts";
import { filterEntities, type EntityFilter, type FilteredEntities } from "./entity-filters.ts";
import { placeEntities } from "./entity-places.ts";
import { normalizeEntity, occursIn, type Entity, type EntityNormalization } from "./entity.ts";
import { countEach, words } from "./text.ts";

export interface EntityOptions {
  /** Default "strict". */
  readonly normalization?: EntityNormalization;
  /** "multiset": a gold entity that stands twice is to be named twice; "set": each once. Default "multiset". */
  readonly matching?: "multiset" | "set";
  /** "span": type, start and end are compared instead of the text; places that are not named are looked for (`placeEntities`). Default "text". */
  readonly compare?: "text" | "span";
  /** Rules that drop predictions before they are scored. Default none. */
  readonly filters?: readonly EntityFilter[];
}

export interface EntityRow {
  readonly gold: readonly Entity[];
  /** Undefined when the answer could not be read. */
  readonly predicted: readonly Entity[] | undefined;
  /** The text in which entities were to be found. */
  readonly source: string;
}

export interface EntityOutcome {
  /** By type; types of the gold entities first. */
  readonly counts: CountsByClass;
  /** All types, where an entity of the same type that shares half the words of the longer of the two is right as well. */
  readonly partial: Counts;
  readonly isUnreadable: boolean;
  /** Predictions that the source does not say, right ones included. */
  readonly hallucinated: number;
  /** Predictions that matched nothing, in the order of the answer, and why. */
  readonly wrong: readonly { readonly entity: Entity; readonly error: EntityError }[];
  /** Gold entities that no prediction matched. */
  readonly missed: readonly Entity[];
  readonly dropped: FilteredEntities["dropped"];
}

/** Share of the words of the longer entity from which on a match is partial. */
const PARTIAL_OVERLAP = 0.5;

/** Scores one answer. */
export function scoreEntities(row: EntityRow, options: EntityOptions = {}): EntityOutcome {
  const { normalization = "strict", filters = [] } = options;
  const keyOf = keyMaker(options);
  const place = (entities: readonly Entity[]) => (options.compare === "span" ? placeEntities(entities, row.source) : entities);
  const { kept, dropped } = filterEntities(row.predicted ?? [], filters, row.source);
  const [wanted, given] = [place(row.gold), place(kept)];
  const [gold, predicted] = options.matching === "set" ? [distinct(wanted, keyOf), distinct(given, keyOf)] : [wanted, given];
  const [right, wrong] = split(predicted, gold, keyOf);
  const [, missed] = split(gold, predicted, keyOf);
  return {
    counts: countByType(gold, predicted, right),
    partial: { correct: right.length + countPartial(missed, wrong, normalization), predicted: predicted.length, gold: gold.length },
    isUnreadable: row.predicted === undefined,
    hallucinated: predicted.filter(({ text }) => !occursIn(row.source, text, normalization)).length,
    wrong: wrong.map((entity) => ({ entity, error: nameEntityError(entity, gold, row.source, normalization) })),
    missed,
    dropped,
  };
}

/** What stored entity scores mean. */
export function entitySignature({ normalization = "strict", matching = "multiset", compare = "text", filters = [] }: EntityOptions = {}): string {
  const compared = compare === "span" ? "type,start,end(leftmost_free)" : "type,text";
  return `entities|list|match:${compared}|normalize:${normalization}|${matching}|filters:${filters.join(",") || "none"}|unreadable:all_missed|aggregate:sum`;
}

/** A key that two entities share when they are the same; an entity that lacks what is compared shares none. */
function keyMaker({ normalization = "strict", compare = "text" }: EntityOptions): (entity: Entity) => string | undefined {
  if (compare === "text") return ({ type, text }) => JSON.stringify([type, normalizeEntity(text, normalization)]);
  return ({ type, start, end }) => (start === undefined || end === undefined ? undefined : JSON.stringify([type, start, end]));
}

function distinct(entities: readonly Entity[], keyOf: (entity: Entity) => string | undefined): readonly Entity[] {
  const keys = entities.map(keyOf);
  return entities.filter((_entity, index) => keys[index] === undefined || keys.indexOf(keys[index]) === index);
}

/** Those that have a partner among `others`, one each, and those that have none. */
function split(entities: readonly Entity[], others: readonly Entity[], keyOf: (entity: Entity) => string | undefined): readonly [Entity[], Entity[]] {
  const left = new Map(countEach(others.flatMap((other) => keyOf(other) ?? [])));
  const [matched, unmatched]: [Entity[], Entity[]] = [[], []];
  for (const entity of entities) {
    const key = keyOf(entity);
    const count = key === undefined ? 0 : (left.get(key) ?? 0);
    if (key !== undefined && count > 0) left.set(key, count - 1);
    (count > 0 ? matched : unmatched).push(entity);
  }
  return [matched, unmatched];
}

function countByType(gold: readonly Entity[], predicted: readonly Entity[], right: readonly Entity[]): CountsByClass {
  const countTypes = (entities: readonly Entity[]) => countEach(entities.map(({ type }) => type));
  const [wanted, given, correct] = [countTypes(gold), countTypes(predicted), countTypes(right)];
  const types = new Set([...wanted.keys(), ...given.keys()]);
  return new Map([...types].map((type) => [type, { correct: correct.get(type) ?? 0, predicted: given.get(type) ?? 0, gold: wanted.get(type) ?? 0 }]));
}

/** Pairs off what is left, most alike first, then in the order of the answer and of the gold entities. */
function countPartial(missed: readonly Entity[], wrong: readonly Entity[], normalization: EntityNormalization): number {
  const pairs = wrong
    .flatMap((prediction) => missed.map((gold) => ({ prediction, gold, overlap: prediction.type === gold.type ? overlapOf(prediction, gold, normalization) : 0 })))
    .filter(({ overlap }) => overlap >= PARTIAL_OVERLAP)
    .sort((a, b) => b.overlap - a.overlap);
  const taken = new Set<Entity>();
  return pairs.filter(({ prediction, gold }) => {
    const isFree = !taken.has(prediction) && !taken.has(gold);
    if (isFree) taken.add(prediction).add(gold);
    return isFree;
  }).length;
}

function overlapOf(a: Entity, b: Entity, normalization: EntityNormalization): number {
  const [left, right] = [words(normalizeEntity(a.text, normalization)), words(normalizeEntity(b.text, normalization))];
  const wanted = countEach(right);
  const shared = [...countEach(left)].reduce((sum, [word, count]) => sum + Math.min(count, wanted.get(word) ?? 0), 0);
  return shared / Math.max(1, left.length, right.length);
}
