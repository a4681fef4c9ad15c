import { addressOf, type RepositoryName } from "./addresses.ts";
import { html, type Html } from "./html.ts";
import { formatMoment } from "./layout.ts";

export interface ListedRepository extends RepositoryName {
  readonly isPrivate: boolean;
  readonly seconds: number;
  readonly tags: readonly string[];
}

export function renderList(title: string, repositories: readonly ListedRepository[], empty: string): Html {
  return html`<h2>${title}</h2>${
    repositories.length === 0
      ? html`<p class="soft">${empty}</p>`
      : html`<table><tbody>${repositories.map((one) => html`<tr><td><a href="${addressOf(one)}">${one.id}</a>${one.isPrivate && html` <span class="tag private">private</span>`}<br>${one.tags.slice(0, 6).map((tag) => html`<span class="tag">${tag}</span>`)}</td><td class="soft">${formatMoment(one.seconds)}</td></tr>`)}</tbody></table>`
  }`;
}

/** For somebody who sees this hub for the first time. */
export function renderWelcome(origin: string): Html {
  return html`<h1>A hub of your own</h1><p>Clients of the Hugging Face Hub work with it unchanged:</p>
<pre>export HF_ENDPOINT=${origin} HF_TOKEN=…
hf upload me/my-model ./outputs/adapter
hf download me/my-model</pre>`;
}
