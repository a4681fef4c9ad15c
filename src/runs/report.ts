// report.html: one page that shows a run to somebody who was not there. Self-contained, no scripts, readable in the dark and on paper.
import { countOf } from "../plural.ts";
import type { EvaluationComparison, QuantizationRecord, RunRecord } from "../records/index.ts";
import { html, type Content, type Markup } from "./report/html.ts";
import { formatNumber, formatSeconds } from "./report/numbers.ts";
import {
  comparisonSection, configSection, factsSection, lossSection, metricTitle, quantizationSection, samplesSection, timeText, timingSection,
  type LossCurves, type SampleAnswer, type StepTiming,
} from "./report/sections.ts";
import { STYLE } from "./report/style.ts";

export type { LossCurves, SampleAnswer, StepTiming } from "./report/sections.ts";

/** What the page shows. Everything but the run may be missing, and is then left out. */
export interface RunReportInput {
  readonly run: RunRecord;
  /** Loss in nats per token, by step. */
  readonly curves?: LossCurves;
  /** Base against fine-tuned on the held-out split. */
  readonly comparison?: EvaluationComparison;
  readonly samples?: readonly SampleAnswer[];
  readonly quantization?: QuantizationRecord;
  /** How long the steps of the journey took, in their order. */
  readonly steps?: readonly StepTiming[];
  /** Things the reader must know: sentences. */
  readonly warnings?: readonly string[];
}

/** Renders the page: UTF-8 HTML, everything escaped, no outside resource. */
export function renderRunReport(input: RunReportInput): string {
  const { run } = input;
  const title = run.version === null ? run.name : `${run.version} · ${run.tag}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="tunesmith ${run.package_version}">
<title>${title}</title><style>${{ markup: STYLE }}</style></head>
<body><main>
<header><p class="eyebrow">${run.phase} run</p>
<h1>${title} <span class="badge ${run.status}">${run.status}</span></h1>
<p class="lede">${run.model} · ${run.name}</p>${run.notes !== "" && html`<p>${run.notes}</p>`}
${run.error !== null && html`<p class="alert"><b>${run.error.code}</b><br>${run.error.message}</p>`}
${(input.warnings ?? []).map((warning) => html`<p class="alert">${warning}</p>`)}
${cards(input)}</header>
${comparisonSection(input.comparison)}
${samplesSection(input.samples)}
${lossSection(input.curves)}
${quantizationSection(input.quantization)}
${timingSection(input.steps)}
${factsSection(run)}
${configSection(run.config)}
<footer>Made by tunesmith ${run.package_version} from ${run.name}${run.ended_at !== null && `, ended ${timeText(run.ended_at)}`}. Scores, sizes and speeds were measured; none is declared.</footer>
</main></body></html>
`;
  return page.markup;
}

/** The page in four numbers: the clearest changes, then time and speed of the training. */
function cards({ run, comparison, curves }: RunReportInput): Markup {
  const best = (comparison?.rows ?? []).filter((row) => row.verdict !== "no clear difference" && row.metric !== "bits_per_byte").slice(0, 3);
  const changes = best.map((row) => card(html`<span class="from">${formatNumber(row.base)} → </span>${formatNumber(row.tuned)}`, metricTitle(row.metric), row.verdict));
  const finalLoss = (curves?.evaluation?.length ? curves.evaluation : curves?.train)?.at(-1)?.value;
  const loss = best.length > 0 || finalLoss === undefined ? [] : [card(formatNumber(finalLoss), curves?.evaluation?.length ? "last evaluation loss" : "last training loss")];
  const seconds = run.ended_at === null ? undefined : (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
  const time = seconds === undefined ? [] : [card(formatSeconds(seconds), `for ${countOf(run.last_step, "step")}`)];
  return html`<div class="cards">${[...changes, ...loss, ...time]}</div>`;
}

function card(value: Content, name: string, className = ""): Markup {
  return html`<div class="card"><b>${value}</b><span>${name}${className !== "" && html` <span class="${className}">${className === "worse" ? "▼" : "▲"} ${className}</span>`}</span></div>`;
}
