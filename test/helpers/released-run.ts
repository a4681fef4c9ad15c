// A run with everything that a release can hold, of a few bytes each: adapter, merged model, a quantized model with its records, an evaluation.
import { join } from "node:path";
import { ggufText, writeGguf } from "../../src/engine/gguf/index.ts";
import { readJson, sha256, sha256File, statFile, writeFileAtomic, writeJson } from "../../src/files/index.ts";
import { saveCheckpoint } from "../../src/checkpoints/index.ts";
import { RUN_SCHEMA_VERSION, type ReleaseRecord, type RunRecord } from "../../src/records/index.ts";
import { writeTinyDataset } from "./tiny-dataset.ts";

export interface ReleasedRunOptions {
  /** Default `v1.0`. */
  readonly version?: string | null;
  /** Written into the weights: other words, other content. Default `weights`. */
  readonly weights?: string;
  readonly name?: string;
  /** What is left out. */
  readonly without?: readonly ("merged" | "quantized" | "verification" | "evaluation")[];
  /** The quantized model did not pass. Default: it did. */
  readonly failed?: boolean;
  /** Default: a dataset of 24 rows is made. */
  readonly datasetPath?: string;
}

const NOW = new Date("2026-03-01T12:00:00Z");
const DIGEST = (letter: string): string => letter.repeat(64);

/** Makes `<workspace>/outputs/<name>` and returns its directory. The same options give the same contents, but for minted ids. */
export async function writeReleasableRun(workspace: string, options: ReleasedRunOptions = {}): Promise<string> {
  const { version = "v1.0", weights = "weights", name = "support-tiny_training_20260301_120000", without = [] } = options;
  const directory = join(workspace, "outputs", name);
  const id = `run-${sha256(`${name} ${weights}`).slice(0, 16)}`;
  const dataset = { path: options.datasetPath ?? (await writeTinyDataset(join(workspace, "data"))) };
  const record = readJson(join(dataset.path, "dataset.json")) as { readonly digest: string; readonly name: string };
  const { metadata } = await saveCheckpoint(
    join(directory, "checkpoints"),
    { runId: id, runName: name, epoch: 0, step: 10, architecture: "llama", baseModel: "acme/tiny", baseModelDigest: DIGEST("b"), configDigest: DIGEST("c"), datasetDigest: record.digest, promptFormat: "chat", monitor: "eval_loss", metrics: { eval_loss: 0.5 } },
    (place) => {
      writeFileAtomic(join(place, "adapter_model.safetensors"), weights);
      writeJson(join(place, "adapter_config.json"), { base_model_name_or_path: "acme/tiny", r: 8 });
      writeFileAtomic(join(place, "optimizer.safetensors"), "moments");
    },
    NOW,
  );
  const provenance = { run_id: id, checkpoint_id: metadata.id, dataset_digest: record.digest, config_digest: DIGEST("c") };
  if (!without.includes("merged")) {
    writeJson(join(directory, "merged_model", "config.json"), { architectures: ["LlamaForCausalLM"], tunesmith: provenance });
    writeFileAtomic(join(directory, "merged_model", "model.safetensors"), `merged ${weights}`);
  }
  if (!without.includes("quantized")) writeQuantized(join(directory, "quantized"), provenance, options);
  if (!without.includes("evaluation")) writeEvaluation(join(directory, "evaluation"), metadata.weights.sha256, record.digest);
  const run: RunRecord = {
    schema_version: RUN_SCHEMA_VERSION, id, name, scheme: "hierarchical", time_zone: "utc", tag: "support", model: "tiny", phase: "training", status: "finished",
    config: { model_name: "acme/tiny", epochs: 1, learning_rate: 0.002, batch_size: 8 }, config_digest: DIGEST("c"),
    dataset: { path: dataset.path, digest: record.digest, name: record.name, counts: { train: 19, validation: 2, test: 3 } },
    base_model: { path: "acme/tiny", digest: DIGEST("b") }, version, git: null,
    host: { hostname: "h", platform: "p", cpus: 1, memory_bytes: 1 }, engine: { ggml_release: null, backend: null }, package_version: "0.1.0", node_version: null,
    pid: 1, pid_start: null, worker_pid: null, worker_start: null, parent: null, started_at: NOW.toISOString(), ended_at: "2026-03-01T12:10:00.000Z", last_step: 10,
    metrics: { f1: 0.8765 }, measured_on: null, artifacts: {}, error: null, notes: "", tags: [], archived_at: null,
  };
  writeJson(join(directory, "run.json"), run);
  return directory;
}

function writeQuantized(folder: string, provenance: Readonly<Record<string, string>>, { without = [], failed = false }: ReleasedRunOptions): void {
  const path = join(folder, "support-q8_0.gguf");
  const said = Object.entries(provenance).map(([key, value]) => [`tunesmith.${key}`, ggufText(value)] as const);
  writeGguf(path, { metadata: new Map([["general.architecture", ggufText("llama")], ...said]), tensors: [] });
  const sha256 = sha256File(path);
  const size_bytes = statFile(path).sizeBytes;
  const measured = { perplexity: 1.5, prompt_tokens_per_s: null, generate_tokens_per_s: null, measured_on: null };
  writeJson(join(folder, "quantization_metrics.json"), {
    schema_version: 1, created_at: NOW.toISOString(), model: "support", threads: 1,
    source: { path: "merged_model", adapter: null, type: "f16", sha256: DIGEST("e"), size_bytes: 10, parameter_count: 5, ...measured },
    types: [{ type: "q8_0", path: "support-q8_0.gguf", size_bytes, bits_per_weight: 8.5, compression_ratio: 2, size_reduction_percent: 50, sha256, perplexity_change: null, fallbacks: [], test_generation: null, ...measured }],
  });
  if (without.includes("verification")) return;
  writeJson(join(folder, "verification.json"), {
    schema_version: 1, created_at: NOW.toISOString(),
    reference: { name: "best", model: { path: "base.gguf", sha256: DIGEST("e") }, adapter: null, perplexity: 1.5 },
    measured_on: { dataset_digest: null, rows: 16, tokens: 190 },
    thresholds: { max_kl_unquantized: 0.001, max_kl: 0.1, min_top1_agreement: 0.9 },
    models: [{ path: "q", sha256, type: "q8_0", kl_divergence: { mean: failed ? 0.5 : 0.001, p99: 0.5, max: 0.6 }, top1_agreement: 0.97, perplexity: 1.6, answers: { count: 16, identical: 15, tokens: 100, same_tokens: 96 }, passed: !failed, reasons: failed ? ["its mean KL divergence is 0.500, at most 0.1 is allowed"] : [] }],
    passed: !failed,
  });
}

function writeEvaluation(folder: string, weights: string, dataset: string): void {
  const metric = (value: number, base = false) => ({ value: base ? value / 2 : value, low: value - 0.1, high: value + 0.1, n: 3, unit: "fraction", direction: "rises", signature: "s", measured: true });
  const record = (digest: string, base: boolean) => ({
    schema_version: 1, model: { name: "m", path: "m", digest, adapter: null },
    dataset: { path: "d", digest: dataset, split: "test", rows: 3, limit: null, rows_digest: DIGEST("d") },
    prompt_format: "chat", max_sequence_length: 512, generation: null, bootstrap: { resamples: 1000, seed: 42, confidence: 0.95 },
    metrics: { f1: metric(0.8765, base), accuracy: metric(0.8234, base) }, counts: { scored_tokens: 9, truncated_answers: 0, cut_prompts: 0 },
    evaluation_digest: DIGEST("f"), predictions_digest: DIGEST("a"), engine_release: "v", package_version: "0.1.0", started_at: NOW.toISOString(), ended_at: NOW.toISOString(),
  });
  writeJson(join(folder, "metrics.json"), record(weights, false));
  writeJson(join(folder, "predictions.json"), { secret: "the rows themselves" });
  writeJson(join(folder, "base", "metrics.json"), record(DIGEST("b"), true));
}

/** A record of a release that nothing on disk stands behind, for what is made of records alone. */
export function releaseRecord(patch: Partial<ReleaseRecord> = {}): ReleaseRecord {
  const metric = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, n: 120, unit: "fraction", direction: "rises" as const });
  return {
    schema_version: 1, name: "support", version: "v1.2", digest: DIGEST("1"), created_at: NOW.toISOString(), package_version: "0.1.0",
    run: { id: "run-1", name: "support-tiny_training_20260301_120000", version: "v1.2", started_at: NOW.toISOString(), ended_at: "2026-03-01T12:10:00.000Z", last_step: 240, git_commit: "0123456789abcdef", notes: "", metrics: {} },
    config: { epochs: 2, learning_rate: 0.002, lora_r: 16, seed: 42 }, config_digest: DIGEST("c"),
    checkpoint: { id: "checkpoint-1", name: "best-eval_loss-0.5000", epoch: 1, step: 200, weights_digest: DIGEST("2") },
    base_model: { id: "acme/tiny", path: "acme/tiny", digest: DIGEST("b"), architecture: "llama" }, prompt_format: "chat",
    dataset: { name: "tickets", version: "d1.0", digest: DIGEST("d"), path: "data/tickets", rows: { train: 1200, validation: 150, test: 180 }, sampled: 600, split_method: "stratified", licence: "cc-by-nc-4.0", languages: ["en"], parent: null, sources: [{ kind: "file", path: "/home/me/tickets.csv", digest: DIGEST("3"), rows: 1600 }] },
    evaluation: { path: "evaluation/metrics.json", dataset_digest: DIGEST("d"), split: "test", rows: 120, evaluation_digest: DIGEST("f"), prompt_format: "chat", task: "labels", confidence: 0.95, resamples: 1000, metrics: { f1_micro: metric(0.8765), accuracy: metric(0.8234), "Weapon/f1": metric(0.61) }, base: { f1_micro: metric(0.4), accuracy: metric(0.3), "Weapon/f1": metric(0.1) } },
    gguf: [{ path: "gguf/support-q8_0.gguf", type: "q8_0", sha256: DIGEST("4"), size_bytes: 4_000_000, bits_per_weight: 8.5, perplexity: 1.51, verification: { passed: true, kl_divergence_mean: 0.0012, top1_agreement: 0.991, identical_answers: 15, answers: 16, reasons: [] } }],
    licence: { chosen: null, base: "mit", dataset: "cc-by-nc-4.0", conflict: "the base model is under mit, the dataset under cc-by-nc-4.0; which of them holds for this model was not decided" },
    files: [{ path: "adapter/adapter_model.safetensors", role: "adapter", size_bytes: 9, sha256: DIGEST("2") }, { path: "merged/model.safetensors", role: "merged", size_bytes: 9, sha256: DIGEST("5") }],
    missing: [{ what: "licence", reason: "base and data do not agree", command: "tunesmith release create --license ID" }],
    ...patch,
  };
}
