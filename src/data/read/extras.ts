// Columns that are read along with every column set.
import type { Row } from "../row.ts";
import { readText } from "./cell.ts";
import { readSpans } from "./entities.ts";

const TEXTS = ["id", "system", "task", "group"] as const;

/** Read along where the set does not read them itself, and where they hold what rows of ours hold: so a prepared dataset can be prepared again. */
const LISTS = ["labels", "entities"] as const;

/** Names of the columns that are texts. */
export const EXTRA_TEXTS: readonly string[] = TEXTS;

/** Names of all of them. */
export const EXTRAS: readonly string[] = [...TEXTS, ...LISTS];

type Extras = Partial<Pick<Row, (typeof TEXTS)[number] | (typeof LISTS)[number]>>;

/** An empty cell is as good as none. @param input of the row, which entities lie in */
export function readExtras(record: ReadonlyMap<string, unknown>, input: string): Extras {
  const extras: { -readonly [Name in keyof Extras]: Extras[Name] } = {};
  for (const column of TEXTS) {
    const text = readOptional(record.get(column), column);
    if (text !== undefined && text.trim() !== "") extras[column] = text;
  }
  const [labels, entities] = [record.get("labels"), record.get("entities")];
  if (isTexts(labels)) extras.labels = labels;
  return Array.isArray(entities) ? { ...extras, ...readEntities(entities, input) } : extras;
}

export function readOptional(value: unknown, column: string): string | undefined {
  return value === undefined || value === null || Number.isNaN(value) ? undefined : readText(value, column);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function readEntities(value: readonly unknown[], input: string): Pick<Extras, "entities"> {
  try {
    return { entities: readSpans(value, input, "entities") };
  } catch (thrown) {
    // A column of another meaning.
    if (thrown instanceof SyntaxError) return {};
    throw thrown;
  }
}
