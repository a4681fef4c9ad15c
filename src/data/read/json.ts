// JSON and JSON Lines as numbered records, streamed. A fault never hides the ones after it.
import { streamLines, streamText } from "../../files/index.ts";
import { nameType } from "./cell.ts";
import type { Faults } from "./faults.ts";
import { createListCutter, type ListCutter, type ListElement } from "./list-cutter.ts";
import type { OnRead, SourceRecord } from "./record.ts";

/** A file that is neither a list nor an object is looked into as long as it is no longer than this. */
const MOST_CHARACTERS = 1 << 20;
/** The first line has ended, and something follows. */
const SECOND_LINE = /^\s*\S.*\n\s*\S/;
/** An element longer than this has a bracket that nobody closed. */
const MOST_ELEMENT = 256 << 20;

/** Streams a JSON Lines file; blank lines are no rows. */
export async function* readJsonLines(path: string, faults: Faults, onRead?: OnRead): AsyncGenerator<SourceRecord> {
  let row = 0;
  for await (const line of streamLines(path, undefined, onRead)) {
    if (line.text.trim() === "") continue;
    row += 1;
    const place = { row, line: line.number };
    const parsed = tryParse(line.text);
    if ("reason" in parsed) faults.add(place, `not valid JSON: ${parsed.reason}`);
    else if (row === 1 && Array.isArray(parsed.value)) faults.add(place, "it is a list, needed is an object: a file that is one list of rows ends in .json");
    else yield { place, value: parsed.value };
  }
}

/** Streams a JSON list, or the list of an object with exactly one. A file of JSON Lines under this name is read as that. */
export async function* readJsonList(path: string, faults: Faults, onRead?: OnRead): AsyncGenerator<SourceRecord> {
  const cutter = createListCutter();
  let beginning: string | undefined = "";
  // The first row of JSON Lines begins as an object with a list does: nothing is cut before its line has ended.
  let waiting = "";
  for await (const piece of streamText(path, onRead)) {
    waiting += piece;
    if (beginning !== undefined) {
      beginning += piece;
      if (looksLikeJsonLines(beginning)) return yield* readJsonLines(path, faults, onRead);
      if (beginning.length > MOST_CHARACTERS) beginning = undefined;
      else if (!SECOND_LINE.test(beginning)) continue;
    }
    yield* readElements(cutter.add(waiting), faults);
    waiting = "";
    if (cutter.held > MOST_ELEMENT) return faults.add({}, `not valid JSON: a row is longer than ${MOST_ELEMENT} characters, perhaps a bracket is not closed`);
    if (cutter.kind === "other" && beginning === undefined) return faults.add({}, "not valid JSON: it begins with neither a list nor an object");
  }
  yield* readElements(cutter.add(waiting), faults);
  yield* readElements(cutter.end(), faults);
  reportShape(cutter, beginning, faults);
}

function* readElements(elements: readonly ListElement[], faults: Faults): Generator<SourceRecord> {
  for (const { row, line, text, isWhole } of elements) {
    const place = { row, line };
    const parsed = tryParse(text);
    if (!isWhole) faults.add(place, "not valid JSON: the file ends inside this row");
    else if (text === "") faults.add(place, "not valid JSON: a comma stands where a row should");
    else if ("reason" in parsed) faults.add(place, `not valid JSON: ${parsed.reason}`);
    else yield { place, value: parsed.value };
  }
}

/** @param text the whole file, where it is short */
function reportShape({ kind, lists, isOpen, trailing }: ListCutter, text: string | undefined, faults: Faults): void {
  if (kind === "other") {
    const parsed = tryParse(text ?? "");
    faults.add({}, "reason" in parsed ? `not valid JSON: ${parsed.reason}` : `the file holds ${nameType(parsed.value)}, needed is a list of rows`);
    return;
  }
  if (trailing !== undefined) faults.add({ line: trailing }, `not valid JSON: something follows the end of the ${kind}`);
  if (kind !== "object" || (lists.length === 1 && !isOpen)) return;
  if (lists.length === 1) return faults.add({}, "not valid JSON: the file ends inside the object that holds the list");
  const parsed = text === undefined || faults.total > 0 ? undefined : tryParse(text);
  if (parsed !== undefined && "reason" in parsed) faults.add({}, `not valid JSON: ${parsed.reason}`);
  else faults.add({}, lists.length === 0 ? "the file holds an object without a list, needed is a list of rows" : `the file holds an object with several lists (${lists.slice(0, 20).join(", ")}), needed is one`);
}

/** Whether the first line is an object, and more than it is there. */
function looksLikeJsonLines(text: string): boolean {
  const start = text.trimStart();
  const end = start.indexOf("\n");
  const first = end === -1 ? "" : start.slice(0, end).trim();
  return first.startsWith("{") && start.slice(end).trim() !== "" && "value" in tryParse(first);
}

function tryParse(text: string): { readonly value: unknown } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (cause) {
    return { reason: (cause as SyntaxError).message };
  }
}
