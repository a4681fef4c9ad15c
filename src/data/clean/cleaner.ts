// Cleaning works on the fields of a row and never on a rendered prompt, so that no template loses its line breaks.
import type { Message, Row } from "../row.ts";
import { repairDoubleEncoding } from "./encoding.ts";
import { unescapeHtml } from "./html-entities.ts";
import { moveEntities } from "./move-entities.ts";
import { pairRelations } from "./relations.ts";

interface CleaningStep {
  readonly name: string;
  readonly apply: (text: string) => string;
  /** Taken only when it is asked for by name. */
  readonly onRequest?: true;
  /** Default: all fields. */
  readonly fields?: readonly CleanedField[];
}

const CLEANED_FIELDS = ["system", "instruction", "input", "output"] as const;
type CleanedField = (typeof CLEANED_FIELDS)[number];

/** What a turn of a conversation is cleaned as. */
const FIELD_OF_ROLE = { system: "system", user: "instruction", tool: "input", assistant: "output" } as const satisfies Record<Message["role"], CleanedField>;

/** The steps, in the order they are taken. Each looks first whether there is anything to do: most texts have nothing. */
const CLEANING_STEPS = [
  { name: "repair_encoding", apply: repairDoubleEncoding, onRequest: true },
  { name: "html_unescape", apply: (text) => (text.includes("&") ? unescapeHtml(text) : text) },
  { name: "strip_urls", apply: (text) => (/:\/\/|www\./i.test(text) ? stripUrls(text) : text) },
  { name: "strip_emails", apply: (text) => (text.includes("@") ? text.replace(/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "") : text) },
  { name: "unicode_nfc", apply: (text) => (/[^\0-\x7f]/.test(text) ? text.normalize("NFC") : text) },
  { name: "whitespace", apply: tidyWhitespace },
  { name: "pair_relations", apply: pairRelations, onRequest: true, fields: ["output"] },
] as const satisfies readonly CleaningStep[];

export type CleaningStepName = (typeof CLEANING_STEPS)[number]["name"];

/** Names of the steps, in the order they are taken. */
export const CLEANING_STEP_NAMES: readonly CleaningStepName[] = CLEANING_STEPS.map(({ name }) => name);

/** The steps that are taken when nobody says which. */
export const DEFAULT_CLEANING: readonly CleaningStepName[] = (CLEANING_STEPS as readonly (CleaningStep & { readonly name: CleaningStepName })[]).filter(({ onRequest }) => onRequest !== true).map(({ name }) => name);

/** A step and the rows it changed. */
export interface Transformation {
  readonly name: string;
  readonly rows_changed: number;
}

/** Cleans rows one by one and counts what it did. */
export interface Cleaner {
  /** Texts of the row and turns of its conversation are cleaned; entities follow the text they stand in. An answer that is JSON stays JSON. */
  clean(row: Row): Row;
  /** The steps in order, those that changed nothing too. */
  transformations(): readonly Transformation[];
}

/** A cleaner that takes `steps`, by default {@link DEFAULT_CLEANING}, in the order of {@link CLEANING_STEP_NAMES}. */
export function createCleaner(steps: readonly CleaningStepName[] = DEFAULT_CLEANING): Cleaner {
  const taken: readonly CleaningStep[] = CLEANING_STEPS.filter(({ name }) => steps.includes(name));
  const changed = new Uint32Array(taken.length);
  const changedRow = new Uint8Array(taken.length);
  const cleanText = (text: string, field: CleanedField): string => {
    let current = text;
    for (const [at, { apply, fields }] of taken.entries()) {
      if (fields !== undefined && !fields.includes(field)) continue;
      const next = apply(current);
      if (next === current || breaksJson(current, next)) continue;
      changedRow[at] = 1;
      current = next;
    }
    return current;
  };
  return {
    clean(row) {
      changedRow.fill(0);
      const clean: Row = { ...row };
      for (const field of CLEANED_FIELDS) if (row[field] !== undefined) Object.assign(clean, { [field]: cleanText(row[field], field) });
      const messages = row.messages?.map(({ role, content }) => ({ role, content: cleanText(content, FIELD_OF_ROLE[role]) }));
      const moved = row.entities === undefined || clean.input === row.input ? undefined : moveEntities(row, clean.input, (text) => cleanText(text, "input"));
      for (let at = 0; at < changed.length; at++) changed[at]! += changedRow[at]!;
      return { ...clean, ...moved, ...(messages !== undefined && { messages }) };
    },
    transformations: () => taken.map(({ name }, at) => ({ name, rows_changed: changed[at]! })),
  };
}

/** What several cleaners with the same steps did together. */
export function sumTransformations(parts: readonly (readonly Transformation[])[]): readonly Transformation[] {
  return (parts[0] ?? []).map(({ name }, at) => ({ name, rows_changed: parts.reduce((sum, part) => sum + part[at]!.rows_changed, 0) }));
}

/** A quotation mark that was written as a reference may have ended a text within JSON. */
function breaksJson(before: string, after: string): boolean {
  return /^\s*[[{]/.test(before) && isJson(before) && !isJson(after);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A full stop or a bracket after an address belongs to the sentence. */
function stripUrls(text: string): string {
  return text.replace(/\b(?:https?:\/\/|www\.)[^\s<>"'`]+/gi, (url) => /[.,;:!?)\]}]*$/.exec(url)![0]);
}

/** Line breaks and the indentation of lines are kept; runs of other spaces, spaces at line ends, control characters and more than one empty line go. */
function tidyWhitespace(text: string): string {
  if (!/[^\n\x20-\x7e]| {2}| $|\n{3}/m.test(text)) return text.trim();
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[\u200b\ufeff]/gu, "")
    .replace(/[^\S\n\t]/gu, " ")
    .replace(/(?<=\S)[ \t]+/g, " ")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
