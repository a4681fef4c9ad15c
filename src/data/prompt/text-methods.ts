// Methods and filters of texts that the Jinja library answers otherwise than Python: it strips whitespace whatever it is told to strip, and leaves
// capitals standing. Sources: Python, `str`; Jinja 3, built-in filters.

interface Expression {
  readonly type: string;
}

/** A call that is answered here: what it is called on, what it is given, and how it is answered. */
export interface TextCall {
  readonly on: Expression;
  readonly given: readonly Expression[];
  readonly answer: (text: string, given: readonly unknown[]) => string;
}

const METHODS: Readonly<Record<string, TextCall["answer"]>> = {
  strip: (text, [characters]) => stripEnd(stripStart(text, characters), characters),
  lstrip: (text, [characters]) => stripStart(text, characters),
  rstrip: (text, [characters]) => stripEnd(text, characters),
  title: (text) => text.replace(/\p{L}+/gu, capitalize),
  capitalize,
};

const FILTERS: Readonly<Record<string, TextCall["answer"]>> = { title: (text) => text.replace(/[^-\s({[<]+/g, capitalize), capitalize };

/** What of a statement is a call of one of these; undefined where it is none. */
export function readTextCall(statement: Expression): TextCall | undefined {
  if (statement.type === "FilterExpression") {
    const { operand, filter } = statement as Expression & { readonly operand: Expression; readonly filter: Expression };
    return found(FILTERS, filter, operand, []);
  }
  if (statement.type !== "CallExpression") return undefined;
  const { callee, args } = statement as Expression & { readonly callee: Expression & { readonly object?: Expression; readonly property?: Expression; readonly computed?: boolean }; readonly args: readonly Expression[] };
  if (callee.type !== "MemberExpression" || callee.computed !== false || callee.object === undefined || callee.property === undefined) return undefined;
  return found(METHODS, callee.property, callee.object, args);
}

function found(answers: Readonly<Record<string, TextCall["answer"]>>, name: Expression & { readonly value?: unknown }, on: Expression, given: readonly Expression[]): TextCall | undefined {
  if (name.type !== "Identifier" || typeof name.value !== "string" || !Object.hasOwn(answers, name.value)) return undefined;
  return { on, given, answer: answers[name.value]! };
}

function stripStart(text: string, characters: unknown): string {
  if (typeof characters !== "string") return text.trimStart();
  const all = [...text];
  const first = all.findIndex((character) => !characters.includes(character));
  return first === -1 ? "" : all.slice(first).join("");
}

function stripEnd(text: string, characters: unknown): string {
  if (typeof characters !== "string") return text.trimEnd();
  const all = [...text];
  return all.slice(0, all.findLastIndex((character) => !characters.includes(character)) + 1).join("");
}

function capitalize(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}
