// The labels of one row, in the shapes people store them in.
import { nameType } from "./cell.ts";

/** What asks for labels when nobody says how. */
export const LABELS_INSTRUCTION = 'Which labels apply to this text? Answer with the labels, separated by commas, or "none".';

/** What an answer says when no label applies. */
export const NO_LABEL = "none";

/**
 * Reads a list of names, text with names between commas, a list of 0 and 1 in the order of `names`, a class number, or such a list written as
 * text (`[1, 0, 0]`, `['Trigger', 'Weapon']`).
 * @throws SyntaxError when it is none of these, a name is none of `names`, or names are needed and not given
 */
export function readLabels(value: unknown, column: string, names: readonly string[] | undefined): readonly string[] {
  const read = typeof value === "string" ? parseText(value.trim(), column) : value;
  const list: readonly unknown[] = read === null || read === undefined ? [] : Array.isArray(read) ? read : [read];
  const found = isFlags(list, names) ? flagged(list, column, names) : list.map((one, index) => nameOf(one, `${column}[${index}]`, names));
  const labels = [...new Set(found.map((name) => name.trim()).filter((name) => name !== ""))];
  const stranger = names === undefined ? undefined : labels.find((label) => !names.includes(label));
  if (stranger !== undefined) throw new SyntaxError(`${column} has ${JSON.stringify(stranger)}, needed is one of ${names!.join(", ")}`);
  return labels;
}

/** The answer a model is to give. */
export function writeLabels(labels: readonly string[]): string {
  return labels.length === 0 ? NO_LABEL : labels.join(", ");
}

/** A list of 0 and 1 (or truth values) as long as the names; without names, of at least two. */
function isFlags(list: readonly unknown[], names: readonly string[] | undefined): boolean {
  const flags = list.every((one) => [0, 1, true, false, 0n, 1n].includes(one as number));
  return flags && (names === undefined ? list.length > 1 : list.length === names.length);
}

function flagged(list: readonly unknown[], column: string, names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) throw new SyntaxError(`${column} is a list of ${list.length} flags: the names of the labels are needed (--label-names)`);
  return names.filter((_, index) => Boolean(list[index]));
}

function nameOf(value: unknown, place: string, names: readonly string[] | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value !== "number" && typeof value !== "bigint") throw new SyntaxError(`${place} is ${nameType(value)}, needed is a label`);
  const name = names?.[Number(value)];
  if (names !== undefined && name === undefined) throw new SyntaxError(`${place} is ${value}, needed is a class from 0 to ${names.length - 1}`);
  return name ?? String(value);
}

/** What a list that Python printed is written with and JSON is not; texts in double quotes are passed over. */
const PYTHON = /'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|\b(True|False)\b/g;

/** A list in text is JSON, as Python prints it, or numbers between spaces, as numpy does. */
function parseText(text: string, column: string): unknown {
  if (/^\d+$/.test(text)) return Number(text);
  if (!text.startsWith("[")) return text === "" || text.toLowerCase() === NO_LABEL ? [] : text.split(/[,;|]/);
  const json = text.replaceAll(PYTHON, (whole, inner: string | undefined, word: string | undefined) => (inner === undefined ? (word?.toLowerCase() ?? whole) : JSON.stringify(inner.replaceAll(/\\(['\\])/g, "$1"))));
  for (const written of [text, json, json.replaceAll(/(?<=\d)\.?\s+(?=\d)/g, ", ").replaceAll(/\.(?=[\],\s])/g, "")]) {
    try {
      return JSON.parse(written) as unknown;
    } catch {
      // Perhaps it is written in the next way.
    }
  }
  throw new SyntaxError(`${column} is ${JSON.stringify(text.slice(0, 40))}, needed is a list of labels`);
}
