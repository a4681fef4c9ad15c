// Entities in a sequence of tags such as B-PER I-PER O. Two readings exist: the tolerant one of the CoNLL-2000 script, which opens an entity
// at an I without a B, and the strict one of a scheme, which takes only what the scheme allows. Both as seqeval 1.2 reads them.

/** One entity of a tagged sentence. */
export interface TagSpan {
  /** "_" when the tags carry none. */
  readonly type: string;
  /** Index of its first token. */
  readonly start: number;
  /** Index after its last token. */
  readonly end: number;
}

export type TagScheme = keyof typeof SCHEMES;

interface SchemeRules {
  readonly prefixes: string;
  /** Tags an entity can begin with. */
  readonly opens: string;
  /** Tags that go on with it. */
  readonly continues: string;
  /** Tags after which nothing goes on. */
  readonly closes: string;
  /** Tags it may end at. */
  readonly ends: string;
}

const SCHEMES = {
  IOB2: { prefixes: "IOB", opens: "B", continues: "I", closes: "", ends: "BI" },
  IOE2: { prefixes: "IOE", opens: "IE", continues: "IE", closes: "E", ends: "E" },
  IOBES: { prefixes: "IOBES", opens: "BS", continues: "IE", closes: "ES", ends: "ES" },
  BILOU: { prefixes: "BILOU", opens: "BU", continues: "IL", closes: "LU", ends: "LU" },
} as const satisfies Record<string, SchemeRules>;

/** Pairs of neighbouring prefixes between which an entity ends, and between which one begins, whatever their types; after E and S one always ends. */
const ENDS_BETWEEN = new Set(["BB", "BS", "BO", "IB", "IS", "IO"]);
const BEGINS_BETWEEN = new Set(["EE", "EI", "SE", "SI", "OE", "OI"]);

/** The tolerant reading, of any of the schemes. */
export function readSpans(tags: readonly string[]): readonly TagSpan[] {
  const spans: TagSpan[] = [];
  let start = 0;
  let before = { prefix: "O", type: "" };
  for (const [index, tag] of [...tags, "O"].entries()) {
    const here = { prefix: tag[0] ?? "O", type: tag.slice(1).replace(/^[^-]*-/, "") || "_" };
    const pair = before.prefix + here.prefix;
    const isOther = before.type !== here.type;
    if ("ES".includes(before.prefix) || ENDS_BETWEEN.has(pair) || (isOther && !isOutside(before.prefix))) spans.push({ type: before.type, start, end: index });
    if ("BS".includes(here.prefix) || BEGINS_BETWEEN.has(pair) || (isOther && !isOutside(here.prefix))) start = index;
    before = here;
  }
  return spans;
}

/** Only entities that the scheme allows, from their first tag to their last. @throws RangeError at a tag the scheme does not have */
export function readSpansStrictly(tags: readonly string[], scheme: TagScheme): readonly TagSpan[] {
  const rules: SchemeRules = SCHEMES[scheme];
  const unknown = tags.find((tag) => tag === "" || !rules.prefixes.includes(tag[0]!));
  if (unknown !== undefined) throw new RangeError(`The scheme ${scheme} has no tag ${JSON.stringify(unknown)}: its prefixes are ${[...rules.prefixes].join(", ")}`);
  const spans: TagSpan[] = [];
  let start = 0;
  while (start < tags.length) {
    const type = typeOf(tags[start]!);
    if (!rules.opens.includes(tags[start]![0]!)) {
      start += 1;
      continue;
    }
    let end = start + 1;
    while (end < tags.length && !rules.closes.includes(tags[end - 1]![0]!) && rules.continues.includes(tags[end]![0]!) && typeOf(tags[end]!) === type) end += 1;
    if (rules.ends.includes(tags[end - 1]![0]!)) spans.push({ type, start, end });
    start = end;
  }
  return spans;
}

function isOutside(prefix: string): boolean {
  return prefix === "O" || prefix === ".";
}

/** The type after the prefix, without hyphens around it. */
function typeOf(tag: string): string {
  return tag.slice(1).replace(/^-+|-+$/g, "") || "_";
}
