// Runs as columns: a number in a Float64Array (NaN where there is none), a text as a code into a list of distinct texts (0 where there is
// none). A field whose values are partly numbers and partly texts has both. Texts that are lists hold their members between unit separators.

export interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
}

export interface TextColumn {
  readonly kind: "text";
  /** Code 0 is "no value"; the text of code c is `texts[c - 1]`. */
  readonly codes: Uint32Array;
  readonly texts: readonly string[];
}

export interface Column {
  readonly numbers?: NumberColumn;
  readonly texts?: TextColumn;
}

/** Rows and the columns they have values in. */
export interface Table {
  readonly rowCount: number;
  readonly names: readonly string[];
  /** Undefined when no row has a value of that name. */
  column(name: string): Column | undefined;
}

export type Cell = number | string;
/** The values of one row by field; what a row does not have is left out. */
export type Cells = ReadonlyMap<string, Cell>;

export const LIST_MARK = "\u001f";

/** The members of a text: itself, or those of a list. */
export function membersOf(text: string): readonly string[] {
  return text.startsWith(LIST_MARK) ? text.slice(1, -1).split(LIST_MARK) : [text];
}

/** A list as one text; undefined when it is empty. */
export function listText(members: readonly string[]): string | undefined {
  return members.length === 0 ? undefined : `${LIST_MARK}${members.join(LIST_MARK)}${LIST_MARK}`;
}

export interface TableBuilder {
  /** Begins a row. @returns its number */
  addRow(): number;
  /** Gives a row values; a later one of the same name replaces an earlier one. */
  set(row: number, cells: Cells): void;
  finish(): Table;
}

/** Builds a table whose rows may be filled in any order. */
export function createTableBuilder(): TableBuilder {
  const growing = new Map<string, GrowingColumn>();
  let rowCount = 0;
  return {
    addRow: () => rowCount++,
    set(row, cells) {
      for (const [name, cell] of cells) {
        let column = growing.get(name);
        if (column === undefined) growing.set(name, (column = { numberRows: growing32(), numbers: growing64(), textRows: growing32(), textCodes: growing32(), codeOf: new Map() }));
        if (typeof cell === "number") {
          column.numberRows.push(row);
          column.numbers.push(cell);
        } else {
          let code = column.codeOf.get(cell);
          if (code === undefined) column.codeOf.set(cell, (code = column.codeOf.size + 1));
          column.textRows.push(row);
          column.textCodes.push(code);
        }
      }
    },
    finish: () => tableOf(rowCount, new Map([...growing].map(([name, column]) => [name, settle(column, rowCount)]))),
  };
}

/** The rows of `first` that `keeps` names, then all of `second`. */
export function joinTables(first: Table, keeps: (row: number) => boolean, second: Table): Table {
  const kept = Uint32Array.from({ length: first.rowCount }, (_zero, row) => row).filter(keeps);
  const rowCount = kept.length + second.rowCount;
  const columns = new Map<string, Column>();
  for (const name of new Set([...first.names, ...second.names])) columns.set(name, joinColumns(first.column(name), kept, second.column(name), rowCount));
  return tableOf(rowCount, columns);
}

function joinColumns(first: Column | undefined, kept: Uint32Array, second: Column | undefined, rowCount: number): Column {
  const values = new Float64Array(rowCount).fill(Number.NaN);
  const codes = new Uint32Array(rowCount);
  const texts = [...(first?.texts?.texts ?? [])];
  if (first?.numbers !== undefined) kept.forEach((row, at) => (values[at] = first.numbers!.values[row]!));
  if (first?.texts !== undefined) kept.forEach((row, at) => (codes[at] = first.texts!.codes[row]!));
  if (second?.numbers !== undefined) values.set(second.numbers.values, kept.length);
  if (second?.texts !== undefined) {
    const codeOf = new Map(texts.map((text, at) => [text, at + 1]));
    const recoded = second.texts.texts.map((text) => codeOf.get(text) ?? texts.push(text));
    second.texts.codes.forEach((code, at) => (codes[kept.length + at] = code === 0 ? 0 : recoded[code - 1]!));
  }
  const hasNumbers = first?.numbers !== undefined || second?.numbers !== undefined;
  return { ...(hasNumbers && { numbers: { kind: "number" as const, values } }), ...(texts.length > 0 && { texts: { kind: "text" as const, codes, texts } }) };
}

/** A table over columns in memory. */
export function tableOf(rowCount: number, columns: ReadonlyMap<string, Column>): Table {
  return { rowCount, names: [...columns.keys()], column: (name) => columns.get(name) };
}

/** The value of one cell, as it is shown. */
export function cellAt(column: Column | undefined, row: number): Cell | undefined {
  const code = column?.texts?.codes[row] ?? 0;
  if (code > 0) return column!.texts!.texts[code - 1];
  const value = column?.numbers?.values[row];
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

interface GrowingColumn {
  readonly numberRows: GrowingValues<Uint32Array>;
  readonly numbers: GrowingValues<Float64Array>;
  readonly textRows: GrowingValues<Uint32Array>;
  readonly textCodes: GrowingValues<Uint32Array>;
  readonly codeOf: Map<string, number>;
}

/** A typed array that doubles: a list of numbers would take twice the memory. */
interface GrowingValues<Values> {
  push(value: number): void;
  taken(): Values;
}

const growing32 = (): GrowingValues<Uint32Array> => growingValues((length) => new Uint32Array(length));
const growing64 = (): GrowingValues<Float64Array> => growingValues((length) => new Float64Array(length));

function growingValues<Values extends Uint32Array | Float64Array>(make: (length: number) => Values): GrowingValues<Values> {
  let values = make(8);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const larger = make(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    taken: () => values.subarray(0, length) as Values,
  };
}

function settle(column: GrowingColumn, rowCount: number): Column {
  const values = new Float64Array(rowCount).fill(Number.NaN);
  const codes = new Uint32Array(rowCount);
  const [numbers, textCodes] = [column.numbers.taken(), column.textCodes.taken()];
  column.numberRows.taken().forEach((row, at) => (values[row] = numbers[at]!));
  column.textRows.taken().forEach((row, at) => (codes[row] = textCodes[at]!));
  return {
    ...(numbers.length > 0 && { numbers: { kind: "number" as const, values } }),
    ...(textCodes.length > 0 && { texts: { kind: "text" as const, codes, texts: [...column.codeOf.keys()] } }),
  };
}
