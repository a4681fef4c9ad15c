// File name patterns as dataset cards have them: `*` and `?` stop at a slash, `**` between slashes does not, `[0-9]` is one character. They are
// matched without regular expressions, since a stranger writes them: no pattern takes longer than its length times that of the name.

/**
 * Whether a pattern names a file. Hidden files, and folders that begin with `.` or `__`, are only named by patterns that spell as many of them.
 * https://huggingface.co/docs/datasets/package_reference/loading_methods (data_files)
 */
export function matchesGlob(pattern: string, name: string): boolean {
  const [patterns, parts] = [pattern.split("/"), name.split("/")];
  return countHidden(patterns) === countHidden(parts) && matchPath(patterns, parts);
}

function countHidden(parts: readonly string[]): number {
  return parts.filter((part, index) => /^\.(?!\.?$)/.test(part) || (index < parts.length - 1 && part.startsWith("__"))).length;
}

/** By the table of which beginnings match. */
function matchPath(patterns: readonly string[], parts: readonly string[]): boolean {
  let row = Array.from({ length: parts.length + 1 }, (_, taken) => taken === 0);
  for (const [index, pattern] of patterns.entries()) {
    const next = row.map(() => false);
    const least = index === patterns.length - 1 ? 1 : 0;
    const tokens = pattern === "**" ? undefined : tokenize(pattern);
    for (let from = 0; from <= parts.length; from++) {
      if (!row[from]) continue;
      if (tokens === undefined) next.fill(true, from + least);
      else if (from < parts.length && matchPart(tokens, [...parts[from]!])) next[from + 1] = true;
    }
    row = next;
  }
  return row[parts.length]!;
}

/** A character as it is, any one, any number of them, or one of a set. */
type Token = string | typeof ANY | typeof MANY | { readonly has: (character: string) => boolean };
const ANY = Symbol("any character");
const MANY = Symbol("any characters");

function tokenize(pattern: string): readonly Token[] {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const end = character === "[" ? characters.indexOf("]", at + (characters[at + 1] === "!" ? 3 : 2)) : -1;
    if (end > 0) {
      tokens.push({ has: readSet(characters.slice(at + 1, end)) });
      at = end;
    } else if (character === "*") {
      if (tokens.at(-1) !== MANY) tokens.push(MANY);
    } else tokens.push(character === "?" ? ANY : character);
  }
  return tokens;
}

/** `0-9a`, or `!0-9a` for all others. */
function readSet(inner: readonly string[]): (character: string) => boolean {
  const isInverted = inner[0] === "!";
  const members = isInverted ? inner.slice(1) : inner;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const isRange = members[at + 1] === "-" && at + 2 < members.length;
    ranges.push([members[at]!, members[isRange ? at + 2 : at]!]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([first, last]) => first <= character && character <= last) !== isInverted;
}

/** Only the last `*` is ever tried again: an earlier one that took more would leave the later one less. */
function matchPart(tokens: readonly Token[], characters: readonly string[]): boolean {
  let [token, character, star, mark] = [0, 0, -1, 0];
  while (character < characters.length) {
    const wanted = tokens[token];
    if (wanted === MANY) {
      star = token++;
      mark = character;
    } else if (wanted !== undefined && fits(wanted, characters[character]!)) {
      token++;
      character++;
    } else if (star >= 0) {
      token = star + 1;
      character = ++mark;
    } else return false;
  }
  return tokens.slice(token).every((left) => left === MANY);
}

function fits(token: Exclude<Token, typeof MANY>, character: string): boolean {
  if (typeof token === "string") return token === character;
  return token === ANY || (typeof token === "object" && token.has(character));
}
