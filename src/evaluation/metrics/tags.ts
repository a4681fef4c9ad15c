// Entity scores of tagged sentences, as seqeval gives them. L. Ramshaw and M. Marcus, "Text Chunking using Transformation-Based Learning",
// 1995; an entity is right when type, first and last token are.
import type { CountsByClass } from "./counts.ts";
import { readSpans, readSpansStrictly, type TagScheme, type TagSpan } from "./tag-spans.ts";

/** "default" opens an entity at an I without a B; a scheme takes only what it allows. */
export type TagMode = "default" | TagScheme;

/**
 * Correct, predicted and gold entities of one sentence by type, types in alphabetical order. Sum the rows (`addCounts`), then average
 * (`averageScores`): macro is over the types that occur in either.
 * @throws RangeError when the two have not the same number of tags, or a tag is not of the scheme
 */
export function countTags(gold: readonly string[], predicted: readonly string[], mode: TagMode = "default"): CountsByClass {
  if (gold.length !== predicted.length) throw new RangeError(`Every gold tag needs a predicted one: ${gold.length} against ${predicted.length}`);
  const [wanted, given] = [read(gold, mode), read(predicted, mode)];
  const right = new Set(wanted.map(keyOf));
  const types = [...new Set([...wanted, ...given].map(({ type }) => type))].sort();
  return new Map(
    types.map((name) => {
      const ofType = ({ type }: TagSpan) => type === name;
      const claims = given.filter(ofType);
      return [name, { correct: claims.filter((span) => right.has(keyOf(span))).length, predicted: claims.length, gold: wanted.filter(ofType).length }];
    }),
  );
}

/** What stored entity scores of tags mean. */
export function tagSignature(mode: TagMode = "default"): string {
  return `entities|seqeval:${mode === "default" ? "default" : `strict,${mode}`}|match:type,start,end|zero_division:0|aggregate:sum`;
}

function read(tags: readonly string[], mode: TagMode): readonly TagSpan[] {
  return mode === "default" ? readSpans(tags) : readSpansStrictly(tags, mode);
}

function keyOf({ type, start, end }: TagSpan): string {
  return `${start} ${end} ${type}`;
}
