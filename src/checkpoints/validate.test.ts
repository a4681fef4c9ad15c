import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCatalog } from "./catalog/read.ts";
import { writeCheckpointMetadata } from "./metadata.ts";
import { validateCheckpoints, type ValidateOptions } from "./validate.ts";

let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "validate-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const put = (path: string, contents: unknown = "weights") => {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), typeof contents === "string" ? contents : JSON.stringify(contents));
};
const validate = (options?: ValidateOptions) => {
  const placeOf = (path: string) => (path.includes("/outputs/r") ? { scheme: "named", directory: `${path.split("/")[0]}/outputs/r`, name: "r" } : undefined);
  return validateCheckpoints(readCatalog(join(workspace, "outputs"), { parseYaml: JSON.parse, placeOf, index: "off" }), options);
};
const types = async (options?: ValidateOptions) => (await validate(options)).findings.map(({ type, message }) => `${type}: ${message}`);
const v1 = (hmean: number | undefined, more: object = {}) => ({ schema_version: "1.0", created_at: "2025-10-19T13:36:00", training: { epoch: 1, global_step: 10 }, model: {}, metrics: { hmean }, ...more });

describe("validateCheckpoints", () => {
  it("finds nothing in a sound tree, and counts an empty one as whole", async () => {
    put("outputs/r/checkpoints/epoch-01_step-000010.ckpt");
    put("outputs/r/checkpoints/epoch-01_step-000010.metadata.json", v1(0.9));
    expect(await validate()).toEqual({ total: 1, checked: 1, valid: 1, invalid: 0, missing: 0, packed: 0, errors: {}, successRate: 100, digested: 0, findings: [], refused: [] });
    rmSync(join(workspace, "outputs/r"), { recursive: true });
    expect(await validate()).toMatchObject({ total: 0, successRate: 100 });
  });

  it("counts by kind of fault", async () => {
    put("outputs/r/checkpoints/epoch-01_step-000010.ckpt");
    put("outputs/r/checkpoints/best.ckpt");
    put("outputs/r/checkpoints/best.metadata.json", v1(undefined));
    put("outputs/r/checkpoints/last.ckpt", "");
    put("outputs/r/checkpoints/last.metadata.json", "{");
    put("outputs/r/checkpoints/whatever.ckpt");
    put("outputs/elsewhere.gguf");
    const report = await validate();
    expect(report).toMatchObject({ total: 5, valid: 1, invalid: 3, missing: 1, successRate: 20, errors: { missing: 2, business_rule: 1, syntax: 1, empty: 1, name: 1 } });
  });

  it("asks for the score that decides", async () => {
    put("outputs/r/checkpoints/last.ckpt");
    put("outputs/r/checkpoints/last.metadata.json", { ...v1(0.5), checkpointing: { monitor: "val_f1" } });
    expect(await types()).toEqual(["business_rule: it is watched by val_f1 and has no such score"]);
  });

  it("asks for a run", async () => {
    put("outputs/last.ckpt");
    put("outputs/last.metadata.json", v1(0.5));
    expect(await types()).toEqual(["run_link: it lies in no run directory"]);
  });

  it("compares digests, schema and run of our own", async () => {
    const directory = join(workspace, "outputs/r/checkpoints/epoch-00_step-000010");
    put("outputs/r/checkpoints/epoch-00_step-000010/adapter_model.safetensors", "weights");
    const facts = { runId: "run-1", runName: "r", epoch: 0, step: 10, architecture: "llama", baseModel: "base", baseModelDigest: null, configDigest: "c", datasetDigest: null, promptFormat: "alpaca" };
    const metadata = writeCheckpointMetadata(directory, facts);
    expect(metadata.weights.sha256).toBe(createHash("sha256").update("weights").digest("hex"));
    expect(await types()).toEqual(["run_link: it names run run-1, but outputs/r has no record"]);
    put("outputs/r/run.json", { id: "run-2" });
    expect(await types()).toEqual(["run_link: it names run run-1, but lies in run run-2"]);
    put("outputs/r/run.json", { id: "run-1" });
    expect(await validate({ deep: true })).toMatchObject({ valid: 1, digested: 1 });

    put("outputs/r/checkpoints/epoch-00_step-000010/adapter_model.safetensors", "weighty");
    expect(await types()).toEqual([]);
    expect(await types({ deep: true })).toEqual([expect.stringMatching(/^digest: its weights have the digest/)]);
    put("outputs/r/checkpoints/epoch-00_step-000010/adapter_model.safetensors", "longer weights");
    expect(await types()).toEqual(["mismatch: metadata.json: it describes weights of 7 bytes, the file has 14"]);
    put("outputs/r/checkpoints/epoch-00_step-000010/adapter_model.safetensors", "weights");
    put("outputs/r/checkpoints/epoch-00_step-000010/metadata.json", { ...metadata, config_digest: undefined });
    expect(await types()).toEqual([expect.stringContaining("schema_validation: Cannot use metadata.json: config_digest")]);
  });

  it("stops when asked, between two checkpoints or two pieces of one, and reports what it had", async () => {
    const metadata = { schema_version: "1.0", created_at: "2025-10-19T13:36:00", training: { epoch: 1, global_step: 10 }, model: {}, metrics: { hmean: 0.5 } };
    for (const name of ["a", "b", "c"]) {
      put(`outputs/r/checkpoints/${name}.ckpt`, "w".repeat(9 << 20));
      put(`outputs/r/checkpoints/${name}.metadata.json`, { ...metadata, weights: { file: `${name}.ckpt`, sha256: createHash("sha256").update("w".repeat(9 << 20)).digest("hex"), size_bytes: 9 << 20 } });
    }
    expect(await validate({ signal: AbortSignal.abort() })).toMatchObject({ total: 3, checked: 0, valid: 0, invalid: 0, successRate: 100 });
    const between = new AbortController();
    expect(await validate({ deep: true, signal: between.signal, onProgress: () => between.abort() })).toMatchObject({ total: 3, checked: 1, digested: 1 });
    const within = new AbortController();
    const stopped = validate({ deep: true, signal: within.signal, onProgress: () => setImmediate(() => setImmediate(() => within.abort())) });
    expect(await stopped).toMatchObject({ total: 3, checked: 1, digested: 1 });
  });
});
