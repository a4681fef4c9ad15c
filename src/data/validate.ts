// What a person should know about the rows before training on them. Nothing is changed here.
import type { DatasetFinding } from "../records/index.ts";
import { countWords } from "./describe.ts";
import { dropRows, emptyField } from "./drop.ts";
import { SHOWN_FAULTS } from "./faults.ts";
import { findLinks } from "./duplicates/links.ts";
import type { SourceRow } from "./read.ts";
import { wholeText } from "./words.ts";

export interface ValidateOptions {
  /** Words of a row below which it is found short. */
  readonly minLength: number;
  /** Words of a row above which it is found long. */
  readonly maxLength: number;
}

/** Characters outside ASCII from which a row is noted. */
const NON_ASCII_SHARE = 0.1;

/** UTF-8 read as Windows-1252: what é, “ and emoji turn into. */
const MOJIBAKE = /Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž]|â€[\u0080-\u00bf˜™œ“”¦]|ðŸ/;

interface Check {
  readonly code: string;
  readonly severity: DatasetFinding["severity"];
  readonly message: string;
  readonly finds: (source: SourceRow, options: ValidateOptions) => boolean;
}

const CHECKS: readonly Check[] = [
  { code: "empty_output", severity: "error", message: "rows without an answer", finds: (source) => emptyField(source) === "empty_output" },
  { code: "empty_instruction", severity: "error", message: "rows without an instruction", finds: (source) => emptyField(source) === "empty_instruction" },
  { code: "undecodable", severity: "error", message: "rows with characters that are lost, because the file is not UTF-8", finds: ({ row }) => wholeText(row).includes("\ufffd") },
  { code: "short_row", severity: "warning", message: "rows shorter than the least length", finds: ({ row }, { minLength }) => countWords(row) < minLength },
  { code: "long_row", severity: "warning", message: "rows longer than the greatest length", finds: ({ row }, { maxLength }) => countWords(row) > maxLength },
  { code: "answer_repeats_question", severity: "warning", message: "rows whose answer is their instruction", finds: ({ row }) => row.output !== "" && row.output === row.instruction },
  { code: "mojibake", severity: "warning", message: "rows that look like UTF-8 read in another encoding", finds: ({ row }) => MOJIBAKE.test(wholeText(row)) },
  { code: "non_ascii", severity: "note", message: "rows with more than 10 % characters outside ASCII", finds: ({ row }) => nonAsciiShare(wholeText(row)) > NON_ASCII_SHARE },
];

/** Findings over all rows in the order of the checks; one that finds nothing is left out. */
export function validateRows(rows: readonly SourceRow[], options: ValidateOptions): readonly DatasetFinding[] {
  const { kept, dropped } = dropRows(rows);
  const repeated = new Set(dropped.filter(({ reason }) => reason === "exact_duplicate").map(({ row }) => row));
  return [
    ...CHECKS.map(({ code, severity, message, finds }) => createFinding({ code, severity, message }, rows.filter((source) => finds(source, options)))),
    createFinding({ code: "exact_duplicate", severity: "warning", message: "rows that repeat an earlier row" }, rows.filter(({ number }) => repeated.has(number))),
    createFinding({ code: "near_duplicate", severity: "note", message: "rows that nearly repeat another row; they stay in its split" }, findNearRepetitions(kept)),
  ].filter(({ count }) => count > 0);
}

/** The rows of every set of near-duplicates but its first. */
function findNearRepetitions(rows: readonly SourceRow[]): readonly SourceRow[] {
  const links = findLinks(rows.map(({ row }) => row)).filter(({ kind }) => kind === "near_duplicate");
  const indices = new Set(links.flatMap((link) => link.rows.slice(1)));
  return rows.filter((_, index) => indices.has(index));
}

function createFinding(what: Pick<DatasetFinding, "code" | "severity" | "message">, sources: readonly SourceRow[]): DatasetFinding {
  const first = sources[0];
  return {
    ...what,
    count: sources.length,
    rows: sources.slice(0, SHOWN_FAULTS).map(({ number }) => number),
    sample: first === undefined ? "" : wholeText(first.row).replaceAll("\n", " ").slice(0, 80),
  };
}

function nonAsciiShare(text: string): number {
  const characters = [...text];
  return characters.filter((character) => character > "\u007f").length / Math.max(1, characters.length);
}
