import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTableBuilder, listText, type Cell, type Table } from "./columns.ts";
import { requireFields, requireTimes } from "./fields.ts";
import { OPERATORS, printFilter, type Filter } from "./filter.ts";
import { compileFilter } from "./match.ts";
import { parseFilter } from "./parse-filter.ts";

const now = new Date("2026-03-10T12:00:00Z");
const day = (text: string): number => Date.parse(text);

const table = tableOfRows([
  { name: "a", tag: "baseline", version: "v1.9", "metrics.f1_micro": 0.8234, "config.lr": 1e-4, started: day("2026-03-01T08:00:00Z"), tags: listText(["smoke", "Keep"])! },
  { name: "b", tag: "wide", version: "v1.10", "metrics.f1_micro": 0.8765, "config.lr": "auto", started: day("2026-03-09T08:00:00Z"), notes: "Says \"no\"" },
  { name: "c", tag: "wide", version: "v1.10-retry", "config.lr": 2, started: day("2026-03-10T11:00:00Z") },
]);

function tableOfRows(rows: readonly Readonly<Record<string, Cell>>[]): Table {
  const builder = createTableBuilder();
  for (const row of rows) builder.set(builder.addRow(), new Map(Object.entries(row)));
  return builder.finish();
}

function matching(source: string): string {
  const parsed = parseFilter(source);
  requireFields(parsed, new Set(table.names));
  requireTimes(parsed, now);
  const test = compileFilter(parsed.filter, table, now);
  return ["a", "b", "c"].filter((_name, row) => test(row)).join("");
}

function fault(source: string): { readonly message: string; readonly hint?: string } {
  try {
    matching(source);
  } catch (thrown) {
    return thrown as Error & { hint?: string };
  }
  throw new Error(`${source} is no fault`);
}

describe("a filter", () => {
  it.each([
    ["tag = wide", "bc"],
    ["tag = wide and metrics.f1_micro > 0.8", "b"],
    ["metrics.f1_micro >= 0.8234", "ab"],
    ["tag = baseline or name = c and tag = wide", "ac"],
    ["(tag = baseline or name = c) and tag = wide", "c"],
    ["not tag = wide", "a"],
    ["not (tag = wide and name = b)", "ac"],
    ["name in (a, c)", "ac"],
    ["name not in (a, c)", "b"],
    ["config.lr in (1e-4, auto)", "ab"],
    ["config.lr > 1", "c"],
    ["config.lr = 0.0001", "a"],
    ['notes ~ "says \\"NO"', "b"],
    ["notes is null", "ac"],
    ["tag ^= wi", "bc"],
    ["tag ^= ide", ""],
    ["notes is not null", "b"],
    ["TAG = wide", undefined],
    ["Not tag = 'wide' AND name != b", "a"],
    ["", undefined],
  ])("%s matches %s", (source, expected) => {
    if (expected === undefined) expect(() => matching(source)).toThrow("Cannot read the filter");
    else expect(matching(source)).toBe(expected);
  });

  it("never matches a missing value with a comparison", () => {
    for (const operator of OPERATORS) expect(matching(`metrics.f1_micro ${operator} 0.5`)).not.toContain("c");
    expect(matching("metrics.f1_micro in (0.8234, 0.8765)")).toBe("ab");
    expect(matching("not metrics.f1_micro > 0.85")).toBe("ac");
  });

  it("finds a member of a list", () => {
    expect(matching("tags = smoke")).toBe("a");
    expect(matching("tags ~ kee")).toBe("a");
    expect(matching("tags != smoke")).toBe("");
    expect(matching("not tags = smoke")).toBe("bc");
  });

  it("orders versions by their numbers", () => {
    expect(matching("version > v1.9")).toBe("bc");
    expect(matching("version < 1.10")).toBe("ac");
    expect(matching("version = 1.9")).toBe("a");
  });

  it("takes days, minutes and times ago", () => {
    expect(matching("started >= 2026-03-09")).toBe("bc");
    expect(matching("started > 2026-03-09")).toBe("c");
    expect(matching("started <= 2026-03-09")).toBe("ab");
    expect(matching("started = 2026-03")).toBe("abc");
    expect(matching("started = 2026-03-01T08:00")).toBe("a");
    expect(matching("started > 2d")).toBe("bc");
    expect(matching("started < 36h")).toBe("a");
    expect(() => matching("started > yesterday")).toThrow("`yesterday` is no date");
    expect(() => matching("started > 2026-02-30")).toThrow("is no date");
  });

  it("points at the column of a fault", () => {
    expect(fault("tag = wide and").message).toBe("Cannot read the filter: a field is needed, not the end (column 15)\n  tag = wide and\n                ^");
    expect(fault("tag wide").message).toBe("Cannot read the filter: one of = != < <= > >= ~ ^= in is is needed, not `wide` (column 5)\n  tag wide\n      ^");
    expect(fault("(tag = x").message).toContain("`)` is needed, not the end (column 9)");
    expect(fault("tag = x)").message).toContain("`and`, `or` or the end is needed, not `)`");
    expect(fault("notes = null").message).toContain("`is null` is needed, not `null`");
    expect(fault('tag = "x').message).toContain("the quote \" is never closed (column 7)");
    expect(fault("tag = a or or").message).toContain("column 12");
    expect(fault("é é").message).toContain("\n  é é\n    ^");
    expect(fault("(".repeat(1000)).message).toContain("more than 200 levels");
  });

  it("names the nearest field", () => {
    expect(fault("tga = x")).toMatchObject({ message: expect.stringContaining("no run has a field tga (column 1)"), hint: "Did you mean tag?" });
    expect(fault("metrics.f1_mirco > 1").hint).toBe("Did you mean metrics.f1_micro?");
    expect(fault("tag = x and f1_micro > 1").hint).toBe("Did you mean metrics.f1_micro?");
    expect(fault("quality > 1").hint).toContain("Use version, name");
  });
});

const text = fc.oneof(fc.constantFrom("and", "NOT", "null", "v1.0", "0.8", "2026-01-01", "a b", "`", '"', "\\", "", "metrics.val/hmean"), fc.string({ unit: "binary" }));
const value = fc.record({ text });
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant("compare" as const), field: text, operator: fc.constantFrom(...OPERATORS), value }),
    fc.record({ kind: fc.constant("in" as const), field: text, values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant("null" as const), field: text }),
    fc.record({ kind: fc.constant("not" as const), term: tie("filter") }),
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), terms: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }) }),
  ),
}));

describe("printFilter", () => {
  it("writes what parseFilter reads again", () => {
    fc.assert(fc.property(filter, (wanted) => {
      expect(parseFilter(printFilter(wanted)).filter).toEqual(wanted);
    }), { numRuns: 500, seed: 7 });
  });

  it("never lets any text do more than be refused", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (source) => {
      try {
        parseFilter(source);
      } catch (thrown) {
        expect((thrown as { code?: string }).code).toBe("runs.filter_invalid");
      }
    }), { numRuns: 500, seed: 7 });
  });
});
