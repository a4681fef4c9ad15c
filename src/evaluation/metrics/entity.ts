// An entity that a model names in words, and what makes two of them the same.
import { collapseWhitespace } from "./text.ts";

/** One named entity, or a relation, which is its sides joined by " | ". */
export interface Entity {
  /** "" where all entities of the answer are of one kind, as in a plain list. */
  readonly type: string;
  readonly text: string;
  /** Index of its first character in the source, with `end`; most models are not asked for it. */
  readonly start?: number;
  /** Index after its last character. */
  readonly end?: number;
}

/**
 * `strict`: NFKC, lower case, white space collapsed. `seed-000`: lower case, white space collapsed, without `. , ; :` at the end. `relaxed`:
 * strict, with every dash and apostrophe as one, dashes as spaces, and without punctuation at either end.
 */
export type EntityNormalization = "strict" | "seed-000" | "relaxed";

const DASHES = /[\p{Pd}\u{ad}\u{2212}]+/gu;

/** The text as it is compared. Sides of a relation are normalized one by one. */
export function normalizeEntity(text: string, normalization: EntityNormalization = "strict"): string {
  return entitySides(text).map((side) => normalizeSide(side, normalization)).join(" | ");
}

/** The sides of a relation; one of anything else. */
export function entitySides(text: string): readonly string[] {
  return collapseWhitespace(text).split(" | ");
}

/** Whether every side stands in the source between characters that are no letters or digits, both compared under the normalization. */
export function occursIn(source: string, text: string, normalization: EntityNormalization = "strict"): boolean {
  const place = normalizeSide(source, normalization);
  return entitySides(text).every((side) => hasWords(place, normalizeSide(side, normalization)));
}

/** Whether `words` is not empty and stands in `place` with no letter or digit against it. */
export function hasWords(place: string, words: string): boolean {
  if (words === "") return false;
  for (let at = place.indexOf(words); at >= 0; at = place.indexOf(words, at + 1)) {
    const before = place.slice(Math.max(0, at - 2), at);
    if (!/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(place.slice(at + words.length, at + words.length + 2))) return true;
  }
  return false;
}

function normalizeSide(text: string, normalization: EntityNormalization): string {
  if (normalization === "seed-000") return collapseWhitespace(text.toLowerCase()).replace(/[.,;:]+$/, "");
  const strict = collapseWhitespace(text.normalize("NFKC").toLowerCase());
  if (normalization === "strict") return strict;
  return collapseWhitespace(strict.replace(DASHES, " ").replace(/[\u{2018}\u{2019}\u{2bc}]/gu, "'")).replace(/^[\p{P}\s]+|[\p{P}\s]+$/gu, "");
}
