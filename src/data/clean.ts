// Cleaning works on the fields of a row and never on a rendered prompt, so that no template loses its line breaks.
import { unescapeHtml } from "./html-entities.ts";
import type { SourceRow } from "./read.ts";
import type { Row } from "./row.ts";

interface CleaningStep {
  readonly name: string;
  readonly apply: (text: string) => string;
}

/** The steps, in the order they are taken. */
export const CLEANING_STEPS: readonly CleaningStep[] = [
  { name: "html_unescape", apply: unescapeHtml },
  { name: "strip_urls", apply: stripUrls },
  { name: "strip_emails", apply: (text) => text.replace(/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "") },
  { name: "unicode_nfc", apply: (text) => text.normalize("NFC") },
  { name: "whitespace", apply: tidyWhitespace },
];

const CLEANED_FIELDS = ["system", "instruction", "input", "output"] as const;

/** Rows after all steps, and how many rows each step changed. */
export interface CleanedRows {
  readonly rows: readonly SourceRow[];
  readonly transformations: readonly { readonly name: string; readonly rows_changed: number }[];
}

/** Takes every step on the system, instruction, input and output of every row. */
export function cleanRows(rows: readonly SourceRow[]): CleanedRows {
  const changed = new Map(CLEANING_STEPS.map(({ name }) => [name, 0]));
  const cleaned = rows.map((source) => {
    const { row } = source;
    const steps = new Set<string>();
    const clean: Row = { ...row, ...Object.fromEntries(CLEANED_FIELDS.flatMap((field) => (row[field] === undefined ? [] : [[field, cleanText(row[field], steps)]]))) };
    for (const name of steps) changed.set(name, changed.get(name)! + 1);
    return { ...source, row: clean };
  });
  return { rows: cleaned, transformations: [...changed].map(([name, rows_changed]) => ({ name, rows_changed })) };
}

function cleanText(text: string, changedBy: Set<string>): string {
  return CLEANING_STEPS.reduce((current, { name, apply }) => {
    const next = apply(current);
    if (next !== current) changedBy.add(name);
    return next;
  }, text);
}

/** A full stop or a bracket after an address belongs to the sentence. */
function stripUrls(text: string): string {
  return text.replace(/\b(?:https?:\/\/|www\.)[^\s<>"'`]+/gi, (url) => /[.,;:!?)\]}]*$/.exec(url)![0]);
}

/** Line breaks and the indentation of lines are kept; runs of other spaces, spaces at line ends, control characters and more than one empty line go. */
function tidyWhitespace(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[\u200b\ufeff]/gu, "")
    .replace(/[^\S\n\t]/gu, " ")
    .replace(/(?<=\S)[ \t]+/g, " ")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
