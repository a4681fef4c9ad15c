// Cards and texts as a browser shows them. Markup in them is shown as text, never carried out; links that run something are no links.
import MarkdownIt from "markdown-it";
import type Token from "markdown-it/lib/token.mjs";
import { html, rawHtml, type Html } from "./html.ts";

/** Longer texts take a parser seconds: they are shown as they stand. */
const LONGEST = 512 * 1024;
const parser = new MarkdownIt({ html: false, linkify: true });

/**
 * Markdown as HTML (CommonMark, tables, bare addresses). `resolve` turns an address relative to the repository into one of this hub; addresses
 * with a scheme and `#…` stay.
 */
export function renderMarkdown(text: string, resolve: (address: string, of: "link" | "image") => string): Html {
  if (text.length > LONGEST) return html`<pre>${text}</pre>`;
  const tokens = parser.parse(text, {});
  for (const token of everyToken(tokens)) {
    const [attribute, of] = token.type === "image" ? (["src", "image"] as const) : token.type === "link_open" ? (["href", "link"] as const) : [];
    const address = attribute === undefined ? null : token.attrGet(attribute);
    if (attribute === undefined || of === undefined || address === null) continue;
    if (isRelative(address)) token.attrSet(attribute, resolve(address, of));
    else if (of === "link") token.attrSet("rel", "nofollow noreferrer");
  }
  return rawHtml(parser.renderer.render(tokens, parser.options, {}));
}

/** A README without the YAML at its head. */
export function withoutHead(readme: string): string {
  return readme.replace(/^\uFEFF?---[ \t]*\r?\n[\s\S]{0,1048576}?\r?\n---[ \t]*(?:\r?\n|$)/, "");
}

function isRelative(address: string): boolean {
  return !/^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i.test(address);
}

function* everyToken(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    yield token;
    if (token.children !== null) yield* everyToken(token.children);
  }
}
