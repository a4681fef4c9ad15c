// Columns as an Arrow IPC stream with the schema metadata that Python's `datasets` reads. Source: datasets 5, `Dataset.save_to_disk`.
import { Field, makeData, RecordBatch, Schema, Struct, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";

/** Text columns by name, all equally long; `null` is a missing value. */
export type TextColumns = Readonly<Record<string, readonly (string | null)[]>>;

/** Rows of a record batch, as `datasets` writes them by default. */
const BATCH_ROWS = 1000;

/** The description of text columns in `dataset_info.json` and in the schema metadata. */
export function describeFeatures(names: readonly string[]): Record<string, { dtype: "string"; _type: "Value" }> {
  return Object.fromEntries(names.map((name) => [name, { dtype: "string", _type: "Value" }]));
}

/** An Arrow IPC stream of text columns, 1,000 rows a batch. */
export function encodeArrow(columns: TextColumns): Uint8Array {
  const names = Object.keys(columns);
  const metadata = new Map([["huggingface", JSON.stringify({ info: { features: describeFeatures(names) } })]]);
  const schema = new Schema(names.map((name) => new Field(name, new Utf8(), true)), metadata);
  const rowCount = Object.values(columns)[0]?.length ?? 0;
  const batches: RecordBatch[] = [];
  for (let start = 0; start < rowCount; start += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, rowCount - start);
    const children = names.map((name) => vectorFromArray(columns[name]!.slice(start, start + length), new Utf8()).data[0]!);
    batches.push(new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children })));
  }
  return tableToIPC(new Table(schema, batches), "stream");
}

/** The rows of an Arrow IPC stream as plain objects: lists are arrays, structs are objects, 64-bit integers are `bigint`. @throws whatever apache-arrow throws on bytes it cannot read */
export function decodeArrow(bytes: Uint8Array): Record<string, unknown>[] {
  const table = tableFromIPC(bytes);
  const columns = table.schema.fields.map(({ name }) => ({ name, vector: table.getChild(name)! }));
  return Array.from({ length: table.numRows }, (_, row) => Object.fromEntries(columns.map(({ name, vector }) => [name, toPlain(vector.get(row))])));
}

/** Vectors and struct rows of apache-arrow carry `toJSON`; what is inside them may as well. */
function toPlain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const plain: unknown = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value;
  if (Array.isArray(plain)) return plain.map(toPlain);
  return Object.fromEntries(Object.entries(plain as object).map(([key, member]) => [key, toPlain(member)]));
}
