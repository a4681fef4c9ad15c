import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCatalog, type Catalog, type CatalogEntry, type CatalogOptions, type CheckpointClaims } from "../../src/checkpoints/index.ts";
import { ledger } from "../../src/cli/ledger.ts";

let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "catalog-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const put = (path: string, contents: unknown = "weights") => {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), typeof contents === "string" ? contents : JSON.stringify(contents));
};
/** Long after everything was written: every time counts as settled. */
const later = () => Date.now() + 60_000;
const read = (root = "outputs", options: Partial<CatalogOptions> = {}): Catalog => readCatalog(join(workspace, root), { ...ledger, indexFrom: 1, now: later, ...options });
const entry = (catalog: Catalog, end: string) => catalog.entries.find(({ path }) => path.endsWith(end))!;
const metadata = (epoch: number, step: number, hmean: number, more: object = {}) => ({
  schema_version: "1.0", created_at: "2025-10-19T13:36:00", training: { epoch, global_step: step }, model: { architecture: "dbnet", encoder: { model_name: "resnet34" } }, metrics: { hmean }, ...more,
});

describe("readCatalog", () => {
  it("finds every layout the seeds had, and names their runs", () => {
    for (const path of [
      "lightning_logs/version_3/checkpoints/epoch=67-step=18564.ckpt",
      "outputs/pan_resnet18_no_polygons_canonical/checkpoints/epoch_0_step_273.ckpt",
      "outputs/ocr_training-dbnet-pan_decoder-mobilenetv3_small_050_33/checkpoints/best-v1.ckpt",
      "outputs/ocr_baseline_v1-dbnet-resnet18_training_20251015_120000/checkpoints/last.ckpt",
      "outputs/2025-10-18/20-24-18/checkpoints/best.ckpt",
      "multirun/2025-10-18/20-24-18/3/checkpoints/best.ckpt",
      "outputs/17/checkpoints/epoch-05_step-000205_hmean-0.8756.ckpt",
      "outputs/experiments/exp_004/checkpoints/last_20251011_004442.ckpt",
      "outputs/A/checkpoints/B/checkpoints/epoch-14_step-003000.ckpt",
      "outputs/receipts/checkpoints/epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt",
    ]) put(path);
    put("outputs/2025-10-18/20-24-18/.hydra/config.yaml", { exp_name: "ocr_training_b", model: { architecture_name: "craft" } });
    const catalog = read(".");
    const runs = Object.fromEntries(catalog.entries.map(({ path, run }) => [path, `${run?.scheme} ${run?.name}`]));
    expect(runs).toEqual({
      "lightning_logs/version_3/checkpoints/epoch=67-step=18564.ckpt": "named lightning_logs/version_3",
      "outputs/pan_resnet18_no_polygons_canonical/checkpoints/epoch_0_step_273.ckpt": "named pan_resnet18_no_polygons_canonical",
      "outputs/ocr_training-dbnet-pan_decoder-mobilenetv3_small_050_33/checkpoints/best-v1.ckpt": "named ocr_training-dbnet-pan_decoder-mobilenetv3_small_050_33",
      "outputs/ocr_baseline_v1-dbnet-resnet18_training_20251015_120000/checkpoints/last.ckpt": "hierarchical ocr_baseline_v1",
      "outputs/2025-10-18/20-24-18/checkpoints/best.ckpt": "dated ocr_training_b",
      "multirun/2025-10-18/20-24-18/3/checkpoints/best.ckpt": "dated 2025-10-18/20-24-18/3",
      "outputs/17/checkpoints/epoch-05_step-000205_hmean-0.8756.ckpt": "indexed 17",
      "outputs/experiments/exp_004/checkpoints/last_20251011_004442.ckpt": "registry exp_004",
      "outputs/A/checkpoints/B/checkpoints/epoch-14_step-003000.ckpt": "named B",
      "outputs/receipts/checkpoints/epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt": "named receipts",
    });
    expect(entry(catalog, "loss=1.6217.ckpt")).toMatchObject({ kind: "step", facts: { epoch: { value: 1 }, step: { value: 546 } }, metrics: { loss: { value: 1.6217, source: "name" } } });
    expect(entry(catalog, "epoch_0_step_273.ckpt").facts).toMatchObject({ epoch: { value: 0, source: "name" }, encoder: { value: "resnet18", source: "name", low: true } });
    expect(entry(catalog, "20-24-18/checkpoints/best.ckpt").facts.architecture).toEqual({ value: "craft", source: "config" });
  });

  it("finds directories of PEFT, the Trainer, merged models and ours, and model files", () => {
    put("outputs/sft/adapter_model.safetensors");
    put("outputs/sft/adapter_config.json", { base_model_name_or_path: "meta-llama/Llama-3.2-1B" });
    put("outputs/sft/checkpoint-100/adapter_model.safetensors");
    put("outputs/sft/checkpoint-100/optimizer.pt");
    put("outputs/sft/checkpoint-100/trainer_state.json", { global_step: 100, epoch: 1, log_history: [{ step: 100, eval_loss: 1.5 }] });
    put("outputs/merged/config.json", { model_type: "llama" });
    put("outputs/merged/model.safetensors.index.json", { weight_map: {} });
    put("outputs/merged/model-00001-of-00002.safetensors", "12345");
    put("outputs/merged/model-00002-of-00002.safetensors", "1234567");
    put("outputs/gguf/merged_model-q4_k_m.gguf");
    put("outputs/gguf/big-Q8_0-00001-of-00002.gguf", "123");
    put("outputs/gguf/big-Q8_0-00002-of-00002.gguf", "1234");
    put("outputs/ours/checkpoints/epoch-00_step-000010/metadata.json", metadata(0, 10, 0.5));
    expect(read().entries.map(({ path, kind, format, sizeBytes }) => `${path} ${kind} ${format} ${sizeBytes}`)).toEqual([
      "outputs/gguf/big-Q8_0-00001-of-00002.gguf final gguf 7",
      "outputs/gguf/merged_model-q4_k_m.gguf final gguf 7",
      "outputs/merged final model 12",
      "outputs/ours/checkpoints/epoch-00_step-000010 step directory 0",
      "outputs/sft final adapter 7",
      "outputs/sft/checkpoint-100 step adapter 7",
    ]);
    const catalog = read();
    expect(entry(catalog, "checkpoint-100")).toMatchObject({ facts: { epoch: { value: 0 }, step: { value: 100 } }, metrics: { eval_loss: { value: 1.5, source: "sidecar" } } });
    expect(entry(catalog, "q4_k_m.gguf").facts.quantization).toEqual({ value: "q4_k_m", source: "name" });
    expect(entry(catalog, "epoch-00_step-000010").problems.map(({ type }) => type)).toEqual(["missing_weights"]);
  });

  it("weighs sidecar before configuration before file before words in names, and keeps the source", () => {
    const run = "outputs/receipts-dbnet-fpn_decoder-resnet18/checkpoints";
    put(`${run}/a.ckpt`);
    put(`${run}/a.metadata.json`, metadata(3, 30, 0.9, { model: { architecture: "unknown", encoder: { model_name: "resnet34" } } }));
    put("outputs/receipts-dbnet-fpn_decoder-resnet18/.hydra/config.yaml", { model: { encoder: "resnet50", head: "db_head" } });
    const peeked: CheckpointClaims = { architecture: "craft", encoder: "resnet101", epoch: 7 };
    expect(entry(read("outputs", { peek: () => peeked }), "a.ckpt").facts).toMatchObject({
      encoder: { value: "resnet34", source: "sidecar" },
      head: { value: "db_head", source: "config" },
      architecture: { value: "craft", source: "file" },
      decoder: { value: "fpn_decoder", source: "name", low: true },
      epoch: { value: 3, source: "sidecar" },
    });
  });

  it("recovers a model from a tag only as a guess", () => {
    put("outputs/new_norm_receipt_filter-dbnet-unet-mobilenetv3_small_050-unknown_training_20251016_231633/checkpoints/best.ckpt");
    const [best] = read().entries;
    expect(best).toMatchObject({ kind: "best", rankUnknown: true, facts: { phase: { value: "training" }, architecture: { value: "dbnet", low: true }, encoder: { value: "mobilenetv3_small_050", low: true } } });
  });

  it("does not take a folder of a similar name for a model", () => {
    put("outputs/companies_japan/checkpoints/last.ckpt");
    expect(read().entries[0]!.facts.architecture).toBeUndefined();
  });

  it("does not believe a sidecar that describes another checkpoint", () => {
    put("outputs/r/checkpoints/epoch-02_step-000020.ckpt");
    put("outputs/r/checkpoints/epoch-02_step-000020.metadata.json", metadata(3, 30, 0.99));
    put("outputs/r/checkpoints/best-hmean-0.8920.ckpt");
    put("outputs/r/checkpoints/best-hmean-0.8920.metadata.json", metadata(3, 30, 0.7));
    const catalog = read();
    const step = entry(catalog, "000020.ckpt");
    expect([step.facts.epoch?.value, step.facts.architecture?.value, step.metrics]).toEqual([2, "dbnet", {}]);
    expect(step.problems.map(({ type, message }) => `${type}: ${message}`)).toEqual(["mismatch: it describes step 30, the name says 20", "mismatch: it describes epoch 3, the name says 2"]);
    expect(entry(catalog, "0.8920.ckpt").metrics).toEqual({ hmean: { value: 0.892, source: "name" } });
  });

  it("marks a failed run, an empty file and one that cannot be read", () => {
    put("outputs/ocr_training-unknown_training_20251112_120342/checkpoints/.FAILURE", "NaN");
    put("outputs/ocr_training-unknown_training_20251112_120342/checkpoints/last.ckpt", "");
    put("outputs/other/checkpoints/bad.ckpt");
    const catalog = read("outputs", { peek: () => { throw new Error("no zip archive"); } });
    expect(entry(catalog, "last.ckpt")).toMatchObject({ run: { failed: true }, problems: [{ type: "empty" }] });
    expect(entry(catalog, "bad.ckpt")).toMatchObject({ run: { failed: false }, problems: [{ type: "unreadable", message: "no zip archive" }] });
  });

  it("ends in circles of links, follows links that lead outside once, and says what it may not see", () => {
    put("outputs/r/checkpoints/last.ckpt");
    put("elsewhere/s/checkpoints/last.ckpt");
    symlinkSync("..", join(workspace, "outputs", "r", "up"));
    symlinkSync("../elsewhere", join(workspace, "outputs", "first"));
    symlinkSync("../elsewhere/s", join(workspace, "outputs", "second"));
    symlinkSync("nowhere", join(workspace, "outputs", "broken.ckpt"));
    symlinkSync("last.ckpt", join(workspace, "outputs", "r", "checkpoints", "best.ckpt"));
    expect(read().entries.map(({ path }) => path)).toEqual(["outputs/first/s/checkpoints/last.ckpt", "outputs/r/checkpoints/best.ckpt", "outputs/r/checkpoints/last.ckpt"]);
  });

  it("takes any name", () => {
    put("outputs/r/checkpoints/evil\n\u001b[31m$(rm).ckpt");
    put("outputs/__proto__/checkpoints/last.ckpt");
    expect(read().entries).toHaveLength(2);
  });

  it("refuses a place that is not there", () => {
    expect(() => read("none")).toThrow("there is no such directory");
  });
});

describe("the index", () => {
  const indexPath = () => {
    const directory = join(workspace, ".tunesmith", "index");
    const names = readdirSync(directory);
    expect(names).toHaveLength(1);
    return join(directory, names[0]!);
  };

  beforeEach(() => {
    for (const run of ["r", "s"]) {
      for (const step of [10, 20]) put(`outputs/${run}/checkpoints/epoch-00_step-0000${step}.ckpt`);
      put(`outputs/${run}/checkpoints/epoch-00_step-000010.metadata.json`, metadata(0, 10, 0.5));
      put(`outputs/${run}/.hydra/config.yaml`, { exp_name: run, model: { architecture_name: "dbnet", encoder: "resnet18" } });
    }
  });

  /** All that an entry says; one from the index says it when it is asked. */
  const tell = ({ path, name, kind, format, sizeBytes, modifiedMs, run, facts, metrics, version, rankUnknown, sidecars, problems }: CatalogEntry) => ({ path, name, kind, format, sizeBytes, modifiedMs, run, facts, metrics, version, rankUnknown, sidecars, problems });

  it("gives back what was described, and describes nothing again", () => {
    const first = read();
    const again = read();
    expect(first.described).toBe(4);
    expect(again.described).toBe(0);
    expect(again.entries.map(tell)).toEqual(first.entries.map(tell));
    expect(read("outputs", { index: "rebuild" })).toEqual(first);
  });

  it("notices a checkpoint that is added, gone, renamed or rewritten, however deep", () => {
    read();
    put("outputs/r/checkpoints/B/checkpoints/last.ckpt");
    expect(read()).toMatchObject({ described: 1, entries: { length: 5 } });
    rmSync(join(workspace, "outputs/r/checkpoints/epoch-00_step-000020.ckpt"));
    renameSync(join(workspace, "outputs/s"), join(workspace, "outputs/t"));
    expect(read().entries.map(({ path }) => path)).toEqual([
      "outputs/r/checkpoints/epoch-00_step-000010.ckpt", "outputs/r/checkpoints/B/checkpoints/last.ckpt", "outputs/t/checkpoints/epoch-00_step-000010.ckpt", "outputs/t/checkpoints/epoch-00_step-000020.ckpt",
    ]);
    put("outputs/r/checkpoints/epoch-00_step-000010.ckpt", "more weights");
    expect(read()).toMatchObject({ described: 1, entries: [{ sizeBytes: 12 }, {}, {}, {}] });
  });

  it("notices a sidecar or a configuration that is rewritten in place", () => {
    read();
    put("outputs/r/checkpoints/epoch-00_step-000010.metadata.json", metadata(0, 10, 0.75));
    expect(read().entries[0]!.metrics["hmean"]?.value).toBe(0.75);
    put("outputs/s/.hydra/config.yaml", { exp_name: "renamed", model: { architecture_name: "craft", encoder: "resnet18" } });
    expect(entry(read(), "s/checkpoints/epoch-00_step-000020.ckpt")).toMatchObject({ run: { name: "renamed" }, facts: { architecture: { value: "craft" } } });
  });

  it("does not trust a time that is too fresh to tell a later change", () => {
    read("outputs", { now: Date.now });
    expect(read().described).toBe(4);
    expect(read().described).toBe(0);
  });

  it("is rebuilt when it is broken, of another version or gone", () => {
    const first = read();
    const whole = readFileSync(indexPath(), "latin1");
    for (const broken of [whole.slice(0, 500), whole.slice(0, -10), "", "{}", whole.replace(/"version":\d+/, '"version":99'), whole.replace('"root":"outputs"', '"root":"outputz"')]) {
      writeFileSync(indexPath(), broken, "latin1");
      expect(read()).toEqual(first);
    }
  });

  it("is left out for a small tree, when asked, and where it cannot be written", () => {
    read("outputs", { indexFrom: 100 });
    read("outputs", { index: "off" });
    writeFileSync(join(workspace, ".tunesmith"), "a file stands in the way");
    const catalog = read();
    expect(catalog.entries).toHaveLength(4);
    expect(catalog.indexRefused).toMatch(/index: (ENOTDIR|EEXIST)/);
  });

  it("serves a run or its checkpoints alone as the whole tree does", () => {
    const whole = read().entries.filter(({ path }) => path.startsWith("outputs/r/"));
    expect(read("outputs/r").entries).toEqual(whole);
    expect(read("outputs/r/checkpoints").entries).toEqual(whole);
  });
});
