// A filter's text as words, quoted texts and signs, each with the column where it begins.
import { filterInvalid } from "../errors.ts";
import { WORD_CHARACTER } from "./filter.ts";

/** `column` is 0-based, in UTF-16 units. */
export interface Token {
  readonly kind: "word" | "text" | "field" | "sign" | "end";
  readonly text: string;
  readonly column: number;
}

const SIGN = /^(?:!=|<=|>=|\^=|==|[=<>~(),!^])/;
const QUOTES: Readonly<Record<string, Token["kind"]>> = { '"': "text", "'": "text", "`": "field" };

/** Cuts a filter into tokens; the last is `end`. @throws `runs.filter_invalid` at a quote that is never closed */
export function tokenize(filter: string): readonly Token[] {
  const tokens: Token[] = [];
  let column = 0;
  while (column < filter.length) {
    const rest = filter.slice(column);
    const quoted = QUOTES[rest[0]!];
    const space = /^\s+/.exec(rest);
    const sign = SIGN.exec(rest);
    if (space !== null) column += space[0].length;
    else if (quoted !== undefined) {
      const { text, length } = readQuoted(filter, column);
      tokens.push({ kind: quoted, text, column });
      column += length;
    } else if (sign !== null) {
      tokens.push({ kind: "sign", text: sign[0] === "==" ? "=" : sign[0], column });
      column += sign[0].length;
    } else {
      const text = readWord(rest);
      tokens.push({ kind: "word", text, column });
      column += text.length;
    }
  }
  return [...tokens, { kind: "end", text: "", column: filter.length }];
}

function readWord(rest: string): string {
  let word = "";
  for (const character of rest) {
    if (!WORD_CHARACTER.test(character)) break;
    word += character;
  }
  return word;
}

/** A backslash keeps the next character from meaning anything. */
function readQuoted(filter: string, start: number): { readonly text: string; readonly length: number } {
  const mark = filter[start];
  let text = "";
  for (let at = start + 1; at < filter.length; at += 1) {
    if (filter[at] === mark) return { text, length: at + 1 - start };
    if (filter[at] === "\\" && at + 1 < filter.length) at += 1;
    text += filter[at];
  }
  throw filterInvalid(filter, start, `the quote ${mark} is never closed`);
}
