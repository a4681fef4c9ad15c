import type { HubDiscussion, HubDiscussionEvent } from "../../records/index.ts";
import { addressOf, type RepositoryName } from "./addresses.ts";
import { html, type Html } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";

export function renderDiscussions(name: RepositoryName, discussions: readonly HubDiscussion[]): Html {
  if (discussions.length === 0) return html`<p class="soft">Nothing was discussed yet.</p>`;
  return html`<table><tbody>${discussions.map(({ number, title, author, status, created_at, pull_request }) => html`<tr><td><a href="${addressOf(name, "discussions", number)}">#${number} ${title}</a></td>
<td>${pull_request === undefined ? "discussion" : "pull request"}, ${status}</td><td>${author}</td><td class="soft">${created_at.slice(0, 10)}</td></tr>`)}</tbody></table>`;
}

export function renderDiscussion(name: RepositoryName, { number, title, status, pull_request, events }: HubDiscussion): Html {
  return html`<h2>${title} <small class="soft">#${number}</small></h2><p><span class="tag">${status}</span>${pull_request !== undefined && html` into ${pull_request.base.replace(/^refs\/heads\//, "")} · <a href="${addressOf(name, "tree", `refs/pr/${number}`)}">files</a>`}</p>
${events.map((event) => html`<p class="soft">${event.author}, ${event.created_at.slice(0, 16).replace("T", " ")} UTC</p>${describe(name, event)}`)}`;
}

function describe(name: RepositoryName, event: HubDiscussionEvent): Html {
  if (event.type === "comment") return event.hidden ? html`<p class="soft">This comment is hidden.</p>` : html`<div class="card">${renderMarkdown(event.text, (address) => addressOf(name, "blob", "main", address))}</div>`;
  if (event.type === "status-change") return html`<p>is now ${event.status}</p>`;
  if (event.type === "title-change") return html`<p>${event.from} → ${event.to}</p>`;
  return html`<p><a href="${addressOf(name, "commit", event.oid)}"><code>${event.oid.slice(0, 8)}</code></a> ${event.subject}</p>`;
}
