// What a person should know about the rows before training on them. Nothing is changed here. Rows come one by one, perhaps to several
// validators that share them; nothing is kept of a row but its number, and the words of the first one of each finding.
import type { DatasetFinding } from "../../records/index.ts";
import { repairDoubleEncoding } from "../clean/encoding.ts";
import { agreeWith } from "../../plural.ts";
import { countWords } from "../describe.ts";
import { emptyField } from "../drop.ts";
import type { SourceRow } from "../read/read.ts";
import type { Row } from "../row.ts";
import { wholeText } from "../words.ts";
import { addRow, joinFound, NO_ROWS, type FoundRows } from "./found.ts";
import { looksPersonal } from "./personal.ts";
import { createTally, type Tallies } from "./tallies.ts";

export { NO_ROWS, sampleOf, type FoundRows } from "./found.ts";

export interface ValidateOptions {
  /** Words of a row below which it is found short. */
  readonly minLength: number;
  /** Words of a row above which it is found long. */
  readonly maxLength: number;
}

/** What one validator has seen: plain values, so that it can cross threads. */
export interface ValidatorPart {
  readonly found: readonly FoundRows[];
  readonly tallies: Tallies;
}

/** What is known only when all rows are seen. */
export interface ValidatorFacts {
  readonly exactDuplicates: FoundRows;
  readonly nearDuplicates: FoundRows;
}

export interface Validator {
  add(source: SourceRow): void;
  /** What was seen so far, to be taken in by another validator. */
  part(): ValidatorPart;
  /** Takes in what another validator saw. The order does not matter. */
  absorb(part: ValidatorPart): void;
  /** Findings in the order of the checks; one that finds nothing is left out. */
  finish(facts: ValidatorFacts): readonly DatasetFinding[];
}

/** Characters outside ASCII from which a row is noted. */
const NON_ASCII_SHARE = 0.1;

interface Seen {
  readonly source: SourceRow;
  readonly text: string;
  readonly isAscii: boolean;
  readonly words: number;
}

interface Check extends Pick<DatasetFinding, "code" | "severity" | "message"> {
  readonly finds: (seen: Seen, options: ValidateOptions) => boolean;
}

const CHECKS: readonly Check[] = [
  { code: "empty_output", severity: "error", message: "[row|rows] without an answer", finds: ({ source }) => emptyField(source) === "empty_output" },
  { code: "empty_instruction", severity: "error", message: "[row|rows] without an instruction", finds: ({ source }) => emptyField(source) === "empty_instruction" },
  { code: "undecodable", severity: "error", message: "[row|rows] with characters that are lost, because the file is not UTF-8: save it as UTF-8", finds: ({ text, isAscii }) => !isAscii && text.includes("\ufffd") },
  { code: "short_row", severity: "warning", message: "[row|rows] shorter than the least length", finds: ({ words }, { minLength }) => words < minLength },
  { code: "long_row", severity: "warning", message: "[row|rows] longer than the greatest length", finds: ({ words }, { maxLength }) => words > maxLength },
  { code: "answer_repeats_question", severity: "warning", message: "[row|rows] whose answer is [its|their] instruction", finds: ({ source: { row } }) => row.output !== "" && row.output === row.instruction },
  { code: "personal_data", severity: "warning", message: "[row|rows] that [seems|seem] to hold an e-mail address, a telephone number or a number of an account", finds: ({ text }) => looksPersonal(text) },
  { code: "mojibake", severity: "warning", message: "[row|rows] that [looks|look] like UTF-8 read in another encoding; --clean usual repair_encoding repairs [it|them]", finds: ({ source: { row }, isAscii }) => !isAscii && textsOf(row).some((text) => repairDoubleEncoding(text) !== text) },
  { code: "non_ascii", severity: "note", message: "[row|rows] with more than 10 % characters outside ASCII", finds: ({ text, isAscii }) => !isAscii && nonAsciiShare(text) > NON_ASCII_SHARE },
];

/** Findings that need all rows. */
const LATER = [
  { fact: "exactDuplicates", code: "exact_duplicate", severity: "warning", message: "[row|rows] that [repeats|repeat] an earlier row" },
  { fact: "nearDuplicates", code: "near_duplicate", severity: "note", message: "[row|rows] that nearly [repeats|repeat] another row; [it stays|they stay] in its split" },
] as const;

export function createValidator(options: ValidateOptions): Validator {
  const found: FoundRows[] = CHECKS.map(() => NO_ROWS);
  const tally = createTally();
  return {
    add(source) {
      const text = wholeText(source.row);
      const seen: Seen = { source, text, isAscii: !/[^\0-\x7f]/.test(text), words: countWords(source.row) };
      for (const [at, { finds }] of CHECKS.entries()) if (finds(seen, options)) found[at] = addRow(found[at]!, source.number, text);
      tally.add(source.number, source.row, text);
    },
    part: () => ({ found: [...found], tallies: tally.part() }),
    absorb(part) {
      for (const [at, more] of part.found.entries()) found[at] = joinFound(found[at]!, more);
      tally.absorb(part.tallies);
    },
    finish: (facts) =>
      [
        ...CHECKS.map(({ code, severity, message }, at) => ({ code, severity, message: agreeWith(found[at]!.count, message), ...found[at]! })),
        ...tally.finish(),
        ...LATER.map(({ fact, code, severity, message }) => ({ code, severity, message: agreeWith(facts[fact].count, message), ...facts[fact] })),
      ]
        .filter(({ count }) => count > 0)
        .map((finding) => ({ ...finding, rows: [...finding.rows] })),
  };
}

/** One by one: a right field says nothing of another. */
function textsOf({ system = "", instruction, input, output }: Row): readonly string[] {
  return [system, instruction, input, output];
}

function nonAsciiShare(text: string): number {
  const characters = [...text];
  return characters.filter((character) => character > "\u007f").length / Math.max(1, characters.length);
}
