/** @throws SyntaxError when the value is not text, a number whose digits are all there, or a truth value */
export function readText(value: unknown, column: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && !Number.isFinite(value)) throw new SyntaxError(`${column} is ${value}, needed is text`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new SyntaxError(`${column} is a number of more digits than are kept, needed is text: write it in quotes`);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  throw new SyntaxError(`${column} is ${nameType(value)}, needed is text`);
}

export function nameType(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
