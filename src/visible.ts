// Text of others (names of files, columns, messages, what a model says) is written out before it is printed: printing it prints nothing else.

/** Controls, separators of lines and paragraphs, marks that turn the direction of writing, marks nobody sees. Joiners stay: Persian, Hindi and emoji need them. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0001}-\u{e007f}]/gu;
const HALF = /\p{Cs}/gu;

/** A text in one line with everything that moves, colours, hides or turns written out, halves of surrogate pairs too: `\n`, `\t`, `\x1b`, `\u202e`, `\u{e0041}`. */
export function visibleText(text: string): string {
  return text.replaceAll(UNSEEN, spellOut).replaceAll(HALF, spellOut);
}

/** The same for text of many lines that arrives in pieces: newlines and tabs stay, and halves, whose other half may follow. */
export function visibleLines(text: string): string {
  return text.replaceAll(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : spellOut(character)));
}

function spellOut(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`;
}
