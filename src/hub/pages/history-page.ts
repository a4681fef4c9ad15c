import { addressOf, type RepositoryName } from "./addresses.ts";
import { html, type Html } from "./html.ts";
import { formatMoment } from "./layout.ts";

export interface CommitRow {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly seconds: number;
  /** Tags and branches that are at it. */
  readonly references: readonly string[];
}

export interface HistoryView extends RepositoryName {
  readonly revision: string;
  readonly commits: readonly CommitRow[];
  /** There are older ones than the last of `commits`. */
  readonly hasMore: boolean;
}

export function renderHistory(view: HistoryView): Html {
  const last = view.commits.at(-1);
  return html`<table><thead><tr><th>Commit</th><th>What</th><th>Who</th><th>When</th></tr></thead><tbody>
${view.commits.map(({ id, title, author, seconds, references }) => html`<tr><td><a href="${addressOf(view, "commit", id)}"><code>${id.slice(0, 8)}</code></a></td><td><a href="${addressOf(view, "tree", id)}">${title}</a> ${references.map((name) => html`<span class="tag">${name}</span>`)}</td><td>${author}</td><td class="soft">${formatMoment(seconds)}</td></tr>`)}</tbody></table>
${view.hasMore && last !== undefined && html`<p><a href="${addressOf(view, "commits", view.revision)}?after=${last.id}">Older</a></p>`}`;
}

export interface ChangedFile {
  readonly path: string;
  readonly change: "added" | "changed" | "deleted";
}

export interface CommitView extends RepositoryName {
  readonly commit: CommitRow;
  readonly parents: readonly string[];
  readonly files: readonly ChangedFile[];
  /** That are not listed. */
  readonly more: number;
}

export function renderCommit(view: CommitView): Html {
  const { commit, parents, files, more } = view;
  return html`<h2>${commit.title}</h2>${commit.body !== "" && html`<pre>${commit.body}</pre>`}
<p class="soft">${commit.author}, ${formatMoment(commit.seconds)} UTC, <code>${commit.id}</code>${parents.map((id) => html`, from <a href="${addressOf(view, "commit", id)}"><code>${id.slice(0, 8)}</code></a>`)}
${commit.references.map((name) => html` <span class="tag">${name}</span>`)} · <a href="${addressOf(view, "tree", commit.id)}">files</a></p>
<table><tbody>${files.map(({ path, change }) => html`<tr><td class="soft">${change}</td><td>${change === "deleted" ? path : html`<a href="${addressOf(view, "blob", commit.id, path)}">${path}</a>`}</td></tr>`)}</tbody></table>
${more > 0 && html`<p class="soft">and ${more} more</p>`}`;
}
