// HTML as values: whatever is put into a template is escaped, unless it was made by the template itself.

/** Text that is HTML already. */
export interface Markup {
  readonly markup: string;
}

export type Content = string | number | Markup | undefined | null | false | readonly Content[];

/** A template whose holes are escaped; undefined, null and false vanish, lists are joined. */
export function html(texts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { markup: texts.map((text, index) => text + (index < contents.length ? render(contents[index]) : "")).join("") };
}

/** Escapes text for element content and quoted attributes. Characters that HTML forbids are replaced. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
}

function render(content: Content): string {
  if (content === undefined || content === null || content === false) return "";
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return String(content);
  return "markup" in content ? content.markup : content.map(render).join("");
}
