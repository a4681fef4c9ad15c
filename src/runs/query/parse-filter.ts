// filter  := and { "or" and }            and  := not { "and" not }           not := "not" not | "(" filter ")" | test
// test    := field operator value   (= != < <= > >=, ~ contains, ^= begins with)
//          | field ["not"] "in" "(" value { "," value } ")" | field "is" ["not"] "null"
import { filterInvalid } from "../errors.ts";
import { KEYWORDS, OPERATORS, type Filter, type Literal } from "./filter.ts";
import { tokenize, type Token } from "./tokens.ts";

/** A field named in a filter and the values it is compared with, with the columns where they stand. */
export interface FieldPlace {
  readonly field: string;
  readonly column: number;
  readonly values: readonly { readonly text: string; readonly column: number }[];
}

export interface ParsedFilter {
  readonly source: string;
  readonly filter: Filter;
  readonly fields: readonly FieldPlace[];
}

const DEEPEST = 200;

/** Reads a filter such as `tag = x and metrics.f1_micro > 0.8`. @throws `runs.filter_invalid` pointing at the column */
export function parseFilter(source: string): ParsedFilter {
  const tokens = tokenize(source);
  const fields: (FieldPlace & { readonly values: { readonly text: string; readonly column: number }[] })[] = [];
  let at = 0;
  let depth = 0;
  const peek = (): Token => tokens[at]!;
  const take = (): Token => tokens[Math.min(at++, tokens.length - 1)]!;
  const fault = (token: Token, needed: string): never => {
    const found = token.kind === "end" ? "the end" : `\`${token.text}\``;
    throw filterInvalid(source, token.column, `${needed} is needed, not ${found}`);
  };
  const isWord = (token: Token, word: string): boolean => token.kind === "word" && token.text.toLowerCase() === word;
  const isSign = (token: Token, sign: string): boolean => token.kind === "sign" && token.text === sign;
  const requireSign = (sign: string): void => void (isSign(peek(), sign) ? take() : fault(peek(), `\`${sign}\``));

  function parseList(kind: "and" | "or", parseTerm: () => Filter): Filter {
    const terms = [parseTerm()];
    while (isWord(peek(), kind)) {
      take();
      terms.push(parseTerm());
    }
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }
  const parseAny = (): Filter => parseList("or", parseAll);
  const parseAll = (): Filter => parseList("and", parseNot);

  function parseNot(): Filter {
    depth += 1;
    if (depth > DEEPEST) throw filterInvalid(source, peek().column, `more than ${DEEPEST} levels are nested here`);
    const filter = isWord(peek(), "not") || isSign(peek(), "!") ? (take(), { kind: "not" as const, term: parseNot() }) : isSign(peek(), "(") ? parseGroup() : parseTest();
    depth -= 1;
    return filter;
  }

  function parseGroup(): Filter {
    take();
    const inner = parseAny();
    requireSign(")");
    return inner;
  }

  function parseTest(): Filter {
    const field = parseField();
    const next = take();
    if (isWord(next, "is")) {
      const negated = isWord(peek(), "not") && Boolean(take());
      if (!isWord(peek(), "null")) fault(peek(), "`null`");
      take();
      return negate(negated, { kind: "null", field });
    }
    if (isWord(next, "in")) return { kind: "in", field, values: parseValues() };
    if (isWord(next, "not") && isWord(peek(), "in")) {
      take();
      return negate(true, { kind: "in", field, values: parseValues() });
    }
    const operator = next.kind === "sign" ? OPERATORS.find((candidate) => candidate === next.text) : undefined;
    if (operator === undefined) return fault(next, "one of = != < <= > >= ~ ^= in is");
    return { kind: "compare", field, operator, value: parseValue() };
  }

  function parseField(): string {
    const token = take();
    if (token.kind !== "field" && (token.kind !== "word" || KEYWORDS.has(token.text.toLowerCase()))) fault(token, "a field");
    fields.push({ field: token.text, column: token.column, values: [] });
    return token.text;
  }

  function parseValue(): Literal {
    const token = take();
    if (token.kind === "text" || (token.kind === "word" && !KEYWORDS.has(token.text.toLowerCase()))) {
      fields.at(-1)!.values.push({ text: token.text, column: token.column });
      return { text: token.text };
    }
    return fault(token, isWord(token, "null") ? "`is null`" : "a value");
  }

  function parseValues(): readonly Literal[] {
    requireSign("(");
    const values = [parseValue()];
    while (isSign(peek(), ",")) {
      take();
      values.push(parseValue());
    }
    requireSign(")");
    return values;
  }

  const filter = parseAny();
  if (peek().kind !== "end") fault(peek(), "`and`, `or` or the end");
  return { source, filter, fields };
}

function negate(negated: boolean, filter: Filter): Filter {
  return negated ? { kind: "not", term: filter } : filter;
}
