// The column sets people have, turned into rows.
import { nameType, readText } from "./cell.ts";
import { joinTurns, readMessages } from "./messages.ts";
import type { Row } from "./row.ts";

/** A row whose id is not decided yet. */
export type RowFields = Omit<Row, "id"> & { readonly id?: string };

interface ColumnSet {
  readonly name: string;
  readonly needs: readonly string[];
  readonly optional: readonly string[];
  /** Column of each field of a row. */
  readonly map: Partial<Readonly<Record<"instruction" | "input" | "output", string>>>;
}

/** In order of preference: a file that has `instruction`, `output` and a rendered `text` is read by the first two. */
export const COLUMN_SETS: readonly ColumnSet[] = [
  { name: "messages", needs: ["messages"], optional: [], map: {} },
  { name: "instruction", needs: ["instruction", "output"], optional: ["input"], map: { instruction: "instruction", input: "input", output: "output" } },
  { name: "prompt", needs: ["prompt", "completion"], optional: [], map: { instruction: "prompt", output: "completion" } },
  { name: "question", needs: ["question", "answer"], optional: ["context"], map: { instruction: "question", input: "context", output: "answer" } },
  { name: "text", needs: ["text"], optional: [], map: { output: "text" } },
];

/** A record that could be read as a row, or what is wrong with it. */
export type MappedRecord =
  | { readonly kind: "row"; readonly columns: string; readonly fields: RowFields }
  | { readonly kind: "unknown_columns"; readonly found: readonly string[]; readonly missing: readonly string[] }
  | { readonly kind: "fault"; readonly fault: string };

/** Reads one record by the first column set it has; column names are compared without case. `id`, `system`, `task` and `group` are taken along. */
export function mapRecord(value: unknown): MappedRecord {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return fault(`it is ${nameType(value)}, needed is an object with columns`);
  const record = new Map(Object.entries(value).map(([key, member]) => [key.trim().toLowerCase(), member as unknown]));
  const set = COLUMN_SETS.find(({ needs }) => needs.every((column) => record.has(column)));
  if (set === undefined) return { kind: "unknown_columns", found: [...record.keys()], missing: missingColumns(record) };
  try {
    const fields = set.name === "messages" ? { ...joinTurns(readMessages(record.get("messages"))) } : readColumns(record, set);
    return { kind: "row", columns: set.name, fields: { ...fields, ...readExtras(record) } };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return fault(thrown.message);
    throw thrown;
  }
}

/** What the first set that is there in part lacks. */
function missingColumns(record: ReadonlyMap<string, unknown>): readonly string[] {
  const begun = COLUMN_SETS.find(({ needs }) => needs.some((column) => record.has(column)));
  return begun?.needs.filter((column) => !record.has(column)) ?? [];
}

function readColumns(record: ReadonlyMap<string, unknown>, set: ColumnSet): Pick<Row, "instruction" | "input" | "output"> {
  const field = (name: "instruction" | "input" | "output"): string => {
    const column = set.map[name];
    if (column === undefined) return "";
    return set.needs.includes(column) ? readText(record.get(column), column) : (readOptional(record.get(column), column) ?? "");
  };
  return { instruction: field("instruction"), input: field("input"), output: field("output") };
}

/** An empty cell of an optional column is as good as none. */
function readExtras(record: ReadonlyMap<string, unknown>): Pick<RowFields, "id" | "system" | "task" | "group"> {
  const extras: Record<string, string> = {};
  for (const column of ["id", "system", "task", "group"]) {
    const text = readOptional(record.get(column), column);
    if (text !== undefined && text.trim() !== "") extras[column] = text;
  }
  return extras;
}

function readOptional(value: unknown, column: string): string | undefined {
  return value === undefined || value === null ? undefined : readText(value, column);
}

function fault(text: string): MappedRecord {
  return { kind: "fault", fault: text };
}
