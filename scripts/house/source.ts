// What the rules need to know about one file.
import { tokenize, type Token } from "./tokens.ts";

export interface ImportLine {
  /** As written: `./x.ts`, `node:fs`, `zod`. */
  readonly from: string;
  readonly line: number;
}

export interface SourceFile {
  /** Relative to the repository root, with forward slashes. */
  readonly path: string;
  readonly lineCount: number;
  /** Static, dynamic and type imports, and re-exports. */
  readonly imports: readonly ImportLine[];
  /** Lines with `export default`. */
  readonly defaultExports: readonly number[];
  /** Lines that call `process.exit`. */
  readonly exits: readonly number[];
  /** Lines that start a statement which is not `export { … } from "…"`. */
  readonly beyondReExports: readonly number[];
}

/** Reads the facts out of the text of a file. */
export function readSource(path: string, text: string): SourceFile {
  const tokens = tokenize(text);
  const imports: ImportLine[] = [];
  const defaultExports: number[] = [];
  const exits: number[] = [];
  tokens.forEach((token, at) => {
    if (token.kind !== "word" || is(tokens[at - 1], ".")) return;
    if (token.text === "import") {
      const from = importedFrom(tokens, at);
      if (from !== undefined) imports.push({ from: from.text, line: from.line });
    } else if (token.text === "export") {
      if (is(tokens[at + 1], "default")) defaultExports.push(token.line);
      const end = reExportEnd(tokens, at);
      if (end !== undefined) imports.push({ from: tokens[end]!.text, line: tokens[end]!.line });
    } else if (token.text === "process" && is(tokens[at + 1], ".") && is(tokens[at + 2], "exit")) {
      exits.push(token.line);
    }
  });
  return { path, lineCount: text.replace(/\n$/, "").split("\n").length, imports, defaultExports, exits, beyondReExports: beyondReExports(tokens) };
}

/** The string of `import "x"`, `import … from "x"`, `import("x")`; `undefined` for `import.meta` and computed names. */
function importedFrom(tokens: readonly Token[], at: number): Token | undefined {
  const next = tokens[at + 1];
  if (next === undefined || is(next, ".")) return undefined;
  if (next.kind === "string") return next;
  if (is(next, "(")) return tokens[at + 2]?.kind === "string" ? tokens[at + 2] : undefined;
  const from = tokens.findIndex((token, index) => index > at && token.kind === "string");
  return from !== -1 && is(tokens[from - 1], "from") ? tokens[from] : undefined;
}

/** The index of the string that ends `export { … } from "x"` or `export * [as y] from "x"` starting at `at`. */
function reExportEnd(tokens: readonly Token[], at: number): number | undefined {
  let next = at + 1;
  if (is(tokens[next], "type")) next += 1;
  if (is(tokens[next], "*")) next += is(tokens[next + 1], "as") ? 3 : 1;
  else if (is(tokens[next], "{")) {
    while (next < tokens.length && !is(tokens[next], "}")) next += 1;
    next += 1;
  } else return undefined;
  return is(tokens[next], "from") && tokens[next + 1]?.kind === "string" ? next + 1 : undefined;
}

function beyondReExports(tokens: readonly Token[]): readonly number[] {
  const lines: number[] = [];
  for (let at = 0; at < tokens.length; ) {
    const end = is(tokens[at], "export") ? reExportEnd(tokens, at) : undefined;
    const names = end !== undefined && !tokens.slice(at, end).some((token) => is(token, "*"));
    if (!names) lines.push(tokens[at]!.line);
    at = end === undefined ? nextStatement(tokens, at) : end + 1;
    if (is(tokens[at], ";")) at += 1;
  }
  return lines;
}

/** One report a statement is enough: skip to the next `export` or to the end. */
function nextStatement(tokens: readonly Token[], at: number): number {
  const next = tokens.findIndex((token, index) => index > at && is(token, "export"));
  return next === -1 ? tokens.length : next;
}

function is(token: Token | undefined, text: string): boolean {
  return token !== undefined && token.kind !== "string" && token.text === text;
}
