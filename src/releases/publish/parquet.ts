// A split as one Parquet file: what `datasets` and the Hub's viewer read without any script. https://parquet.apache.org/docs/file-format/
import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement, type Writer } from "hyparquet-writer";
import type { Row } from "../../data/index.ts";
import { createFile } from "../../files/index.ts";

/** In the order of the columns. */
export const ROW_COLUMNS = ["id", "instruction", "input", "output", "system", "task", "group", "labels", "entities", "messages"] as const;
export type RowColumn = (typeof ROW_COLUMNS)[number];

const GROUP_ROWS = 5_000;
/** A group of longer rows is closed earlier. */
const GROUP_CHARACTERS = 1 << 25;

const text = (name: string): SchemaElement => ({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" });
const whole = (name: string): SchemaElement => ({ name, type: "INT32", repetition_type: "OPTIONAL" });
/** The three levels of a list. https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists */
const list = (name: string, element: readonly SchemaElement[]): readonly SchemaElement[] => [
  { name, converted_type: "LIST", logical_type: { type: "LIST" }, repetition_type: "OPTIONAL", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ...element,
];
const struct = (members: readonly SchemaElement[]): readonly SchemaElement[] => [{ name: "element", repetition_type: "OPTIONAL", num_children: members.length }, ...members];

const SHAPES: Readonly<Partial<Record<RowColumn, readonly SchemaElement[]>>> = {
  labels: list("labels", [text("element")]),
  entities: list("entities", struct([text("type"), text("text"), whole("start"), whole("end")])),
  messages: list("messages", struct([text("role"), text("content")])),
};

/** Streams rows into a file that appears when it is complete. The same rows give the same bytes. @returns how many */
export function writeParquet(path: string, columns: readonly RowColumn[], rows: Iterable<Row>): number {
  const file = createFile(path);
  try {
    const bytes = new ByteWriter(1 << 20);
    const writer: Writer = Object.assign(bytes, {
      flush: () => {
        file.write(bytes.getBytes().slice());
        bytes.index = 0;
      },
    });
    const schema: SchemaElement[] = [{ name: "root", num_children: columns.length }, ...columns.flatMap((name) => SHAPES[name] ?? [text(name)])];
    const parquet = new ParquetWriter({ writer, schema, createdBy: "tunesmith" });
    let count = 0;
    for (const group of groupsOf(rows)) {
      void parquet.write({ columnData: columns.map((name): ColumnSource => ({ name, data: group.map((row) => cellOf(row, name)) })), rowGroupSize: group.length });
      count += group.length;
    }
    void parquet.finish();
    file.write(bytes.getBytes().slice());
    file.commit();
    return count;
  } finally {
    file.abort();
  }
}

function cellOf(row: Row, name: RowColumn): unknown {
  const value = row[name];
  if (name === "entities") return row.entities?.map(({ type, text: named, start, end }) => ({ type, text: named, start: start ?? null, end: end ?? null })) ?? null;
  return value ?? null;
}

function* groupsOf(rows: Iterable<Row>): Generator<readonly Row[]> {
  let group: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    group.push(row);
    characters += row.instruction.length + row.input.length + row.output.length;
    if (group.length < GROUP_ROWS && characters < GROUP_CHARACTERS) continue;
    yield group;
    group = [];
    characters = 0;
  }
  if (group.length > 0) yield group;
}
