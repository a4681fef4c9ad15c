// The order of rows that may lie in two tables: by one field, missing values last whatever the direction, then the newest first.
import { parseVersion } from "../version.ts";
import type { Column, Table } from "./columns.ts";
import { compareVersionTexts } from "./match.ts";
import { fieldKind, type FieldKind } from "./fields.ts";

/** A row of several tables put one behind the other. */
export type RowNumber = number;
export type RowOrder = (a: RowNumber, b: RowNumber) => number;

export interface SortKey {
  readonly field: string;
  readonly descending: boolean;
}

/** `started`, `-metrics.f1_micro` */
export function parseSortKey(text: string): SortKey {
  return text.startsWith("-") ? { field: text.slice(1), descending: true } : { field: text.replace(/^\+/, ""), descending: false };
}

/** Lines of the history from the last to the first, then runs without one from the newest to the oldest. */
export function defaultOrder(tables: readonly Table[]): RowOrder {
  return chain(["#line", "started"].map((field) => fieldOrder(tables, { field, descending: true })));
}

export function orderBy(tables: readonly Table[], key: SortKey): RowOrder {
  return chain([fieldOrder(tables, key), defaultOrder(tables)]);
}

/** The first `limit` rows in order. */
export function firstRows(rows: readonly RowNumber[] | Uint32Array, order: RowOrder, limit: number): readonly RowNumber[] {
  if (limit >= rows.length || limit > 2000) return Uint32Array.from(rows).sort(order).slice(0, limit) as unknown as readonly RowNumber[];
  const best: RowNumber[] = [];
  for (const row of rows) {
    if (best.length === limit && order(row, best[limit - 1]!) >= 0) continue;
    let low = 0;
    let high = best.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order(row, best[middle]!) < 0) high = middle;
      else low = middle + 1;
    }
    best.splice(low, 0, row);
    if (best.length > limit) best.pop();
  }
  return best;
}

function chain(orders: readonly RowOrder[]): RowOrder {
  return (a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return b - a;
  };
}

/** Numbers come before texts, both before nothing. */
function fieldOrder(tables: readonly Table[], { field, descending }: SortKey): RowOrder {
  const columns = tables.map((table) => table.column(field));
  const total = tables.reduce((sum, table) => sum + table.rowCount, 0);
  const values = new Float64Array(total).fill(Number.NaN);
  const ranks = new Float64Array(total).fill(Number.NaN);
  const rankOf = rankTexts(columns, field);
  let start = 0;
  for (const [at, column] of columns.entries()) {
    if (column?.numbers !== undefined) values.set(column.numbers.values, start);
    column?.texts?.codes.forEach((code, row) => {
      if (code > 0) ranks[start + row] = rankOf.get(column.texts!.texts[code - 1]!)!;
    });
    start += tables[at]!.rowCount;
  }
  const sign = descending ? -1 : 1;
  return (a, b) => compareKeys(values[a]!, values[b]!, sign) ?? compareKeys(ranks[a]!, ranks[b]!, sign) ?? 0;
}

/** Undefined when neither has a value. */
function compareKeys(a: number, b: number, sign: number): number | undefined {
  if (Number.isNaN(a)) return Number.isNaN(b) ? undefined : 1;
  if (Number.isNaN(b)) return -1;
  return a === b ? 0 : sign * (a < b ? -1 : 1);
}

function rankTexts(columns: readonly (Column | undefined)[], field: string): ReadonlyMap<string, number> {
  const texts = [...new Set(columns.flatMap((column) => column?.texts?.texts ?? []))];
  return new Map(sortTexts(texts, fieldKind(field)).map((text, rank) => [text, rank]));
}

/** Versions are read once each: a hundred thousand of them are compared two million times. */
function sortTexts(texts: readonly string[], kind: FieldKind): readonly string[] {
  if (kind !== "version") return texts.toSorted();
  const parsed = texts.map((text) => ({ text, version: parseVersion(text) }));
  return parsed.sort((a, b) => compareVersionTexts(a, b) || (a.text < b.text ? -1 : 1)).map(({ text }) => text);
}
