// The rules of a grammar in GBNF, the notation of llama.cpp's grammars (grammars/README.md of that project), under construction.
// llama follows every way from a rule to its first character before it reads one, and looks for left recursion along the same ways: both
// are exponential in a grammar of nothing but alternatives, so that the ways are counted here and too many of them refused.
import { schemaTooLarge } from "./errors.ts";

const MOST_RULES = 4_000;
const MOST_CHARACTERS = 256 * 2 ** 10;
const MOST_WAYS = 10_000;
/** Repetitions that llama's parser takes (`MAX_REPETITION_THRESHOLD` of llama-grammar.cpp). */
export const MOST_REPETITIONS = 2_000;

export interface Rules {
  /** Adds a rule that begins with a character, and returns its name. Equal bodies share one rule. */
  add(body: string): string;
  /** A rule that is any of these, which may be empty texts or begin with another rule; one alone stands for itself. */
  choose(names: readonly string[]): string;
  /** A name to be used before its rule is known. */
  reserve(): string;
  /** Says what a reserved name stands for. */
  define(name: string, target: string): void;
  /** The whole text, beginning with `root`. @throws `llama.schema_too_large` */
  toText(root: string): string;
}

export function createRules(): Rules {
  const bodies = new Map<string, string>();
  const names = new Map<string, string>();
  const firstRules = new Map<string, readonly string[]>();
  let reserved = 0;
  let characters = 0;
  const keep = (name: string, body: string, first: readonly string[]) => {
    bodies.set(name, body);
    firstRules.set(name, first);
    characters += name.length + body.length;
    if (bodies.size > MOST_RULES) throw schemaTooLarge(`it takes more than ${MOST_RULES} rules`);
    if (characters > MOST_CHARACTERS) throw schemaTooLarge(`it takes more than ${MOST_CHARACTERS} characters of grammar`);
    return name;
  };
  const add = (body: string, first: readonly string[]) => {
    const known = names.get(body);
    if (known !== undefined) return known;
    const name = `r${names.size}`;
    names.set(body, name);
    return keep(name, body, first);
  };
  return {
    add: (body) => add(body, []),
    choose(all) {
      const distinct = [...new Set(all)];
      return distinct.length === 1 ? distinct[0]! : add(distinct.map((name) => name || EMPTY).join(" | "), distinct);
    },
    reserve: () => `s${reserved++}`,
    define: (name, target) => void keep(name, target, [target]),
    toText(root) {
      requireFewWays(firstRules);
      return [`root ::= ${root}`, ...[...bodies].map(([name, body]) => `${name} ::= ${body}`)].join("\n") + "\n";
    },
  };
}

/** @throws `llama.schema_too_large` where a rule begins with itself or with too many others */
function requireFewWays(firstRules: ReadonlyMap<string, readonly string[]>): void {
  const ways = new Map<string, number>();
  const count = (name: string): number => {
    const known = ways.get(name);
    if (known === Infinity) throw schemaTooLarge("a definition stands for itself without anything between");
    if (known !== undefined) return known;
    ways.set(name, Infinity);
    const total = (firstRules.get(name) ?? []).reduce((sum, first) => sum + count(first), 1);
    if (total > MOST_WAYS) throw schemaTooLarge(`more than ${MOST_WAYS} alternatives stand at one place`);
    ways.set(name, total);
    return total;
  };
  for (const name of firstRules.keys()) count(name);
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Nothing. An alternative may not be left blank: the parser would read on in the next line. */
const EMPTY = '""';

/** Exactly this text. */
export function literal(text: string): string {
  return `"${[...text].map((character) => NAMED_ESCAPES[character] ?? (character < " " ? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}` : character)).join("")}"`;
}

/** Any of these texts, by their common beginnings: one way at a time is open, however many texts there are. */
export function anyLiteral(texts: readonly string[]): string {
  return branch([...new Set(texts)].map((text) => [...text]));
}

function branch(texts: readonly (readonly string[])[]): string {
  const shared = texts.length === 1 ? texts[0]!.length : commonLength(texts);
  const beginning = shared === 0 ? [] : [literal(texts[0]!.slice(0, shared).join(""))];
  const groups = new Map<string, (readonly string[])[]>();
  for (const text of texts) {
    const next = text[shared];
    if (next !== undefined) groups.set(next, [...(groups.get(next) ?? []), text.slice(shared)]);
  }
  if (groups.size === 0) return beginning.join("") || EMPTY;
  const ends = texts.some((text) => text.length === shared);
  return [...beginning, `(${[...groups.values()].map(branch).join(" | ")})${ends ? "?" : ""}`].join(" ");
}

function commonLength(texts: readonly (readonly string[])[]): number {
  const [first = []] = texts;
  const different = first.findIndex((character, index) => texts.some((text) => text[index] !== character));
  return different < 0 ? first.length : different;
}
