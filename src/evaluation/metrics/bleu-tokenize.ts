// How BLEU cuts a segment into tokens. The rules are those of sacrebleu 2.6 (tokenizer_13a.py, tokenizer_intl.py, tokenizer_char.py), which
// follow NIST mteval-v13a and mteval-v14.
import { words } from "./text.ts";

/** `13a` for languages in Latin script, `intl` by Unicode punctuation and symbols, `char` for every character, `none` for text that is already cut. */
export type BleuTokenizer = "13a" | "intl" | "char" | "none";

type Replacement = readonly [pattern: RegExp | string, replacement: string];

const UNESCAPED: readonly Replacement[] = [["&quot;", '"'], ["&amp;", "&"], ["&lt;", "<"], ["&gt;", ">"]];
const JOINED: readonly Replacement[] = [["<skipped>", ""], ["-\n", ""], ["\n", " "]];
const CUT_13A: readonly Replacement[] = [
  // All ASCII punctuation but ' , - and . which have rules of their own or none.
  [/([{-~[-` -&(-+:-@/])/gu, " $1 "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/gu, "$1 $2 "],
];
const CUT_INTL: readonly Replacement[] = [
  [/(\P{N})(\p{P})/gu, "$1 $2 "],
  [/(\p{P})(\P{N})/gu, " $1 $2"],
  [/(\p{S})/gu, " $1 "],
];

/** The tokens of one segment. */
export function tokenizeForBleu(segment: string, tokenizer: BleuTokenizer): readonly string[] {
  switch (tokenizer) {
    case "13a":
      return words(replaceAll(` ${replaceAll(segment, [...JOINED, ...UNESCAPED])} `, CUT_13A));
    case "intl":
      return words(replaceAll(segment, CUT_INTL));
    case "char":
      return [...segment].flatMap(words);
    case "none":
      return words(segment);
  }
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((changed, [pattern, replacement]) => changed.replaceAll(pattern, replacement), text);
}
