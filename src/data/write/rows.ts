// Rows of record batches that were written here. What another tool wrote goes through the column sets instead.
import { Utf8, type RecordBatch, type Vector } from "apache-arrow";
import { toPlain } from "../read/plain.ts";
import type { Row } from "../row.ts";
import { isList, LIST_COLUMNS, TEXT_COLUMNS, type ColumnName } from "./arrow.ts";

const NEEDED = ["id", "instruction", "input", "output"];

/** Whether a batch has the columns of a dataset directory, and no others. */
export function isOwnBatch({ schema }: RecordBatch): boolean {
  const known: readonly string[] = [...TEXT_COLUMNS, ...LIST_COLUMNS];
  return NEEDED.every((name) => schema.fields.some((field) => field.name === name && field.type instanceof Utf8)) && schema.fields.every(({ name }) => known.includes(name));
}

/** Streams the rows of a batch. */
export function* rowsOfBatch(batch: RecordBatch): Generator<Row> {
  const columns = batch.schema.fields.map(({ name }, index) => ({ name: name as ColumnName, vector: batch.getChildAt(index)! as Vector }));
  for (let place = 0; place < batch.numRows; place++) {
    const row: Partial<Record<ColumnName, unknown>> = {};
    for (const { name, vector } of columns) {
      const value: unknown = vector.get(place);
      if (value !== null) row[name] = isList(name) ? (toPlain(value) as readonly unknown[]).map(withoutNulls) : value;
    }
    yield row as unknown as Row;
  }
}

/** The rows of a batch as plain objects, whatever its columns. */
export function recordsOfBatch(batch: RecordBatch): Record<string, unknown>[] {
  const columns = batch.schema.fields.map(({ name }, index) => ({ name, vector: batch.getChildAt(index)! as Vector }));
  return Array.from({ length: batch.numRows }, (_, row) => Object.fromEntries(columns.map(({ name, vector }) => [name, toPlain(vector.get(row))])));
}

function withoutNulls(element: unknown): unknown {
  if (element === null || typeof element !== "object") return element;
  return Object.fromEntries(Object.entries(element).filter(([, value]) => value !== null));
}
