// The column sets people have, turned into rows.
import type { Row } from "../row.ts";
import { nameType, readText } from "./cell.ts";
import { ENTITIES_INSTRUCTION, readSpans, readTags, writeEntities } from "./entities.ts";
import { EXTRA_TEXTS, EXTRAS, readExtras, readOptional } from "./extras.ts";
import { LABELS_INSTRUCTION, readLabels, writeLabels } from "./labels.ts";
import { joinTurns, readMessages, readShareGpt } from "./messages.ts";

/** A row whose id is not decided yet. */
export type RowFields = Omit<Row, "id"> & { readonly id?: string };

/** How somebody's columns are read, where the names do not say it. */
export interface FieldMapping {
  /** Field → column: `{ instruction: "question", output: "reply" }`. Fields are the columns of the accepted sets, and `id`, `system`, `task`, `group`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Names of the labels, or of the tags of tokens, by number. */
  readonly labelNames?: readonly string[];
  /** What asks for labels or entities. */
  readonly instruction?: string;
  /** Names the task of a row that says none: the first of these words that its instruction holds, whatever the case. */
  readonly taskWords?: readonly string[];
}

interface ColumnSet {
  readonly name: string;
  readonly needs: readonly string[];
  readonly optional: readonly string[];
  readonly read: (record: ReadonlyMap<string, unknown>, mapping: FieldMapping) => Omit<RowFields, "id" | "task" | "group">;
}

/** In order of preference: a file that has `instruction`, `output` and a rendered `text` is read by the first two. */
export const COLUMN_SETS: readonly ColumnSet[] = [
  { name: "messages", needs: ["messages"], optional: [], read: (record) => joinTurns(readMessages(record.get("messages"))) },
  { name: "conversations", needs: ["conversations"], optional: [], read: (record) => joinTurns(readShareGpt(record.get("conversations"))) },
  textSet("instruction", { instruction: "instruction", output: "output" }, { input: "input" }),
  textSet("prompt", { instruction: "prompt", output: "completion" }, {}),
  textSet("question", { instruction: "question", output: "answer" }, { input: "context" }),
  { name: "tokens", needs: ["tokens", "ner_tags"], optional: [], read: readTokens },
  { name: "entities", needs: ["text", "entities"], optional: [], read: (record, mapping) => readEntities(record, "entities", mapping) },
  { name: "spans", needs: ["text", "spans"], optional: [], read: (record, mapping) => readEntities(record, "spans", mapping) },
  { name: "labels", needs: ["text", "labels"], optional: [], read: (record, mapping) => readClasses(record, "labels", mapping) },
  { name: "label", needs: ["text", "label"], optional: [], read: (record, mapping) => readClasses(record, "label", mapping) },
  textSet("text", { output: "text" }, {}),
];

/** What columns can be mapped to. */
export const FIELDS: readonly string[] = [...new Set([...COLUMN_SETS.flatMap(({ needs, optional }) => [...needs, ...optional]), ...EXTRA_TEXTS])];

/** A record that could be read as a row, or what is wrong with it. `wanted`: a column that was named and is not there. */
export type MappedRecord =
  | { readonly kind: "row"; readonly columns: string; readonly fields: RowFields }
  | { readonly kind: "unknown_columns"; readonly found: readonly string[]; readonly missing: readonly string[]; readonly wanted?: { readonly field: string; readonly column: string } }
  | { readonly kind: "fault"; readonly fault: string };

/** No model reads more at once; a longer row is a damaged file, or a book that nobody cut. */
const MOST_CHARACTERS = 16 << 20;

/** Shown of the columns of a record. */
const [SHOWN_COLUMNS, SHOWN_CHARACTERS] = [40, 60];

/** Rows of a table that has conversations may have none, and another set in its place. */
const MAY_BE_NULL: readonly string[] = ["messages", "conversations"];

/**
 * Reads one record by the first column set it has; column names are compared without case. `id`, `system`, `task` and `group` are taken along, and lists of
 * labels and entities.
 */
export function mapRecord(value: unknown, mapping: FieldMapping = {}): MappedRecord {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return fault(`it is ${nameType(value)}, needed is an object with columns`);
  const columns = new Map<string, unknown>();
  for (const key of Object.keys(value)) {
    const name = key.trim().toLowerCase();
    if (columns.has(name)) return fault(`it has the column ${name} twice`);
    columns.set(name, (value as Readonly<Record<string, unknown>>)[key]);
  }
  const record = mapping.columns === undefined || Object.keys(mapping.columns).length === 0 ? columns : rename(columns, mapping.columns);
  if ("field" in record) return { kind: "unknown_columns", found: showNames(Object.keys(value)), missing: [record.column], wanted: record };
  const set = chooseSet(record);
  if (set === undefined) return { kind: "unknown_columns", found: showNames([...record.keys()]), missing: missingColumns(record) };
  try {
    const fields = set.read(record, mapping);
    const length = fields.instruction.length + fields.input.length + fields.output.length;
    if (length > MOST_CHARACTERS) return fault(`it has ${length.toLocaleString("en-US")} characters, at most ${MOST_CHARACTERS.toLocaleString("en-US")} are read of one row`);
    const row = Object.assign(readExtras(record, fields.input), fields);
    const task = row.task ?? findWord(mapping.taskWords, fields.instruction);
    return { kind: "row", columns: set.name, fields: task === undefined ? row : Object.assign(row, { task }) };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return fault(thrown.message);
    throw thrown;
  }
}

function findWord(words: readonly string[] | undefined, text: string): string | undefined {
  if (words === undefined || words.length === 0) return undefined;
  const lower = text.toLowerCase();
  return words.find((word) => lower.includes(word.toLowerCase()));
}

function chooseSet(record: ReadonlyMap<string, unknown>): ColumnSet | undefined {
  let first: ColumnSet | undefined;
  for (const set of COLUMN_SETS) {
    if (!hasAll(record, set.needs)) continue;
    if (!isNull(record, set.needs)) return set;
    first ??= set;
  }
  return first;
}

function hasAll(record: ReadonlyMap<string, unknown>, columns: readonly string[]): boolean {
  for (const column of columns) if (!record.has(column)) return false;
  return true;
}

function isNull(record: ReadonlyMap<string, unknown>, columns: readonly string[]): boolean {
  for (const column of columns) if (record.get(column) === null && MAY_BE_NULL.includes(column)) return true;
  return false;
}

function showNames(names: readonly string[]): readonly string[] {
  const shown = names.slice(0, SHOWN_COLUMNS).map((name) => (name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name));
  return names.length > SHOWN_COLUMNS ? [...shown, `… and ${names.length - SHOWN_COLUMNS} more`] : shown;
}

/** Columns of a record that the set it was read by does not use. */
export function unreadColumns(value: unknown, columns: string, { columns: mapping = {} }: FieldMapping): readonly string[] {
  const set = COLUMN_SETS.find(({ name }) => name === columns);
  const used = new Set([...(set?.needs ?? []), ...(set?.optional ?? []), ...EXTRAS].map((field) => (mapping[field] ?? field).trim().toLowerCase()));
  return Object.keys(value as object).filter((column) => !used.has(column.trim().toLowerCase()));
}

/** The record under the names of fields; a column that was named and is not there is returned instead. What stood under a name that another column takes is not read. */
function rename(record: Map<string, unknown>, columns: Readonly<Record<string, string>>): Map<string, unknown> | { readonly field: string; readonly column: string } {
  const named = Object.entries(columns).map(([field, column]) => [field, column.trim().toLowerCase()] as const);
  const absent = named.find(([, column]) => !record.has(column));
  if (absent !== undefined) return { field: absent[0], column: columns[absent[0]]! };
  if (named.length === 0) return record;
  const taken = new Set(named.map(([, column]) => column));
  const renamed = new Map([...record].filter(([key]) => !taken.has(key)));
  for (const [field, column] of named) renamed.set(field, record.get(column));
  return renamed;
}

/** What the first set that is there in part lacks. */
function missingColumns(record: ReadonlyMap<string, unknown>): readonly string[] {
  const begun = COLUMN_SETS.find(({ needs }) => needs.some((column) => record.has(column)));
  return begun?.needs.filter((column) => !record.has(column)) ?? [];
}

function textSet(name: string, needed: Readonly<Record<string, string>>, optional: Readonly<Record<string, string>>): ColumnSet {
  const fields = [...Object.entries(needed).map(([field, column]) => ({ field, column, isNeeded: true })), ...Object.entries(optional).map(([field, column]) => ({ field, column, isNeeded: false }))];
  const read: ColumnSet["read"] = (record) => {
    const texts = { instruction: "", input: "", output: "" };
    for (const { field, column, isNeeded } of fields) {
      const value = record.get(column);
      texts[field as keyof typeof texts] = isNeeded ? readText(value, column) : (readOptional(value, column) ?? "");
    }
    return texts;
  };
  return { name, needs: Object.values(needed), optional: Object.values(optional), read };
}

function readClasses(record: ReadonlyMap<string, unknown>, column: string, { labelNames, instruction = LABELS_INSTRUCTION }: FieldMapping): Omit<RowFields, "id"> {
  const labels = readLabels(record.get(column), column, labelNames);
  return { instruction, input: readText(record.get("text"), "text"), output: writeLabels(labels), labels };
}

function readEntities(record: ReadonlyMap<string, unknown>, column: string, { instruction = ENTITIES_INSTRUCTION }: FieldMapping): Omit<RowFields, "id"> {
  const input = readText(record.get("text"), "text");
  const entities = readSpans(record.get(column), input, column);
  return { instruction, input, output: writeEntities(entities), entities };
}

function readTokens(record: ReadonlyMap<string, unknown>, { labelNames, instruction = ENTITIES_INSTRUCTION }: FieldMapping): Omit<RowFields, "id"> {
  const { text, entities } = readTags(record.get("tokens"), record.get("ner_tags"), labelNames);
  return { instruction, input: text, output: writeEntities(entities), entities };
}

function fault(text: string): MappedRecord {
  return { kind: "fault", fault: text };
}
