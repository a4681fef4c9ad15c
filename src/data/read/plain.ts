/** A value of a columnar file as plain JSON would hold it: vectors and typed arrays become lists, struct rows objects, dates ISO 8601 text; `bigint` stays. */
export function toPlain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<unknown>);
  const plain: unknown = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value;
  if (Array.isArray(plain)) return plain.map(toPlain);
  if (plain === null || typeof plain !== "object") return plain;
  return Object.fromEntries(Object.entries(plain).map(([key, member]) => [key, toPlain(member)]));
}
