// The edge between bytes on disk and values in memory: upgrade, validate, and name file and field when that fails.
import { z } from "zod";
import { recordForeign, recordInvalid, recordTooNew } from "./errors.ts";

/** One step of a record's history: turns a value of schema version `from` into one of the next version. Frozen once released. */
export interface RecordUpgrade {
  readonly from: number | string;
  readonly upgrade: (value: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

/** A record whose version was lost misses one field; what misses many was never one. */
const SCATTERED = 3;

/**
 * Upgrades `value` version by version and validates it.
 * @param where the file (and line) the value came from, for the error message
 * @param upgrades applied in order wherever `schema_version` equals their `from`
 * @throws `records.invalid` naming file and field, `records.too_new`, `records.foreign` for an object that is no record of ours
 */
export function parseRecord<T>(schema: z.ZodType<T>, value: unknown, where: string, upgrades: readonly RecordUpgrade[] = []): T {
  const upgraded = upgrades.reduce<unknown>(
    (current, step) => (isObject(current) && current["schema_version"] === step.from ? step.upgrade(current) : current),
    value,
  );
  const result = schema.safeParse(upgraded);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => ({ field: issue.path.map(String).join(".") || "(whole record)", message: issue.message }));
  const version = isObject(upgraded) ? upgraded["schema_version"] : undefined;
  if (version === undefined && isObject(upgraded) && newestVersion(schema) !== Infinity && faults.length > SCATTERED) throw recordForeign(where);
  if (typeof version === "number" && version > newestVersion(schema)) throw recordTooNew(where, version);
  throw recordInvalid(where, faults);
}

/** The version a schema's `schema_version` literal asks for; infinite when it asks for none. */
function newestVersion(schema: z.ZodType): number {
  const literal: unknown = schema instanceof z.ZodObject ? (schema.shape as Readonly<Record<string, unknown>>)["schema_version"] : undefined;
  const value = literal instanceof z.ZodLiteral ? literal.value : undefined;
  return typeof value === "number" ? value : Infinity;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
