import type { LengthStatistics } from "../records/index.ts";
import { joinParts } from "./prompt/prompt-parts.ts";
import type { Row } from "./row.ts";

/** A word is a run of letters, marks and digits; scripts that are written without spaces count by character. */
const WORD = new RegExp(String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[[\p{L}\p{M}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]]+`, "gv");

/** The words of a text, lower-cased and in compatibility form, so that two spellings of one text compare equal. */
export function wordsOf(text: string): readonly string[] {
  return text.normalize("NFKC").toLowerCase().match(WORD) ?? [];
}

/** Everything a row says: system, instruction, input, output. */
export function wholeText(row: Pick<Row, "system" | "instruction" | "input" | "output">): string {
  return joinParts(row.system, row.instruction, row.input, row.output);
}

/** Statistics of a list of lengths. */
export function describeLengths(lengths: readonly number[]): LengthStatistics {
  const sorted = [...lengths].sort((a, b) => a - b);
  const total = sorted.reduce((sum, length) => sum + length, 0);
  const middle = (sorted.length - 1) / 2;
  const median = sorted.length === 0 ? 0 : (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { total, mean: total / Math.max(1, sorted.length), shortest: sorted[0] ?? 0, median, longest: sorted.at(-1) ?? 0 };
}
