import { describe, expect, it } from "vitest";
import type { ComparisonRow, EvaluationComparison, QuantizationRecord, RunRecord } from "../records/index.ts";
import { renderRunReport, type RunReportInput } from "./report.ts";
import { lineChart, smooth } from "./report/chart.ts";
import { html } from "./report/html.ts";
import { formatBytes, formatNumber, formatSeconds, formatSigned } from "./report/numbers.ts";

const run: RunRecord = {
  schema_version: 2, id: "run-1", name: "demo-tiny_training_20260301_120000", scheme: "hierarchical", time_zone: "utc", tag: "demo", model: "tiny", phase: "training", status: "finished",
  config: { epochs: 3, lora_target_modules: ["q_proj", "v_proj"] }, config_digest: "c".repeat(64), dataset: { path: "data/x", digest: "d".repeat(64), name: "healthcare", counts: { train: 800, test: 100 } },
  base_model: { path: "base", digest: null }, version: "v1.0", git: null, host: { hostname: "host", platform: "linux", cpus: 2, memory_bytes: 8e9 }, engine: { ggml_release: "b1", backend: "cpu" },
  package_version: "0.1.0", node_version: "v20.19.0", pid: 1, pid_start: null, worker_pid: null, worker_start: null, parent: null, started_at: "2026-03-01T12:00:00.000Z", ended_at: "2026-03-01T12:01:30.000Z", last_step: 300, metrics: {}, measured_on: null, artifacts: {}, error: null, notes: "", tags: [], archived_at: null,
};
const row = (metric: string, base: number, tuned: number, verdict: ComparisonRow["verdict"]): ComparisonRow => ({
  metric, unit: "fraction", direction: metric === "loss" ? "falls" : "rises", base, tuned, difference: { value: tuned - base, low: tuned - base - 0.1, high: tuned - base + 0.1 }, n: 100, verdict,
});
const comparison: EvaluationComparison = {
  schema_version: 1, base: { name: "base", digest: "b" }, tuned: { name: "tuned", digest: "t" }, dataset_digest: "d", split: "test", prompt_format: "alpaca",
  rows: [row("loss", 3.1, 1.2, "better"), row("exact_match", 0.5, 0.1, "worse"), row("f1", 0.5, 0.52, "no clear difference")], notes: ["10 prompts were cut"],
};
const measuredOn = { dataset_digest: "d", rows: 100, tokens: 4321 };
const quantization: QuantizationRecord = {
  schema_version: 1, created_at: "2026-03-01T12:01:00.000Z", model: "tiny", threads: 2,
  source: { path: "merged", adapter: null, type: "f16", size_bytes: 10_000_000, parameter_count: 5_000_000, sha256: "y", perplexity: 3.5, prompt_tokens_per_s: 900, generate_tokens_per_s: 250, measured_on: measuredOn, task_metric: null },
  types: [{ type: "q4_k_m", path: "q4.gguf", size_bytes: 3_400_000, bits_per_weight: 5.44, compression_ratio: 2.9, size_reduction_percent: 66, sha256: "x", perplexity: 3.6, perplexity_change: 0.1, kl_divergence: { mean: 0.012, p99: 0.1, max: 0.4 }, top1_agreement: 0.97, fallbacks: [], importance: null, test_generation: null, prompt_tokens_per_s: 800, generate_tokens_per_s: 300, measured_on: measuredOn, task_metric: null, vectors: null, scores: null }],
};
const points = (count: number, value: (step: number) => number) => Array.from({ length: count }, (_, index) => ({ step: index + 1, value: value(index + 1) }));
const full: RunReportInput = {
  run, comparison, quantization,
  curves: { train: points(300, (step) => 3 * Math.exp(-step / 80) + 1), evaluation: [{ step: 100, value: 2 }, { step: 200, value: 1.5 }] },
  samples: [{ prompt: "What helps?", reference: "Rest.", base: "", tuned: "Rest." }],
  steps: [{ name: "train", seconds: 80 }, { name: "quantize", seconds: 8 }],
};

describe("renderRunReport", () => {
  it("shows every section that has something to show, in one page without outside resources", () => {
    const page = renderRunReport(full);
    for (const title of ["Before and after", "Answers", "Loss", "Quantization", "Time", "The run", "Configuration"]) expect(page).toContain(`<h2>${title}</h2>`);
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page).not.toMatch(/<script|<link|https?:|url\(|undefined|NaN|\[object/);
    expect(page).toContain("q_proj, v_proj");
    expect(page).toContain("800 train · 100 test");
  });

  it("leaves out what is missing", () => {
    const page = renderRunReport({ run: { ...run, ended_at: null, status: "running", version: null, dataset: null, base_model: null, config: {} } });
    expect(page.match(/<h2>[^<]*/g)).toEqual(["<h2>The run"]);
    expect(page).not.toMatch(/undefined|NaN|null/);
  });

  it("escapes everything", () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const page = renderRunReport({
      ...full,
      run: { ...run, notes: evil, tag: evil, model: evil, config: { [evil]: evil }, error: { code: evil, message: evil } },
      samples: [{ prompt: evil, reference: evil, base: evil, tuned: evil }],
      steps: [{ name: evil, seconds: 1 }],
      warnings: [evil],
    });
    expect(page).not.toContain("<img");
    expect(page.match(/&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;&amp;/g)!.length).toBeGreaterThan(10);
  });

  it("calls a falling loss better and a falling score worse", () => {
    const page = renderRunReport(full);
    expect(page).toMatch(/Loss <span class="unit">lower is better[\s\S]*?−1\.9000[\s\S]*?▲ better/);
    expect(page).toMatch(/Exact match <span class="unit">higher is better[\s\S]*?−0\.4000[\s\S]*?▼ worse/);
    expect(page).toContain("no clear difference");
  });
});

describe("lineChart", () => {
  const chart = (value: (step: number) => number, count = 5) =>
    lineChart({ label: "l", xLabel: "x", yLabel: "y", series: [{ name: "s", points: points(count, value), drawn: "line", className: "train" }] })?.markup ?? "";

  it("draws nothing of nothing", () => {
    expect(lineChart({ label: "l", xLabel: "x", yLabel: "y", series: [] })).toBeUndefined();
    expect(chart(() => Number.NaN)).toBe("");
  });

  it("breaks the curve at a value that is not finite", () => {
    const path = /d="([^"]*)"/.exec(chart((step) => (step === 3 ? Number.NaN : step)))![1]!;
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.match(/L/g)).toHaveLength(2);
  });

  it("stands on one point and on a flat line", () => {
    expect(chart(() => 2, 1)).toContain("<circle");
    for (const drawing of [chart(() => 0), chart(() => -5), chart(() => 2, 1)]) expect(drawing).not.toMatch(/NaN|Infinity/);
  });

  it("thins long curves and keeps their peaks", () => {
    const drawing = chart((step) => (step === 31_415 ? 100 : 1), 50_000);
    expect(drawing.length).toBeLessThan(30_000);
    expect(drawing).toContain(">100<");
    expect(drawing.match(/ 16[LM"]/g)!.length).toBeGreaterThanOrEqual(1);
  });

  it("smooths without a bias at the start", () => {
    expect(smooth(points(3, () => 7), 0.9).map((point) => point.value)).toEqual([expect.closeTo(7), expect.closeTo(7), expect.closeTo(7)]);
  });
});

describe("the page's small parts", () => {
  it("escapes holes and drops absent ones", () => {
    expect(html`<b>${"<"}${undefined}${false}${null}${[1, html`<i>`]}</b>`.markup).toBe("<b>&lt;1<i></b>");
  });

  it("writes numbers for people", () => {
    expect([formatNumber(0.51234), formatNumber(-12.345), formatNumber(12345.6), formatNumber(null), formatSigned(0.1)]).toEqual(["0.5123", "−12.35", "12,346", "–", "+0.1000"]);
    expect([formatBytes(999), formatBytes(3_400_000), formatBytes(0)]).toEqual(["999 B", "3.4 MB", "0 B"]);
    expect([formatSeconds(0.84), formatSeconds(245), formatSeconds(7385)]).toEqual(["0.8 s", "4 min 05 s", "2 h 03 min"]);
  });
});
