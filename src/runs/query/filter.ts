// What a filter is once it is understood, and how it is written down again.

export const OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "~", "^="] as const;
export type Operator = (typeof OPERATORS)[number];

/** A value as it was written. Whether it is a number, a date or a version is decided by the field it is compared with. */
export interface Literal {
  readonly text: string;
}

export type Filter =
  | { readonly kind: "and" | "or"; readonly terms: readonly Filter[] }
  | { readonly kind: "not"; readonly term: Filter }
  | { readonly kind: "compare"; readonly field: string; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: "in"; readonly field: string; readonly values: readonly Literal[] }
  | { readonly kind: "null"; readonly field: string };

/** Words that mean something to the grammar: as a field or a value they are quoted. */
export const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in", "is", "null"]);

/** One character of a word: anything but spaces, quotes, brackets, commas and the characters of operators. */
export const WORD_CHARACTER = /[^\s"'`(),=!<>~^]/u;

/** Writes a filter so that reading it gives the same filter again. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.terms.map((term) => printTerm(term)).join(` ${filter.kind} `);
    case "not":
      return `not ${printTerm(filter.term)}`;
    case "compare":
      return `${printField(filter.field)} ${filter.operator} ${printLiteral(filter.value)}`;
    case "in":
      return `${printField(filter.field)} in (${filter.values.map(printLiteral).join(", ")})`;
    case "null":
      return `${printField(filter.field)} is null`;
  }
}

function printTerm(term: Filter): string {
  return term.kind === "and" || term.kind === "or" ? `(${printFilter(term)})` : printFilter(term);
}

function printField(field: string): string {
  return isPlainWord(field) ? field : quote(field, "`");
}

function printLiteral({ text }: Literal): string {
  return isPlainWord(text) ? text : quote(text, '"');
}

function isPlainWord(text: string): boolean {
  return text !== "" && !KEYWORDS.has(text.toLowerCase()) && [...text].every((character) => WORD_CHARACTER.test(character));
}

function quote(text: string, mark: '"' | "`"): string {
  return `${mark}${text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`)}${mark}`;
}
