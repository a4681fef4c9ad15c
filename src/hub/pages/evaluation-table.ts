// Results that a card tells of in `model-index` (https://huggingface.co/docs/hub/model-cards#evaluation-results), as rows. A card is anybody's
// text: what has another form is left out, and a million rows are not shown.
import { html, type Html } from "./html.ts";

export interface EvaluationRow {
  readonly task: string;
  /** With its revision where the card says one. */
  readonly dataset: string;
  readonly split: string;
  readonly metric: string;
  readonly value: string;
}

const MOST_ROWS = 200;

export function readEvaluationRows(card: Readonly<Record<string, unknown>> | undefined): readonly EvaluationRow[] {
  const rows: EvaluationRow[] = [];
  for (const model of listIn(card?.["model-index"])) {
    for (const result of listIn(model["results"])) {
      const [task, dataset] = [objectIn(result["task"]), objectIn(result["dataset"])];
      for (const metric of listIn(result["metrics"])) {
        if (rows.length === MOST_ROWS) return rows;
        const revision = textIn(dataset["revision"]);
        rows.push({
          task: textIn(task["name"]) || textIn(task["type"]),
          dataset: `${textIn(dataset["name"]) || textIn(dataset["type"])}${revision === "" ? "" : `@${revision.slice(0, 12)}`}`,
          split: textIn(dataset["split"]),
          metric: textIn(metric["name"]) || textIn(metric["type"]),
          value: textIn(metric["value"]),
        });
      }
    }
  }
  return rows;
}

export function renderEvaluation(rows: readonly EvaluationRow[]): Html {
  if (rows.length === 0) return html`<p class="soft">The card tells of no evaluation.</p>`;
  return html`<table><thead><tr><th>Task</th><th>Dataset</th><th>Split</th><th>Metric</th><th class="number">Value</th></tr></thead><tbody>
${rows.map(({ task, dataset, split, metric, value }) => html`<tr><td>${task}</td><td>${dataset}</td><td>${split}</td><td>${metric}</td><td class="number">${value}</td></tr>`)}</tbody></table>`;
}

function listIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.slice(0, MOST_ROWS).map(objectIn) : [];
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

function textIn(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  return typeof value === "string" ? value.slice(0, 200) : "";
}
