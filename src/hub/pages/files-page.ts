import { addressOf, type RepositoryName } from "./addresses.ts";
import { html, type Html } from "./html.ts";
import { formatBytes, formatMoment } from "./layout.ts";
import { renderMarkdown, withoutHead } from "./markdown.ts";

export interface FilesView extends RepositoryName {
  readonly revision: string;
  /** Names of branches and tags. */
  readonly revisions: readonly string[];
  /** "" is the root. */
  readonly path: string;
  readonly entries: readonly FileRow[];
  /** That are not listed. */
  readonly more: number;
}

export interface FileRow {
  readonly path: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  readonly isLarge: boolean;
  readonly commit?: { readonly id: string; readonly title: string; readonly seconds: number };
}

/** A folder: folders first. */
export function renderFiles(view: FilesView): Html {
  const rows = [...view.entries].sort((a, b) => Number(b.isFolder) - Number(a.isFolder));
  return html`${crumbs(view)}${revisions(view)}
<table><thead><tr><th>Name</th><th class="number">Size</th><th>Last commit</th><th>When</th></tr></thead><tbody>
${rows.map(({ path, isFolder, sizeBytes, isLarge, commit }) => html`<tr><td><a href="${addressOf(view, isFolder ? "tree" : "blob", view.revision, path)}">${nameOf(path)}${isFolder && "/"}</a></td>
<td class="number">${!isFolder && html`<a href="${addressOf(view, "resolve", view.revision, path)}?download=true">${formatBytes(sizeBytes)}</a>${isLarge && html` <span class="soft">LFS</span>`}`}</td>
<td>${commit && html`<a href="${addressOf(view, "commit", commit.id)}">${commit.title}</a>`}</td><td class="soft">${commit && formatMoment(commit.seconds)}</td></tr>`)}</tbody></table>
${view.more > 0 && html`<p class="soft">and ${view.more} more</p>`}`;
}

export interface FileView extends RepositoryName {
  readonly revision: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of a large file's content. */
  readonly oid?: string;
  /** Of a file that is small enough and text. */
  readonly text?: string;
}

export function renderFile(view: FileView): Html {
  const { text, path, revision, oid } = view;
  const resolve = (address: string, of: "link" | "image") => addressOf(view, of === "image" ? "resolve" : "blob", revision, ...path.split("/").slice(0, -1), address.replace(/^\.\//, ""));
  const shown = text === undefined ? html`<p>This file is not shown: it is no text, or too long.</p>` : /\.(md|markdown)$/i.test(path) ? html`<div class="card">${renderMarkdown(withoutHead(text), resolve)}</div>` : lines(text);
  return html`${crumbs(view)}<p><a href="${addressOf(view, "resolve", revision, path)}?download=true">Download</a> <span class="soft">${formatBytes(view.sizeBytes)}${oid !== undefined && html`, sha256 <code>${oid}</code>`}</span></p>${shown}`;
}

function lines(text: string): Html {
  return html`<table class="code"><tbody>${text.replace(/\r?\n$/, "").split(/\r?\n/).map((line, index) => html`<tr><td class="line">${index + 1}</td><td>${line}</td></tr>`)}</tbody></table>`;
}

function crumbs(view: RepositoryName & { readonly revision: string; readonly path: string }): Html {
  const parts = view.path.split("/").filter((part) => part !== "");
  return html`<p><a href="${addressOf(view, "tree", view.revision)}">${view.revision}</a>${parts.map((part, index) => html` / ${index === parts.length - 1 ? part : html`<a href="${addressOf(view, "tree", view.revision, ...parts.slice(0, index + 1))}">${part}</a>`}`)}</p>`;
}

function revisions(view: FilesView): Html {
  return html`<p>${view.revisions.map((name) => html`<a class="tag" href="${addressOf(view, "tree", name)}">${name}</a>`)}</p>`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
