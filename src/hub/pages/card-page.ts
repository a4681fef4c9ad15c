import { addressOf, type RepositoryName } from "./addresses.ts";
import { renderEvaluation, type EvaluationRow } from "./evaluation-table.ts";
import { html, type Html } from "./html.ts";
import { formatBytes, formatMoment } from "./layout.ts";
import { renderMarkdown, withoutHead } from "./markdown.ts";

export interface CardView extends RepositoryName {
  readonly origin: string;
  readonly revision: string;
  readonly readme?: string;
  readonly license?: string;
  readonly library?: string;
  readonly baseModels: readonly string[];
  readonly datasets: readonly string[];
  readonly fileCount: number;
  readonly sizeBytes: number;
  readonly commit?: { readonly id: string; readonly title: string; readonly seconds: number };
  readonly evaluations: readonly EvaluationRow[];
}

/** The README as a page, and beside it what its head and the files say. */
export function renderCard(view: CardView): Html {
  const { readme, commit, evaluations, license, library, revision } = view;
  const resolve = (address: string, of: "link" | "image") => addressOf(view, of === "image" ? "resolve" : "blob", revision, stripDots(address));
  const facts: readonly (readonly [string, Html | string | undefined])[] = [
    ["Licence", license],
    ["Library", library],
    ["Base model", linked(view.baseModels, "model")],
    ["Datasets", linked(view.datasets, "dataset")],
    ["Files", `${view.fileCount}, ${formatBytes(view.sizeBytes)}`],
    ["Last commit", commit && html`<a href="${addressOf(view, "commit", commit.id)}">${commit.title}</a><br><span class="soft">${formatMoment(commit.seconds)}</span>`],
  ];
  return html`<div class="columns"><div>
<div class="card">${readme === undefined ? html`<p class="soft">There is no README.md yet. It is the card: YAML between <code>---</code> lines at its head, Markdown below.</p>` : renderMarkdown(withoutHead(readme), resolve)}</div>
${evaluations.length > 0 && html`<h2>Evaluation</h2>${renderEvaluation(evaluations)}`}
</div><aside><dl>${facts.map(([title, value]) => value !== undefined && html`<dt>${title}</dt><dd>${value}</dd>`)}</dl>
<h3>Get it</h3><pre>HF_ENDPOINT=${view.origin} hf download ${view.id}${view.kind === "model" ? "" : ` --repo-type ${view.kind}`}</pre>
<pre>git clone ${view.origin}${addressOf(view)}</pre></aside></div>`;
}

function linked(ids: readonly string[], kind: RepositoryName["kind"]): Html | undefined {
  return ids.length === 0 ? undefined : html`${ids.map((id, index) => html`${index > 0 && ", "}${/^[^/\s]+\/[^/\s]+$/.test(id) ? html`<a href="${addressOf({ kind, id })}">${id}</a>` : id}`)}`;
}

/** `./assets/a.png?x#y` → `assets/a.png`: a card lies at the root, so nothing is above it. */
function stripDots(address: string): string {
  const [path = ""] = address.split(/[?#]/);
  return path.split("/").filter((part) => part !== "." && part !== ".." && part !== "").map(decode).join("/");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
