import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseRecord } from "./parse.ts";
import { RUN_SCHEMA_VERSION, runRecordSchema, runUpgrades } from "./run.ts";

const fixture = (version: number) => JSON.parse(readFileSync(new URL(`../../test/fixtures/records/run-${version}.json`, import.meta.url), "utf8")) as Record<string, unknown>;

describe("the record of a run", () => {
  it("has an upgrade and a fixture pair for every version", () => {
    expect(runUpgrades.map(({ from }) => from)).toEqual(Array.from({ length: RUN_SCHEMA_VERSION - 1 }, (_, version) => version + 1));
    for (const { from, upgrade } of runUpgrades) expect(upgrade(fixture(Number(from)))).toEqual(fixture(Number(from) + 1));
  });

  it.each([1, 2])("reads version %i as the newest", (version) => {
    expect(parseRecord(runRecordSchema, fixture(version), "run.json", runUpgrades)).toEqual(fixture(RUN_SCHEMA_VERSION));
  });

  it("keeps the day a run of version 1 was put away", () => {
    expect(parseRecord(runRecordSchema, { ...fixture(1), archived_at: "2026-03-02T00:00:00.000Z" }, "run.json", runUpgrades).archived_at).toBe("2026-03-02T00:00:00.000Z");
  });
});
