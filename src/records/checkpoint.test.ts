import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkpointMetadataSchema, checkpointUpgrades } from "./checkpoint.ts";
import { parseRecord } from "./parse.ts";

const fixture = (version: number) => JSON.parse(readFileSync(new URL(`../../test/fixtures/records/checkpoint-${version}.json`, import.meta.url), "utf8")) as Record<string, unknown>;

describe("checkpoint metadata", () => {
  it("has a fixture pair for every upgrade", () => {
    for (const { from, upgrade } of checkpointUpgrades) expect(upgrade(fixture(Number(from)))).toEqual(fixture(Number(from) + 1));
  });

  it("reads every version of its own as the newest", () => {
    for (const version of [2, 3]) expect(parseRecord(checkpointMetadataSchema, fixture(version), "x", checkpointUpgrades)).toEqual(fixture(3));
  });

  it("binds no metrics where there are none", () => {
    const bare = { ...fixture(2), metrics: { validation_loss: null, additional_metrics: {} } };
    expect(parseRecord(checkpointMetadataSchema, bare, "x", checkpointUpgrades).metrics.measured_on).toBeNull();
  });

  it("holds the parts of a composed model", () => {
    const model = { ...(fixture(3)["model"] as object), encoder: { model_name: "resnet18" }, head: { name: "db_head", in_channels: 256 } };
    expect(parseRecord(checkpointMetadataSchema, { ...fixture(3), model }, "x").model.encoder).toEqual({ model_name: "resnet18", pretrained: true, frozen: false });
  });
});
