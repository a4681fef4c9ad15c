import { addressOf, type RepositoryName } from "./addresses.ts";
import { html, type Html } from "./html.ts";

export type Tab = "card" | "files" | "history" | "lineage" | "discussions";

export interface RepositoryHead extends RepositoryName {
  readonly isPrivate: boolean;
  readonly isGated: boolean;
  readonly likes: number;
  readonly tags: readonly string[];
  /** That is looked at: a branch, a tag or a commit. */
  readonly revision: string;
}

const MOST_TAGS = 40;

/** Name, tags and tabs of a repository around one of its pages. */
export function frameRepository(head: RepositoryHead, tab: Tab, body: Html): Html {
  const [owner = "", name = ""] = head.id.split("/");
  const tabs: readonly (readonly [Tab, string, string])[] = [
    ["card", "Card", addressOf(head)],
    ["files", "Files", addressOf(head, "tree", head.revision)],
    ["history", "History", addressOf(head, "commits", head.revision)],
    ["lineage", "Lineage", addressOf(head, "lineage")],
    ["discussions", "Discussions", addressOf(head, "discussions")],
  ];
  return html`<h1>${head.kind !== "model" && html`<small>${head.kind} </small>`}<a href="/${encodeURIComponent(owner)}">${owner}</a> / <a href="${addressOf(head)}">${name}</a>
${head.isPrivate && html` <span class="tag private">private</span>`}${head.isGated && html` <span class="tag">gated</span>`}${head.likes > 0 && html` <small>♥ ${head.likes}</small>`}</h1>
<div>${head.tags.slice(0, MOST_TAGS).map((tag) => html`<a class="tag" href="/${head.kind}s?filter=${encodeURIComponent(tag)}">${tag}</a>`)}</div>
<nav>${tabs.map(([key, title, address]) => html`<a href="${address}"${key === tab && html` aria-current="page"`}>${title}</a>`)}</nav>
${body}`;
}
