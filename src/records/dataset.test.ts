import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DATASET_SCHEMA_VERSION, datasetRecordSchema, datasetUpgrades } from "./dataset.ts";
import { parseRecord } from "./parse.ts";

const fixture = (version: number) => JSON.parse(readFileSync(new URL(`../../test/fixtures/records/dataset-${version}.json`, import.meta.url), "utf8")) as Record<string, unknown>;

describe("the record of a dataset", () => {
  it("has an upgrade and a fixture pair for every version", () => {
    expect(datasetUpgrades.map(({ from }) => from)).toEqual(Array.from({ length: DATASET_SCHEMA_VERSION - 1 }, (_, version) => version + 1));
    for (const { from, upgrade } of datasetUpgrades) expect(upgrade(fixture(Number(from)))).toEqual(fixture(Number(from) + 1));
  });

  it.each([1, 2])("reads version %i as the newest", (version) => {
    expect(parseRecord(datasetRecordSchema, fixture(version), "dataset.json", datasetUpgrades)).toEqual(fixture(DATASET_SCHEMA_VERSION));
  });
});
