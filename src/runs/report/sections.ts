// The sections of the page, each from one record; what is not there gives no section.
import type { ComparisonRow, EvaluationComparison, QuantizationRecord, RunRecord } from "../../records/index.ts";
import type { MetricPoint } from "../metrics.ts";
import { lineChart, smooth } from "./chart.ts";
import { html, type Content, type Markup } from "./html.ts";
import { formatBytes, formatCount, formatNumber, formatSeconds, formatSigned } from "./numbers.ts";

export interface LossCurves {
  readonly train?: readonly MetricPoint[];
  readonly evaluation?: readonly MetricPoint[];
}

export interface SampleAnswer {
  readonly prompt: string;
  readonly reference?: string;
  /** The base model's answer. */
  readonly base?: string;
  /** The fine-tuned model's answer. */
  readonly tuned?: string;
}

export interface StepTiming {
  readonly name: string;
  readonly seconds: number;
}

const METRIC_TITLES: Readonly<Record<string, string>> = {
  loss: "Loss", perplexity: "Perplexity", bits_per_byte: "Bits per byte", token_accuracy: "Token accuracy", exact_match: "Exact match",
  f1: "Token F1", token_f1: "Token F1", rouge1: "ROUGE-1", rouge2: "ROUGE-2", rougeL: "ROUGE-L", rouge_l: "ROUGE-L", bleu: "BLEU", chrf: "chrF",
};

export function metricTitle(metric: string): string {
  return METRIC_TITLES[metric] ?? metric;
}

export function factsSection(run: RunRecord): Markup {
  const { dataset, base_model, host, engine, git } = run;
  const counts = dataset === null ? "" : Object.entries(dataset.counts).map(([split, rows]) => `${formatCount(rows)} ${split}`).join(" · ");
  const facts: readonly (readonly [string, Content])[] = [
    ["Run", html`<code>${run.id}</code>`],
    ["Started", timeText(run.started_at)],
    ["Ended", run.ended_at === null ? undefined : timeText(run.ended_at)],
    ["Steps", formatCount(run.last_step)],
    ["Base model", base_model?.path],
    ["Base digest", digestText(base_model?.digest)],
    ["Dataset", dataset?.name],
    ["Rows", counts],
    ["Dataset digest", digestText(dataset?.digest)],
    ["Config digest", digestText(run.config_digest)],
    ["Engine", [engine.ggml_release ?? undefined, engine.backend ?? undefined].filter((part) => part !== undefined).join(" · ")],
    ["Machine", `${host.hostname} · ${host.cpus} CPUs · ${formatBytes(host.memory_bytes)}`],
    ["Commit", git === null ? undefined : html`<code>${git.commit.slice(0, 12)}</code>${git.dirty && " with changes"}`],
    ["Tags", run.tags.join(", ")],
  ];
  return html`<section><h2>The run</h2><dl class="facts">${facts.map(([name, value]) => value !== undefined && value !== "" && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

export function lossSection(curves: LossCurves | undefined): Markup | undefined {
  const { train = [], evaluation = [] } = curves ?? {};
  const isNoisy = train.length >= 30;
  const chart = lineChart({
    label: "Loss over the steps of the training",
    xLabel: "step",
    yLabel: "loss (nats per token)",
    series: [
      { name: "train, every step", points: isNoisy ? train : [], drawn: "faint", className: "train" },
      { name: isNoisy ? "train (smoothed)" : "train", points: isNoisy ? smooth(train, 0.9) : train, drawn: "line", className: "train" },
      { name: "evaluation", points: evaluation, drawn: "dots", className: "eval" },
    ],
  });
  return chart && html`<section><h2>Loss</h2><p class="note">Only the tokens of the answers count.</p><div class="panel">${chart}</div></section>`;
}

export function comparisonSection(comparison: EvaluationComparison | undefined): Markup | undefined {
  if (comparison === undefined || comparison.rows.length === 0) return undefined;
  const { base, tuned, split, rows, notes, prompt_format } = comparison;
  return html`<section><h2>Before and after</h2>
<p class="note">${base.name} against ${tuned.name} on the same rows of the ${split} split, prompt format ${prompt_format}. An interval that leaves out zero decides better or worse.</p>
<div class="scroll"><table><thead><tr><th>Metric</th><th class="n">Base</th><th class="n">Fine-tuned</th><th class="n">Difference</th><th>95% interval</th><th class="n">Rows</th><th>Verdict</th></tr></thead>
<tbody>${rows.map(comparisonRow)}</tbody></table></div>${notes.map((note) => html`<p class="note">${note}</p>`)}</section>`;
}

function comparisonRow(row: ComparisonRow): Markup {
  const { value, low, high } = row.difference;
  const mark = row.verdict === "better" ? "▲ " : row.verdict === "worse" ? "▼ " : "";
  return html`<tr><th scope="row">${metricTitle(row.metric)} <span class="unit">${row.direction === "falls" ? "lower is better" : "higher is better"}</span></th>
<td class="n">${formatNumber(row.base)}</td><td class="n tuned-text">${formatNumber(row.tuned)}</td><td class="n">${formatSigned(value)}</td>
<td>${whisker(row)}<span class="unit">${formatSigned(low)} to ${formatSigned(high)}</span></td><td class="n">${formatCount(row.n)}</td><td class="${row.verdict}">${mark}${row.verdict}</td></tr>`;
}

/** The difference with its interval on a line through zero, each metric on its own scale. */
function whisker({ difference: { value, low, high }, verdict }: ComparisonRow): Markup | undefined {
  const reach = 1.1 * Math.max(Math.abs(low), Math.abs(high), Math.abs(value));
  if (!Number.isFinite(reach) || reach === 0) return undefined;
  const at = (x: number): string => (70 + (66 * x) / reach).toFixed(1);
  return html`<svg class="whisker ${verdict === "no clear difference" ? "unclear" : verdict}" viewBox="0 0 140 14" width="140" height="14" aria-hidden="true"><line class="zero" x1="70" x2="70" y1="0" y2="14"/><line class="range" x1="${at(low)}" x2="${at(high)}" y1="7" y2="7"/><circle cx="${at(value)}" cy="7" r="3.5"/></svg>`;
}

export function samplesSection(samples: readonly SampleAnswer[] | undefined): Markup | undefined {
  if (samples === undefined || samples.length === 0) return undefined;
  const answer = (title: string, text: string | undefined, className: string): Content =>
    text !== undefined && html`<div class="${className}"><h3>${title}</h3><pre>${text.trim() === "" ? "(nothing)" : text.trim()}</pre></div>`;
  return html`<section><h2>Answers</h2><p class="note">From held-out rows, greedy decoding.</p>
${samples.map(
  (sample) => html`<article class="panel sample"><div class="prompt"><h3>Prompt</h3><pre>${sample.prompt.trim()}</pre></div>
<div class="answers">${answer("Reference", sample.reference, "reference")}${answer("Base", sample.base, "base")}${answer("Fine-tuned", sample.tuned, "tuned")}</div></article>`,
)}</section>`;
}

export function quantizationSection(quantization: QuantizationRecord | undefined): Markup | undefined {
  if (quantization === undefined) return undefined;
  const { source, types } = quantization;
  const largest = Math.max(source.size_bytes, ...types.map((type) => type.size_bytes));
  const bar = (bytes: number, className: string): Markup => html`<div class="bar"><i class="${className}" style="width:${((100 * bytes) / largest).toFixed(1)}%"></i></div>`;
  const rows = types.map(
    (type) => html`<tr><th scope="row">${type.type}</th><td>${bar(type.size_bytes, "")}</td><td class="n">${formatBytes(type.size_bytes)}</td><td class="n">${type.bits_per_weight.toFixed(2)}</td>
<td class="n">${rate(type.generate_tokens_per_s)}</td><td class="n">${formatNumber(type.perplexity)}</td><td class="n">${formatSigned(type.perplexity_change)}</td><td class="n">${formatNumber(type.kl_divergence?.mean)}</td></tr>`,
  );
  const bits = (8 * source.size_bytes) / source.parameter_count;
  const on = source.measured_on ?? types.find((type) => type.measured_on !== null)?.measured_on;
  return html`<section><h2>Quantization</h2><p class="note">Everything here was measured on this machine${on ? `; perplexity over ${formatCount(on.tokens)} tokens of ${formatCount(on.rows)} held-out rows` : ""}.</p>
<div class="scroll"><table><thead><tr><th>Type</th><th></th><th class="n">Size</th><th class="n">Bits/weight</th><th class="n">Tokens/s</th><th class="n">Perplexity</th><th class="n">Change</th><th class="n">KL</th></tr></thead>
<tbody><tr><th scope="row">${source.type} <span class="unit">merged</span></th><td>${bar(source.size_bytes, "source")}</td><td class="n">${formatBytes(source.size_bytes)}</td><td class="n">${bits.toFixed(2)}</td><td class="n">${rate(source.generate_tokens_per_s)}</td><td class="n">${formatNumber(source.perplexity)}</td><td class="n">–</td><td class="n">–</td></tr>
${rows}</tbody></table></div></section>`;
}

export function timingSection(steps: readonly StepTiming[] | undefined): Markup | undefined {
  if (steps === undefined || steps.length === 0) return undefined;
  const longest = Math.max(...steps.map((step) => step.seconds), Number.MIN_VALUE);
  const total = steps.reduce((sum, step) => sum + step.seconds, 0);
  return html`<section><h2>Time</h2><div class="scroll"><table><tbody>${steps.map(
    (step) => html`<tr><th scope="row">${step.name}</th><td style="width:55%"><div class="bar"><i style="width:${((100 * step.seconds) / longest).toFixed(1)}%"></i></div></td><td class="n">${formatSeconds(step.seconds)}</td></tr>`,
  )}<tr><th scope="row">together</th><td></td><td class="n"><b>${formatSeconds(total)}</b></td></tr></tbody></table></div></section>`;
}

export function configSection(config: Readonly<Record<string, unknown>>): Markup | undefined {
  const entries = Object.entries(config).filter(([, value]) => value !== "" && value !== undefined);
  if (entries.length === 0) return undefined;
  const text = (value: unknown): string => (typeof value === "string" ? value : Array.isArray(value) ? value.map(String).join(", ") : JSON.stringify(value));
  return html`<section><h2>Configuration</h2><dl class="facts">${entries.map(([key, value]) => html`<div><dt class="mono">${key}</dt><dd class="mono">${text(value)}</dd></div>`)}</dl></section>`;
}

/** `2026-03-01 12:00:00 UTC` */
export function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function digestText(digest: string | null | undefined): Content {
  return digest === null || digest === undefined ? undefined : html`<code title="${digest}">${digest.slice(0, 12)}</code>`;
}

function rate(tokensPerSecond: number | null): string {
  return tokensPerSecond === null ? "–" : formatCount(Math.round(tokensPerSecond));
}
