// What makes two rows too alike to stand in two splits. The split keeps linked rows together and the leakage gate checks that it did.
import { findNearDuplicates } from "./near-duplicates.ts";
import type { Row } from "../row.ts";
import { wordsOf } from "../words.ts";

/** An answer of fewer words (yes, a number, a label) may be right for many rows; one of this many is text of its own. */
const FREE_TEXT_WORDS = 6;

/** What people write into an input column when there is no input. */
const PLACEHOLDERS = new Set(["", "n a", "na", "none", "null", "nil", "nan", "noinput", "no input", "empty"]);

export const LINK_KINDS = ["exact", "group", "input", "answer", "near_duplicate"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** Rows linked with each other, as ascending indices, at least two. */
export interface Link {
  readonly kind: LinkKind;
  readonly rows: readonly number[];
}

/** Rows of one key are linked; an undefined key links with nothing. */
const KEYS: readonly { readonly kind: LinkKind; readonly key: (row: Row) => string | undefined }[] = [
  { kind: "exact", key: (row) => JSON.stringify([row.system, row.instruction, row.input, row.output]).normalize("NFKC").toLowerCase() },
  { kind: "group", key: (row) => row.group },
  { kind: "input", key: ({ input }) => keyOfText(input, (words) => !PLACEHOLDERS.has(words.join(" "))) },
  { kind: "answer", key: ({ output }) => keyOfText(output, (words) => words.length >= FREE_TEXT_WORDS) },
];

/** Every set of rows that are equal, of one group, about the same input, with the same free-text answer, or near-duplicates. */
export function findLinks(rows: readonly Row[]): readonly Link[] {
  const links = KEYS.flatMap(({ kind, key }) => [...indicesBy(rows, key)].map((indices) => ({ kind, rows: indices })));
  const near = findNearDuplicates(rows.map(comparedText)).map((indices) => ({ kind: "near_duplicate" as const, rows: indices }));
  return [...links, ...near];
}

/** What two rows are compared by: the input where there is one, since many rows share an instruction, and the answer. */
function comparedText(row: Row): string {
  const source = PLACEHOLDERS.has(wordsOf(row.input).join(" ")) ? row.instruction : row.input;
  return `${source}\n${row.output}`;
}

function keyOfText(text: string, counts: (words: readonly string[]) => boolean): string | undefined {
  const words = wordsOf(text);
  return counts(words) ? words.join(" ") : undefined;
}

function* indicesBy(rows: readonly Row[], keyOf: (row: Row) => string | undefined): Generator<readonly number[]> {
  const members = new Map<string, number[]>();
  for (const [index, row] of rows.entries()) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const indices = members.get(key);
    if (indices === undefined) members.set(key, [index]);
    else indices.push(index);
  }
  for (const indices of members.values()) if (indices.length > 1) yield indices;
}
