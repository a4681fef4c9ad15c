// Regular expressions of JSON Schema's `pattern` as grammar inside a JSON text: alternatives, groups, classes, repetitions and anchors at the
// ends. What looks around, refers back or names Unicode properties is refused. Without an anchor any text may stand before or behind.
import { ANY_CHARACTER, characterGrammar, type CharacterSet, complement, NAMED_CLASSES, union } from "./characters.ts";

const MOST_CHARACTERS = 1_000;
const MOST_GROUPS_OPEN = 30;
/** Characters that a pattern may ask for when every repetition is written out: llama's parser does that. */
const MOST_WRITTEN = 500;

interface Part {
  readonly grammar: string;
  /** Characters when repetitions are written out. */
  readonly written: number;
  readonly mayBeEmpty: boolean;
}

interface Reader {
  readonly characters: readonly string[];
  at: number;
}

const EMPTY: Part = { grammar: '""', written: 0, mayBeEmpty: true };

/** @throws SyntaxError that says what cannot be held, in the words of a fault */
export function patternGrammar(pattern: string, anyCharacter: string): string {
  const characters = [...pattern];
  if (characters.length > MOST_CHARACTERS) throw new SyntaxError(`has a pattern of more than ${MOST_CHARACTERS} characters`);
  const reader: Reader = { characters, at: 0 };
  const ways: string[] = [];
  do {
    const begins = take(reader, "^");
    const { grammar } = readSequence(reader, 0);
    const ends = take(reader, "$");
    if (reader.at < characters.length && peek(reader) !== "|") throw refused(reader, ends ? "$ before the end" : `"${peek(reader)}"`);
    ways.push([...(begins ? [] : [`${anyCharacter}*`]), grammar, ...(ends ? [] : [`${anyCharacter}*`])].join(" "));
  } while (take(reader, "|"));
  return ways.length === 1 ? ways[0]! : `(${ways.join(" | ")})`;
}

function readAlternatives(reader: Reader, depth: number): Part {
  if (depth > MOST_GROUPS_OPEN) throw new SyntaxError(`has a pattern with more than ${MOST_GROUPS_OPEN} groups inside each other`);
  const parts = [readSequence(reader, depth)];
  while (take(reader, "|")) parts.push(readSequence(reader, depth));
  return {
    grammar: parts.map(({ grammar }) => grammar).join(" | "),
    written: 1 + parts.reduce((sum, { written }) => sum + written, 0),
    mayBeEmpty: parts.some(({ mayBeEmpty }) => mayBeEmpty),
  };
}

function readSequence(reader: Reader, depth: number): Part {
  const parts: Part[] = [];
  while (reader.at < reader.characters.length && !["|", ")", "$"].includes(peek(reader))) parts.push(readRepetition(reader, readAtom(reader, depth)));
  if (parts.length === 0) return EMPTY;
  const written = parts.reduce((sum, part) => sum + part.written, 0);
  if (written > MOST_WRITTEN) throw new SyntaxError(`has a pattern that repeats more than ${MOST_WRITTEN} characters`);
  return { grammar: parts.map(({ grammar }) => grammar).join(" "), written, mayBeEmpty: parts.every(({ mayBeEmpty }) => mayBeEmpty) };
}

function readAtom(reader: Reader, depth: number): Part {
  const character = next(reader);
  if (character === "(") return readGroup(reader, depth);
  if (character === "[") return oneOf(reader, readClass(reader));
  if (character === ".") return oneOf(reader, ANY_CHARACTER);
  if (character === "\\") return oneOf(reader, readEscape(reader));
  if ("^*+?{".includes(character)) throw refused(reader, `"${character}" there`);
  return oneOf(reader, only(character));
}

function readGroup(reader: Reader, depth: number): Part {
  if (take(reader, "?")) {
    const kind = next(reader);
    if (kind === "<" && /[\p{L}_$]/u.test(peek(reader))) while (next(reader) !== ">");
    else if (kind !== ":") throw refused(reader, "what looks around");
  }
  const inner = readAlternatives(reader, depth + 1);
  if (!take(reader, ")")) throw refused(reader, peek(reader) === "$" ? "$ in a group" : "a group without end");
  return { ...inner, grammar: `(${inner.grammar})` };
}

function readRepetition(reader: Reader, part: Part): Part {
  const [least, most] = readBounds(reader) ?? [1, 1];
  if (least === 1 && most === 1) return part;
  take(reader, "?");
  if (most < least) throw refused(reader, `a repetition of at least ${least} and at most ${most}`);
  if (most === Infinity && part.mayBeEmpty) throw refused(reader, "repetitions of what may be empty");
  const written = part.written * Math.max(1, most === Infinity ? least + 1 : most);
  if (written > MOST_WRITTEN) throw new SyntaxError(`has a pattern that repeats more than ${MOST_WRITTEN} characters`);
  return { grammar: `${part.grammar}{${least},${most === Infinity ? "" : most}}`, written, mayBeEmpty: part.mayBeEmpty || least === 0 };
}

function readBounds(reader: Reader): readonly [number, number] | undefined {
  if (take(reader, "*")) return [0, Infinity];
  if (take(reader, "+")) return [1, Infinity];
  if (take(reader, "?")) return [0, 1];
  if (peek(reader) !== "{") return undefined;
  const bounds = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(reader.characters.slice(reader.at, reader.at + 12).join(""));
  if (bounds === null) throw refused(reader, '"{" there');
  reader.at += bounds[0].length;
  const least = Number(bounds[1]);
  return [least, bounds[2] === undefined ? least : bounds[3] === undefined ? Infinity : Number(bounds[3])];
}

function readClass(reader: Reader): CharacterSet {
  const negated = take(reader, "^");
  const sets: CharacterSet[] = [];
  while (!take(reader, "]")) {
    const from = readMember(reader);
    if (peek(reader) !== "-" || reader.characters[reader.at + 1] === "]") {
      sets.push(from);
      continue;
    }
    take(reader, "-");
    const [low, high] = [singleOf(from), singleOf(readMember(reader))];
    if (low === undefined || high === undefined || low > high) throw refused(reader, "a range without order");
    sets.push([[low, high]]);
  }
  return negated ? complement(union(sets)) : union(sets);
}

function readMember(reader: Reader): CharacterSet {
  const character = next(reader);
  if (character !== "\\") return only(character);
  return take(reader, "b") ? only("\b") : readEscape(reader);
}

const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", 0: "\0" };

function readEscape(reader: Reader): CharacterSet {
  const letter = next(reader);
  const named = Object.hasOwn(NAMED_CLASSES, letter) ? NAMED_CLASSES[letter] : undefined;
  if (named !== undefined) return named;
  const control = Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined;
  if (control !== undefined) return only(control);
  const hex = /^(x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(letter + reader.characters.slice(reader.at, reader.at + 8).join(""));
  if (hex !== null) {
    reader.at += hex[0].length - 1;
    const value = Number.parseInt(hex[2] ?? hex[3] ?? hex[4] ?? "", 16);
    return [[value, value]];
  }
  if (/[0-9A-Za-z]/.test(letter)) throw refused(reader, `\\${letter}`);
  return only(letter);
}

function oneOf(reader: Reader, set: CharacterSet): Part {
  const grammar = characterGrammar(set);
  if (grammar === undefined) throw refused(reader, "a character that cannot be written");
  return { grammar, written: 1, mayBeEmpty: false };
}

function only(character: string): CharacterSet {
  const value = character.codePointAt(0) ?? 0;
  return [[value, value]];
}

function singleOf(set: CharacterSet): number | undefined {
  const [range] = set;
  return set.length === 1 && range !== undefined && range[0] === range[1] ? range[0] : undefined;
}

function peek({ characters, at }: Reader): string {
  return characters[at] ?? "";
}

function next(reader: Reader): string {
  const character = reader.characters[reader.at];
  if (character === undefined) throw refused(reader, "an end where more is expected");
  reader.at += 1;
  return character;
}

function take(reader: Reader, character: string): boolean {
  if (reader.characters[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

function refused({ characters }: Reader, what: string): SyntaxError {
  return new SyntaxError(`has the pattern ${JSON.stringify(characters.join(""))} with ${what}, which cannot be held`);
}
