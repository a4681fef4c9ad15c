// Reading fields of somebody else's JSON or YAML: a member of the wrong type is reported and treated as absent, nothing is thrown.

export interface FieldReader {
  /** Text that says something: `unknown`, `none`, `null`, an empty text and a `${…}` that nobody resolved say nothing. */
  text(path: string): string | undefined;
  /** A finite number. */
  number(path: string, bounds?: Bounds): number | undefined;
  /** A whole number. */
  count(path: string, bounds?: Bounds): number | undefined;
  flag(path: string): boolean | undefined;
  object(path: string): Readonly<Record<string, unknown>> | undefined;
  /** The value as it stands. */
  at(path: string): unknown;
  /** The name of a part that is written as a text or as an object with a name: `resnet18`, `{model_name: resnet18}`, `{_target_: a.b.UNet}`. */
  part(path: string): string | undefined;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** @param report is told the dotted path and what is wrong with it. Default: silence */
export function readFields(value: unknown, report: (field: string, message: string) => void = () => undefined): FieldReader {
  const at = (path: string): unknown => {
    let current = value;
    for (const key of path.split(".")) {
      if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
      current = current[key];
    }
    return current;
  };
  const wrong = (path: string, found: unknown, needed: string): undefined => {
    report(path, `${describe(found)} stands where ${needed} is needed`);
    return undefined;
  };
  const number = (path: string, bounds: Bounds, needed: string, whole: boolean): number | undefined => {
    const found = at(path);
    if (found === undefined || found === null) return undefined;
    if (typeof found !== "number" || !Number.isFinite(found) || (whole && !Number.isInteger(found))) return wrong(path, found, needed);
    if (found < (bounds.min ?? -Infinity) || found > (bounds.max ?? Infinity)) return wrong(path, found, `${needed} of ${bounds.min ?? "-∞"} to ${bounds.max ?? "∞"}`);
    return found;
  };
  return {
    at,
    text(path) {
      const found = at(path);
      if (found === undefined || found === null) return undefined;
      return typeof found === "string" ? meaningful(found) : wrong(path, found, "a text");
    },
    number: (path, bounds = {}) => number(path, bounds, "a number", false),
    count: (path, bounds = {}) => number(path, bounds, "a whole number", true),
    flag(path) {
      const found = at(path);
      if (found === undefined || found === null) return undefined;
      return typeof found === "boolean" ? found : wrong(path, found, "true or false");
    },
    object(path) {
      const found = at(path);
      if (found === undefined || found === null) return undefined;
      return isObject(found) ? found : wrong(path, found, "an object");
    },
    part(path) {
      const found = at(path);
      if (found === undefined || found === null) return undefined;
      if (typeof found === "string") return meaningful(found);
      if (!isObject(found)) return wrong(path, found, "a name or an object with one");
      for (const key of ["model_name", "name"]) if (typeof found[key] === "string") return meaningful(found[key]);
      const target = found["_target_"];
      return typeof target === "string" ? meaningful(target.slice(target.lastIndexOf(".") + 1)) : undefined;
    },
  };
}

/** Undefined for words that stand for "nobody knew". */
export function meaningful(text: string): string | undefined {
  const word = text.trim();
  return word === "" || word.startsWith("${") || /^(?:unknown|none|null|nan|n\/a)$/i.test(word) ? undefined : word;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
