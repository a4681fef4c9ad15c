// Why a predicted entity is no gold entity. The order of the questions is seed 000's, and the first that is answered yes decides; "wrong type"
// and "duplicate" come before them, and its last kind is parted by whether the source has the text.
import { hasWords, normalizeEntity, occursIn, type Entity, type EntityNormalization } from "./entity.ts";
import { similarity } from "./similarity.ts";
import { words } from "./text.ts";

/** In the order in which they are asked. */
export const ENTITY_ERRORS = ["duplicate", "wrong_type", "hyphen", "partial", "special_character", "synonym", "spurious", "hallucination"] as const;

/**
 * - `duplicate`: a gold entity that was named more often than it is gold.
 * - `wrong_type`: the text of a gold entity of another type.
 * - `hyphen`: a gold entity but for hyphens and the spaces in their place ("beta-blocker", "beta blocker", "betablocker").
 * - `partial`: whole words of a gold entity, or a gold entity with words around it.
 * - `special_character`: a gold entity but for characters that are no letters or digits.
 * - `synonym`: more than 0.7 alike to a gold entity.
 * - `spurious`: none of these, though the source says it.
 * - `hallucination`: none of these, and the source does not say it.
 */
export type EntityError = (typeof ENTITY_ERRORS)[number];

/** The ratio above which seed 000 calls two names synonyms. */
const ALIKE = 0.7;

/** Names the error of a prediction that matched nothing, against all gold entities of its row; of a typed answer, hyphens and the rest are looked for within the type. */
export function nameEntityError(prediction: Entity, gold: readonly Entity[], source: string, normalization: EntityNormalization = "strict"): EntityError {
  const text = normalizeEntity(prediction.text, normalization);
  const named = gold.map((entity) => ({ type: entity.type, text: normalizeEntity(entity.text, normalization) }));
  const ofType = named.filter(({ type }) => type === prediction.type).map((entity) => entity.text);
  if (ofType.includes(text)) return "duplicate";
  if (named.some((entity) => entity.text === text)) return "wrong_type";
  if (ofType.some((other) => withoutHyphens(other) === withoutHyphens(text))) return "hyphen";
  if (ofType.some((other) => isPartOf(text, other) || isPartOf(other, text))) return "partial";
  if (ofType.some((other) => lettersAndDigits(other) === lettersAndDigits(text))) return "special_character";
  if (ofType.some((other) => similarity(text, other) > ALIKE)) return "synonym";
  return occursIn(source, prediction.text, normalization) ? "spurious" : "hallucination";
}

/** Whether `part` is some, not all, of the words of `whole`, side by side. */
function isPartOf(part: string, whole: string): boolean {
  return words(part).length < words(whole).length && hasWords(whole, part);
}

function withoutHyphens(text: string): string {
  return text.replace(/[\p{Pd}\u{ad}\u{2212}\s]+/gu, "");
}

/** What is left when a text has no letter or digit is the text itself, so that "+" is not "-". */
function lettersAndDigits(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, "") || text;
}
