import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "./resolve.ts";
import { trainConfigSchema, trainEnvironment, trainFlags } from "./train.ts";
import { readWorkspaceSettings } from "./workspace.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-workspace-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const REQUIRED = ["model_name=m", "dataset_path=d"];
const namingOf = (...overrides: readonly string[]) => resolveConfig(trainConfigSchema, { workspace: readWorkspaceSettings(folder), overrides: [...REQUIRED, ...overrides] }).config.naming;

describe("the workspace's settings", () => {
  it("are hierarchical names in UTC when nothing is said", () => {
    expect(namingOf()).toEqual({ scheme: "hierarchical", time_zone: "utc" });
  });

  it("come before the defaults and after everything else", () => {
    writeFileSync(join(folder, "tunesmith.yaml"), "naming:\n  scheme: dated\n  time_zone: local\n");
    expect(namingOf()).toEqual({ scheme: "dated", time_zone: "local" });
    expect(namingOf("naming.scheme=hierarchical")).toEqual({ scheme: "hierarchical", time_zone: "local" });
    expect(resolveConfig(trainConfigSchema, { workspace: readWorkspaceSettings(folder), overrides: REQUIRED }).sources["naming.scheme"]).toBe("tunesmith.yaml");
  });

  it("are checked against what a workspace may say", () => {
    writeFileSync(join(folder, "tunesmith.yaml"), "naming:\n  schema: dated\n");
    expect(() => readWorkspaceSettings(folder)).toThrow("unknown key naming.schema");
  });

  it("refuse another scheme", () => {
    expect(() => namingOf("naming.scheme=flat")).toThrow("naming.scheme");
  });
});

describe("the version of a training", () => {
  it("may begin a new major by a flag or by VERSION_BUMP", () => {
    expect(trainEnvironment({ VERSION_BUMP: "major" })).toEqual({ major: true });
    expect(trainEnvironment({ VERSION_BUMP: "minor" })).toEqual({ major: false });
    expect(trainFlags().find(({ key }) => key === "major")?.flag).toBe("--major");
  });

  it("has no flag for a section", () => {
    expect(trainFlags().some(({ key }) => key === "naming")).toBe(false);
  });
});
