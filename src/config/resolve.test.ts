import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { TunesmithError } from "../errors.ts";
import { diffConfigs, formatConfigDifferences } from "./diff.ts";
import { editDistance, nearestWord } from "./nearest.ts";
import { resolveConfig } from "./resolve.ts";
import { trainConfigSchema, trainEnvironment, trainFlags } from "./train.ts";
import { formatYaml, readYaml } from "./yaml.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const required = { model_name: "base", dataset_path: "data/x" };
const yaml = (text: string, name = "train.yaml"): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const faultsOf = (act: () => unknown): readonly Record<string, unknown>[] => {
  try {
    act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TunesmithError);
    return (thrown as TunesmithError).details?.["faults"] as Record<string, unknown>[];
  }
  throw new Error("nothing was thrown");
};

describe("resolveConfig", () => {
  it("fills in every default", () => {
    const { config, digest, sources } = resolveConfig(trainConfigSchema, { flags: required });
    expect(config).toMatchObject({ epochs: 3, batch_size: 4, learning_rate: 2e-4, lora_r: 64, lr_scheduler: "cosine", gradient_checkpointing: "auto", merge_adapters: false });
    expect(config.lora_target_modules).toHaveLength(7);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(sources).toEqual({ model_name: "--model-name", dataset_path: "--dataset-path" });
  });

  it("lets overrides win over flags, flags over the environment, the environment over the file", () => {
    const file = yaml("epochs: 5\nseed: 1\nbatch_size: 8\nexperiment_tag: file\nlora_r: 8\n");
    const { config, sources } = resolveConfig(trainConfigSchema, {
      file,
      environment: trainEnvironment({ EXPERIMENT_TAG: "env", MODEL_VERSION: "v2.0" }),
      flags: { ...required, "batch-size": "16", loraR: 16, seed: undefined },
      overrides: ["lora_r=32"],
    });
    expect(config).toMatchObject({ epochs: 5, seed: 1, batch_size: 16, experiment_tag: "env", version: "v2.0", lora_r: 32 });
    expect(sources).toMatchObject({ epochs: "train.yaml", experiment_tag: "environment", batch_size: "--batch-size", lora_r: "lora_r=32" });
  });

  it("reads the words of a command line by the schema", () => {
    const overrides = ["learning_rate=2e-5", "experiment_tag=007", "merge_adapters=true", "gradient_checkpointing=false", "lora_target_modules=q_proj,v_proj", "notes=a=b"];
    const { config } = resolveConfig(trainConfigSchema, { flags: required, overrides });
    expect(config).toMatchObject({ learning_rate: 2e-5, experiment_tag: "007", merge_adapters: true, gradient_checkpointing: false, lora_target_modules: ["q_proj", "v_proj"], notes: "a=b" });
    expect(resolveConfig(trainConfigSchema, { flags: required, overrides: ["lora_target_modules=[q_proj]"] }).config.lora_target_modules).toEqual(["q_proj"]);
  });

  it("collects every fault, with the nearest name of an unknown key", () => {
    const file = yaml("epoch: 5\nbatch_size: none\n");
    const faults = faultsOf(() => resolveConfig(trainConfigSchema, { file, flags: { "learning-rate": "-1", colour: "red" }, overrides: ["sede=1", "oops"] }));
    expect(faults).toEqual([
      { source: "oops", key: "oops", message: "an override is written key=value" },
      { source: "train.yaml", key: "epoch", message: "unknown key epoch", nearest: "epochs" },
      { source: "--colour", key: "colour", message: "unknown key colour" },
      { source: "sede=1", key: "sede", message: "unknown key sede", nearest: "seed" },
      { source: "config", key: "model_name", message: "model_name is required" },
      { source: "config", key: "dataset_path", message: "dataset_path is required" },
      { source: "train.yaml", key: "batch_size", message: 'batch_size is "none", needed is a whole number >= 1' },
      { source: "--learning-rate", key: "learning_rate", message: "learning_rate is -1, needed is a number > 0" },
    ]);
  });

  it("says in one line what one fault is", () => {
    expect(() => resolveConfig(trainConfigSchema, { flags: required, overrides: ["lora_rank=8"] })).toThrow(/^Cannot use the configuration: lora_rank=8: unknown key lora_rank, did you mean lora_r\?$/);
    for (const name of ["metric_for_best_model", "greater_is_better"]) expect(() => resolveConfig(trainConfigSchema, { flags: required, overrides: [`${name}=1`] })).toThrow("did you mean monitor?");
  });

  it("takes names of the language for unknown keys", () => {
    const overrides = ["__proto__.polluted=1", "constructor=1", "toString=x"];
    expect(faultsOf(() => resolveConfig(trainConfigSchema, { flags: required, overrides }))).toHaveLength(3);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("descends into sections by dotted keys", () => {
    const schema = z.strictObject({ training: z.strictObject({ seed: z.number().default(42), rates: z.record(z.string(), z.number()).default({}) }).prefault({}) });
    expect(resolveConfig(schema, { overrides: ["training.seed=7", "training.rates.head=0.5"] }).config).toEqual({ training: { seed: 7, rates: { head: 0.5 } } });
    expect(faultsOf(() => resolveConfig(schema, { overrides: ["seed=7"] }))).toEqual([expect.objectContaining({ nearest: "training.seed" })]);
  });

  it("gives the same digest however the values were given", () => {
    const flags = resolveConfig(trainConfigSchema, { flags: { ...required, seed: "7" } });
    const file = resolveConfig(trainConfigSchema, { file: yaml("seed: 7\ndataset_path: data/x\nmodel_name: base\n") });
    expect(file.digest).toBe(flags.digest);
    expect(resolveConfig(trainConfigSchema, { flags: required }).digest).not.toBe(flags.digest);
  });

  it("prints a configuration that reads back as itself", () => {
    const { config } = resolveConfig(trainConfigSchema, { flags: { ...required, notes: "yes: no # really", experiment_tag: "1.0" } });
    expect(resolveConfig(trainConfigSchema, { file: yaml(formatYaml(config)) }).config).toEqual(config);
  });
});

describe("readYaml", () => {
  it("names the place of a fault", () => {
    expect(() => readYaml(yaml("a: [1, 2\nb: 3\n"))).toThrow(/^Cannot read .*train\.yaml: not valid YAML: .*line 2/);
    expect(() => readYaml(yaml("- a\n- b\n"))).toThrow("the file holds a list, a mapping of keys to values is needed");
    expect(readYaml(yaml(""))).toEqual({});
  });
});

describe("diffConfigs", () => {
  it("lists what differs by dotted key, and nothing else", () => {
    const differences = diffConfigs({ seed: 1, lora: { r: 8, targets: ["q"] }, old: true }, { seed: 1, lora: { r: 16, targets: ["q"] }, notes: "x" });
    expect(differences).toEqual([
      { key: "lora.r", before: 8, after: 16 },
      { key: "notes", before: undefined, after: "x" },
      { key: "old", before: true, after: undefined },
    ]);
    expect(formatConfigDifferences(differences)).toBe("lora.r: 8 → 16\nnotes: (not set) → x\nold: true → (not set)");
  });

  it("does not mind the order of keys", () => {
    expect(diffConfigs({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  });
});

describe("trainFlags", () => {
  it("derives a flag from every setting outside of a section", () => {
    const flags = new Map(trainFlags().map((flag) => [flag.key, flag]));
    expect([...flags.keys(), "naming"].sort()).toEqual(Object.keys(trainConfigSchema.shape).sort());
    expect(flags.get("learning_rate")).toEqual({ flag: "--learning-rate <number>", key: "learning_rate", help: "peak learning rate", default: 2e-4, required: false });
    expect(flags.get("model_name")).toMatchObject({ flag: "--model-name <text>", required: true });
    expect(flags.get("merge_adapters")).toMatchObject({ flag: "--merge-adapters", default: false });
    expect(flags.get("device")).toMatchObject({ flag: "--device <auto|cpu|cuda|vulkan>", choices: ["auto", "cpu", "cuda", "vulkan"] });
    expect(flags.get("gradient_checkpointing")).toMatchObject({ choices: ["true", "false", "auto"] });
    for (const flag of flags.values()) expect(flag.help).not.toBe("");
  });
});

describe("nearestWord", () => {
  it("finds a slip and does not guess at a stranger", () => {
    expect(nearestWord("learning_rat", ["learning_rate", "lora_r"])).toBe("learning_rate");
    expect(nearestWord("xyz", ["learning_rate", "lora_r"])).toBeUndefined();
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });
});
