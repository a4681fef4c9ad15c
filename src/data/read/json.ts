// JSON and JSON Lines as numbered records. A fault never hides the ones after it.
import { readText, streamLines } from "../../files/index.ts";
import { nameType } from "./cell.ts";
import type { Faults } from "./faults.ts";
import type { SourceRecord } from "./record.ts";

/** Streams a JSON Lines file; blank lines are no rows. */
export async function* readJsonLines(path: string, faults: Faults): AsyncGenerator<SourceRecord> {
  let row = 0;
  for await (const line of streamLines(path)) {
    if (line.text.trim() === "") continue;
    row += 1;
    const place = { row, line: line.number };
    const parsed = tryParse(line.text);
    if ("reason" in parsed) faults.add(place, `not valid JSON: ${parsed.reason}`);
    else yield { place, value: parsed.value };
  }
}

/** Reads a JSON list, or an object with exactly one list. A file of JSON Lines under this name is read as that. */
export async function* readJsonList(path: string, faults: Faults): AsyncGenerator<SourceRecord> {
  const text = readText(path);
  const parsed = tryParse(text);
  if ("reason" in parsed) {
    if (looksLikeJsonLines(text)) yield* readJsonLines(path, faults);
    else reportBrokenRows(text, parsed.reason, faults);
    return;
  }
  const list = findList(parsed.value, faults);
  for (const [index, value] of (list ?? []).entries()) yield { place: { row: index + 1 }, value };
}

function findList(value: unknown, faults: Faults): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value === null || typeof value !== "object") {
    faults.add({}, `the file holds ${nameType(value)}, needed is a list of rows`);
    return undefined;
  }
  const lists = Object.entries(value).filter(([, member]) => Array.isArray(member));
  if (lists.length === 1) return lists[0]![1] as readonly unknown[];
  const names = lists.map(([name]) => name).join(", ");
  faults.add({}, lists.length === 0 ? "the file holds an object without a list, needed is a list of rows" : `the file holds an object with several lists (${names}), needed is one`);
  return undefined;
}

function looksLikeJsonLines(text: string): boolean {
  const end = text.indexOf("\n");
  const first = end === -1 ? "" : text.slice(0, end).trim();
  return first.startsWith("{") && "value" in tryParse(first) && text.slice(end).trim() !== "";
}

/** Finds out which elements of a list are broken by parsing them one by one. */
function reportBrokenRows(text: string, reason: string, faults: Faults): void {
  const before = faults.total;
  for (const element of splitElements(text)) {
    const parsed = tryParse(element.text);
    if (!element.closed) faults.add(element.place, "not valid JSON: the file ends inside this row");
    else if ("reason" in parsed) faults.add(element.place, `not valid JSON: ${parsed.reason}`);
  }
  if (faults.total === before) faults.add({}, `not valid JSON: ${reason}`);
}

interface Element {
  readonly place: { readonly row: number; readonly line: number };
  readonly text: string;
  readonly closed: boolean;
}

/** The elements of the first list of a text by counting brackets, wherever the text is broken inside them. */
function* splitElements(text: string): Generator<Element> {
  const open = text.indexOf("[");
  if (open === -1) return;
  let depth = 0;
  let inString = false;
  let start = open + 1;
  let line = 1 + countNewlines(text, 0, start);
  let row = 0;
  const element = (end: number, closed: boolean): Element | undefined => {
    const raw = text.slice(start, end);
    const first = start + raw.length - raw.trimStart().length;
    const place = { row: row + 1, line: line + countNewlines(text, start, first) };
    line += countNewlines(text, start, end);
    start = end + 1;
    if (raw.trim() === "" && row === 0 && closed) return undefined;
    row += 1;
    return { place, text: raw.trim(), closed };
  };
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at += 1;
      else if (char === '"' || char === "\n") inString = false;
      continue;
    }
    if (char === '"') inString = true;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "," && depth === 0) {
      const found = element(at, true);
      if (found !== undefined) yield found;
    } else if (char === "}" || char === "]") {
      if (depth === 0) {
        const found = element(at, true);
        if (found !== undefined) yield found;
        return;
      }
      depth -= 1;
    }
  }
  const last = element(text.length, false);
  if (last !== undefined) yield last;
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === 10) count += 1;
  return count;
}

function tryParse(text: string): { readonly value: unknown } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (cause) {
    return { reason: (cause as SyntaxError).message };
  }
}
