// A small lexer: enough of TypeScript to tell code from comments, strings, templates and regular expressions. TypeScript 7 has no
// classic API to ask.

export interface Token {
  readonly kind: "word" | "string" | "mark";
  /** The word, the text between the quotes, or one punctuation character. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** After these words a slash opens a regular expression, after any other word it divides. */
const BEFORE_EXPRESSION = new Set(["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await", "yield"]);
const WORD = /[\p{L}\p{N}_$#]/u;

/** Splits source into tokens; comments, numbers' inner structure and template text are not kept. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** For each open `${`, how many braces are open inside it. */
  const holes: number[] = [];
  let at = 0;
  let line = 1;

  const take = (length: number): string => {
    const piece = source.slice(at, at + length);
    for (const character of piece) if (character === "\n") line += 1;
    at += length;
    return piece;
  };
  const takeThrough = (end: string): void => {
    const stop = source.indexOf(end, at);
    take((stop === -1 ? source.length : stop + end.length) - at);
  };
  const takeTemplateText = (): void => {
    while (at < source.length) {
      if (source[at] === "\\") take(2);
      else if (source.startsWith("${", at)) {
        take(2);
        holes.push(0);
        return;
      } else if (take(1) === "`") return;
    }
  };
  const takeRegularExpression = (): void => {
    take(1);
    for (let inClass = false; at < source.length && (inClass || source[at] !== "/"); ) {
      if (source[at] === "\\") take(1);
      else if (source[at] === "[") inClass = true;
      else if (source[at] === "]") inClass = false;
      take(1);
    }
    take(1);
  };

  while (at < source.length) {
    const character = source[at]!;
    const start = line;
    if (/\s/.test(character)) take(1);
    else if (source.startsWith("//", at)) takeThrough("\n");
    else if (source.startsWith("/*", at)) takeThrough("*/");
    else if (character === '"' || character === "'") {
      const begin = at + 1;
      take(1);
      while (at < source.length && source[at] !== character) take(source[at] === "\\" ? 2 : 1);
      tokens.push({ kind: "string", text: source.slice(begin, at), line: start });
      take(1);
    } else if (character === "`") {
      take(1);
      tokens.push({ kind: "mark", text: "`", line: start });
      takeTemplateText();
    } else if (character === "/" && opensExpression(tokens.at(-1))) {
      takeRegularExpression();
      tokens.push({ kind: "mark", text: "/", line: start });
    } else if (WORD.test(character)) {
      let end = at + 1;
      while (end < source.length && WORD.test(source[end]!)) end += 1;
      tokens.push({ kind: "word", text: take(end - at), line: start });
    } else {
      take(1);
      const depth = holes.at(-1);
      if (character === "}" && depth === 0) {
        holes.pop();
        takeTemplateText();
        continue;
      }
      if (depth !== undefined && character === "{") holes[holes.length - 1] = depth + 1;
      if (depth !== undefined && character === "}") holes[holes.length - 1] = depth - 1;
      tokens.push({ kind: "mark", text: character, line: start });
    }
  }
  return tokens;
}

/** Whether a slash after this token opens a regular expression. */
function opensExpression(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "string") return false;
  if (previous.kind === "word") return BEFORE_EXPRESSION.has(previous.text);
  return ![")", "]", "}", "`", "/"].includes(previous.text);
}
