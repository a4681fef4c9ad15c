// A filter over columns. A test of a text looks at each distinct text once; a row is then a look into an array.
import { parseVersion, type Version } from "../version.ts";
import { membersOf, type Column, type Table } from "./columns.ts";
import { parseTime, type TimeSpan } from "./dates.ts";
import { fieldKind, type FieldKind } from "./fields.ts";
import type { Filter, Literal, Operator } from "./filter.ts";

export type RowTest = (row: number) => boolean;

const never: RowTest = () => false;

/** Makes a filter into a function of the row. A value that is missing matches no comparison, so `not` of it matches. */
export function compileFilter(filter: Filter, table: Table, now: Date): RowTest {
  switch (filter.kind) {
    case "and":
    case "or": {
      const terms = filter.terms.map((term) => compileFilter(term, table, now));
      return filter.kind === "and" ? (row) => terms.every((test) => test(row)) : (row) => terms.some((test) => test(row));
    }
    case "not": {
      const test = compileFilter(filter.term, table, now);
      return (row) => !test(row);
    }
    case "compare":
      return compileComparison(filter.field, filter.operator, filter.value, table, now);
    case "in": {
      const tests = filter.values.map((value) => compileComparison(filter.field, "=", value, table, now));
      return (row) => tests.some((test) => test(row));
    }
    case "null": {
      const column = table.column(filter.field);
      return (row) => !hasValue(column, row);
    }
  }
}

function hasValue(column: Column | undefined, row: number): boolean {
  if ((column?.texts?.codes[row] ?? 0) > 0) return true;
  const value = column?.numbers?.values[row];
  return value !== undefined && !Number.isNaN(value);
}

function compileComparison(field: string, operator: Operator, { text }: Literal, table: Table, now: Date): RowTest {
  const column = table.column(field);
  if (column === undefined) return never;
  const kind = fieldKind(field);
  const numbers = column.numbers === undefined ? never : numberTest(column.numbers.values, operator, kind, text, now);
  if (column.texts === undefined) return numbers;
  const { codes, texts } = column.texts;
  const matches = Uint8Array.from([0, ...texts.map((candidate) => (textMatches(candidate, operator, text, kind) ? 1 : 0))]);
  return (row) => matches[codes[row]!] === 1 || numbers(row);
}

function numberTest(values: Float64Array, operator: Operator, kind: FieldKind, text: string, now: Date): RowTest {
  if (kind === "time") return timeTest(values, operator, parseTime(text, now));
  if (operator === "^=") return (row) => !Number.isNaN(values[row]!) && String(values[row]).startsWith(text);
  if (operator === "~") return (row) => !Number.isNaN(values[row]!) && String(values[row]).includes(text);
  const wanted = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(wanted)) return operator === "!=" ? (row) => !Number.isNaN(values[row]!) : never;
  switch (operator) {
    case "=":
      return (row) => values[row] === wanted;
    case "!=":
      return (row) => !Number.isNaN(values[row]!) && values[row] !== wanted;
    case "<":
      return (row) => values[row]! < wanted;
    case "<=":
      return (row) => values[row]! <= wanted;
    case ">":
      return (row) => values[row]! > wanted;
    case ">=":
      return (row) => values[row]! >= wanted;
  }
}

/** A date stands for all of its span: `<=` of a day takes in the day, `>` begins after it. */
function timeTest(values: Float64Array, operator: Operator, span: TimeSpan | undefined): RowTest {
  if (span === undefined) return never;
  const { from, to } = span;
  const inside = (value: number): boolean => value >= from && (value < to || value === from);
  switch (operator) {
    case "=":
    case "~":
    case "^=":
      return (row) => inside(values[row]!);
    case "!=":
      return (row) => !Number.isNaN(values[row]!) && !inside(values[row]!);
    case "<":
      return (row) => values[row]! < from;
    case "<=":
      return (row) => values[row]! < to || values[row]! <= from;
    case ">":
      return (row) => (to > from ? values[row]! >= to : values[row]! > to);
    case ">=":
      return (row) => values[row]! >= from;
  }
}

/** Of a list, one member is enough; `!=` needs every member to differ. `~` does not mind case. */
function textMatches(text: string, operator: Operator, wanted: string, kind: FieldKind): boolean {
  const members = membersOf(text);
  if (operator === "!=") return members.every((member) => compareTexts(member, wanted, kind) !== 0);
  return members.some((member) => {
    if (operator === "~") return member.toLowerCase().includes(wanted.toLowerCase());
    if (operator === "^=") return member.startsWith(wanted);
    if (operator === "=") return compareTexts(member, wanted, kind) === 0;
    const order = kind === "version" ? compareTexts(member, wanted, kind) : compareInOrder(member, wanted);
    return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
  });
}

/** A number stands in no order with a text that is none: NaN. */
function compareInOrder(text: string, wanted: string): number {
  const number = wanted.trim() === "" ? Number.NaN : Number(wanted);
  return Number.isNaN(number) ? compareTexts(text, wanted, "plain") : text.trim() === "" ? Number.NaN : Number(text) - number;
}

/** Versions by their numbers (v1.10 comes after v1.9; v1.5-retry before v1.5), everything else by code unit. */
export function compareTexts(a: string, b: string, kind: FieldKind): number {
  if (kind !== "version") return a < b ? -1 : a > b ? 1 : 0;
  return compareVersionTexts({ text: a, version: parseVersion(a) }, { text: b, version: parseVersion(b) });
}

interface VersionText {
  readonly text: string;
  /** Undefined when the text is none. */
  readonly version: Version | undefined;
}

/** What is no version comes after those that are. */
export function compareVersionTexts(a: VersionText, b: VersionText): number {
  const [left, right] = [a.version, b.version];
  if (left === undefined || right === undefined) return left === right ? (a.text < b.text ? -1 : a.text > b.text ? 1 : 0) : left === undefined ? 1 : -1;
  return left.major - right.major || left.minor - right.minor || comparePrerelease(left.prerelease, right.prerelease);
}

function comparePrerelease(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
