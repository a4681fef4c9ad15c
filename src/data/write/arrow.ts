// Rows as an Arrow IPC stream with the schema metadata that Python's `datasets` reads. Source: datasets 5, `Dataset.save_to_disk`.
import { Field, makeData, RecordBatch, Schema, Struct, Table, tableToIPC, type Data } from "apache-arrow";
import type { Entity, Message } from "../row.ts";
import { createListColumn, createTextColumn, type ElementShape, type ListColumn, type TextColumn } from "./batch.ts";

/** Columns that are always there, and those that are written when a row has one. */
export const TEXT_COLUMNS = ["id", "instruction", "input", "output", "system", "task", "group"] as const;
export const LIST_COLUMNS = ["labels", "entities", "messages"] as const;
export const OPTIONAL_COLUMNS = ["system", "task", "group", ...LIST_COLUMNS] as const;
export type TextColumnName = (typeof TEXT_COLUMNS)[number];
export type ListColumnName = (typeof LIST_COLUMNS)[number];
export type ColumnName = TextColumnName | ListColumnName;

const SHAPES: Readonly<Record<ListColumnName, ElementShape>> = {
  labels: "text",
  entities: { type: "text", text: "text", start: "integer", end: "integer" } satisfies Record<keyof Entity, "text" | "integer">,
  messages: { role: "text", content: "text" } satisfies Record<keyof Message, "text" | "integer">,
};

/** Rows of a record batch, as `datasets` writes them by default. */
const BATCH_ROWS = 1000;
/** A batch of longer rows is closed earlier. */
const BATCH_BYTES = 1 << 26;
/** `FFFFFFFF 00000000` ends a stream. */
const END_BYTES = 8;

/** The description of columns in `dataset_info.json` and in the schema metadata. */
export function describeFeatures(names: readonly ColumnName[]): Record<string, unknown> {
  const dtypeOf = { text: "string", integer: "int32" } as const;
  const value = (kind: "text" | "integer") => ({ dtype: dtypeOf[kind], _type: "Value" });
  const feature = (name: ColumnName): unknown => {
    if (!isList(name)) return value("text");
    const shape = SHAPES[name];
    return { feature: shape === "text" ? value("text") : Object.fromEntries(Object.entries(shape).map(([member, kind]) => [member, value(kind)])), _type: "List" };
  };
  return Object.fromEntries(names.map((name) => [name, feature(name)]));
}

/** A row as it is handed to a stream: texts as places in `bytes`, both -1 where there is none, in the order of {@link TEXT_COLUMNS}. */
export interface EncodedRow {
  readonly bytes: Uint8Array;
  readonly places: Int32Array;
  readonly lists: Partial<Readonly<Record<ListColumnName, readonly unknown[]>>> | undefined;
}

/** Turns rows into the bytes of one stream. */
export interface ArrowStream {
  /** Adds a row. @returns the bytes of a batch when this row fills it */
  add(row: EncodedRow): Uint8Array | undefined;
  /** The schema: what a stream begins with. */
  readonly head: Uint8Array;
  /** The bytes of the last batch, and the end of the stream. */
  finish(): { readonly batch: Uint8Array | undefined; readonly end: Uint8Array };
}

export function createArrowStream(names: readonly ColumnName[]): ArrowStream {
  const columns = names.map((name) => (isList(name) ? { name, list: createListColumn(SHAPES[name]) } : { name, text: createTextColumn(), place: 2 * TEXT_COLUMNS.indexOf(name) }));
  const schema = new Schema(
    columns.map((column) => new Field(column.name, (column.text ?? column.list).type, true)),
    new Map([["huggingface", JSON.stringify({ info: { features: describeFeatures(names) } })]]),
  );
  const empty = tableToIPC(new Table(schema, []), "stream");
  const head = empty.slice(0, -END_BYTES);
  let rows = 0;
  let bytes = 0;
  const finishBatch = (): Uint8Array | undefined => {
    if (rows === 0) return undefined;
    const children: Data[] = columns.map((column) => (column.text ?? column.list).finish());
    const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children }));
    rows = 0;
    bytes = 0;
    return tableToIPC(new Table(schema, [batch]), "stream").subarray(head.length, -END_BYTES);
  };
  return {
    head,
    add(row) {
      for (const column of columns) addValue(column, row);
      rows += 1;
      bytes += row.bytes.length;
      return rows === BATCH_ROWS || bytes >= BATCH_BYTES ? finishBatch() : undefined;
    },
    finish: () => ({ batch: finishBatch(), end: empty.slice(-END_BYTES) }),
  };
}

type OneColumn = { readonly text: TextColumn; readonly place: number; readonly list?: undefined } | { readonly name: ListColumnName; readonly list: ListColumn; readonly text?: undefined };

function addValue(column: OneColumn, { bytes, places, lists }: EncodedRow): void {
  if (column.text === undefined) column.list.add(lists?.[column.name]);
  else if (places[column.place] === -1) column.text.addNull();
  else column.text.add(bytes, places[column.place]!, places[column.place + 1]!);
}

export function isList(name: ColumnName): name is ListColumnName {
  return LIST_COLUMNS.some((list) => list === name);
}
