// Text that is safe to send to a browser: whatever is put between the quasis is escaped, unless it is such text already.

export interface Html {
  readonly html: string;
}

type Piece = Html | string | number | undefined | false | readonly Piece[];

/** `` html`<b>${name}</b>` ``; lists are joined, `undefined` and `false` leave nothing. */
export function html(quasis: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: quasis.map((quasi, index) => quasi + (index < pieces.length ? show(pieces[index]) : "")).join("") };
}

/** Markup from a source that made it safe. */
export function rawHtml(markup: string): Html {
  return { html: markup };
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

function show(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (typeof piece === "string" || typeof piece === "number") return escapeHtml(String(piece));
  return "html" in piece ? piece.html : piece.map(show).join("");
}
