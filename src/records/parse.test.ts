import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseRecord, type RecordUpgrade } from "./parse.ts";

const schema = z.object({ schema_version: z.literal(3), name: z.string(), size: z.object({ rows: z.number() }) });
const upgrades: readonly RecordUpgrade[] = [
  { from: "1.0", upgrade: ({ title, ...rest }) => ({ ...rest, schema_version: 2, name: title }) },
  { from: 2, upgrade: ({ rows, ...rest }) => ({ ...rest, schema_version: 3, size: { rows } }) },
];
const current = { schema_version: 3, name: "x", size: { rows: 1 } };

describe("parseRecord", () => {
  it("returns what the schema describes, without what it does not", () => {
    expect(parseRecord(schema, { ...current, extra: true }, "x.json")).toEqual(current);
  });

  it("names file and field of every fault", () => {
    expect(() => parseRecord(schema, { schema_version: 3, size: { rows: "1" } }, "run.json")).toThrow(
      "Cannot use run.json: name: Invalid input: expected string, received undefined; size.rows: Invalid input: expected number, received string",
    );
    expect(() => parseRecord(schema, [], "run.json")).toThrow("Cannot use run.json: (whole record): Invalid input: expected object, received array");
  });

  it("names five faults at most, and has the others in its details", () => {
    const wide = z.object(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f${index}`, z.string()])));
    expect(() => parseRecord(wide, {}, "x.json")).toThrow(/f4: Invalid input: expected string, received undefined; and 3 more$/);
  });

  it("tells a file of another program from a record of ours that is damaged", () => {
    expect(() => parseRecord(schema.extend({ a: z.string(), b: z.string() }), { alpha: 1 }, "run.json")).toThrow("Cannot use run.json: it has no schema_version, so another program wrote it");
    expect(() => parseRecord(schema, { name: "x", size: { rows: 1 } }, "run.json")).toThrow("schema_version: Invalid input: expected 3");
  });

  it("upgrades version by version", () => {
    expect(parseRecord(schema, { schema_version: "1.0", title: "x", rows: 1 }, "x.json", upgrades)).toEqual(current);
    expect(parseRecord(schema, { schema_version: 2, name: "x", rows: 1 }, "x.json", upgrades)).toEqual(current);
  });

  it("says when a record is newer than the package", () => {
    expect(() => parseRecord(schema, { ...current, schema_version: 4 }, "x.json", upgrades)).toThrow("Cannot use x.json: its schema_version is 4, newer than this package knows");
  });

  it("does not take a version it never had for a newer one", () => {
    expect(() => parseRecord(schema, { ...current, schema_version: 1 }, "x.json", upgrades)).toThrow("schema_version: Invalid input: expected 3");
  });
});
