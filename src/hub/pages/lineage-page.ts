import { addressOf, type RepositoryName } from "./addresses.ts";
import { renderEvaluation, type EvaluationRow } from "./evaluation-table.ts";
import { html, type Html } from "./html.ts";
import type { Lineage, LineageNode } from "./lineage.ts";

/** Base model ← adapter ← quantized, with datasets and the table of evaluations. */
export function renderLineage(name: RepositoryName, lineage: Lineage, evaluations: readonly EvaluationRow[]): Html {
  const { bases, derived, datasets, usedBy } = lineage;
  const here: Html = html`<li><span class="here">${name.id}</span>${derived.length > 0 && branch(derived)}</li>`;
  const trees = bases.length === 0 ? [html`<ul class="tree">${here}</ul>`] : bases.map((chain) => chain.reduceRight<Html>((below, node) => html`<ul class="tree"><li>${describe(node, "model")}${below}</li></ul>`, html`<ul class="tree">${here}</ul>`));
  return html`<h2>Models</h2>${trees}
${datasets.length > 0 && html`<h2>Datasets</h2><ul class="tree">${datasets.map((node) => html`<li>${describe(node, "dataset")}</li>`)}</ul>`}
${usedBy.length > 0 && html`<h2>Models trained on it</h2><ul class="tree">${usedBy.map((node) => html`<li>${describe(node, "model")}</li>`)}</ul>`}
${name.kind === "model" && html`<h2>Evaluation</h2>${renderEvaluation(evaluations)}`}`;
}

function branch(nodes: readonly LineageNode[]): Html {
  return html`<ul class="tree">${nodes.map((node) => html`<li>${describe(node, "model")}${node.children.length > 0 && branch(node.children)}</li>`)}</ul>`;
}

function describe({ id, relation, isHere }: LineageNode, kind: RepositoryName["kind"]): Html {
  return html`${isHere ? html`<a href="${addressOf({ kind, id })}">${id}</a>` : html`${id} <span class="soft">(not on this hub)</span>`}${relation !== undefined && html` <span class="tag">${relation}</span>`}`;
}
