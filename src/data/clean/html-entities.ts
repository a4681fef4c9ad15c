// Character references as browsers and Python's `html.unescape` read them, but for two things: a name without its semicolon counts only where no
// letter, digit or `=` follows (`?a=1&copy=2` is an address), and a number that stands for no character stays as it is.
import { WINDOWS_1252_HIGH } from "./encoding.ts";
import { BARE_NAMES, NAMES } from "./html-names.ts";

const REFERENCE = /&(?:#(\d{1,7})(?!\d);?|#[xX]([\da-fA-F]{1,6})(?![\da-fA-F]);?|([a-zA-Z][a-zA-Z\d]{1,31});?)/g;

let names: ReadonlyMap<string, string> | undefined;
let bareNames: ReadonlySet<string> | undefined;

/** Replaces character references, once; what is none is left as it stands. */
export function unescapeHtml(text: string): string {
  return text.replace(REFERENCE, (whole: string, decimal: string | undefined, hex: string | undefined, name: string | undefined, at: number) => {
    if (name !== undefined) return ofName(whole, name, text.charAt(at + whole.length));
    return ofNumber(decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)) ?? whole;
  });
}

function ofName(whole: string, name: string, next: string): string {
  names ??= new Map(NAMES.split(" ").map((word) => readName(word)));
  if (whole.endsWith(";")) return names.get(name) ?? whole;
  bareNames ??= new Set(BARE_NAMES.split(" "));
  return bareNames.has(name) && next !== "=" ? names.get(name)! : whole;
}

function readName(word: string): readonly [string, string] {
  const [name, codes] = word.split(":") as [string, string];
  return [name, codes.split("+").map((code) => String.fromCodePoint(Number.parseInt(code, 16))).join("")];
}

function ofNumber(code: number): string | undefined {
  // Written by people who thought of Windows-1252. Source: HTML Living Standard, "Numeric character reference end state".
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252_HIGH[code - 0x80];
  const isCharacter = code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
