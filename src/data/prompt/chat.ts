// Rows as conversations, through the chat template of the tokenizer.
import { chatTemplateUnusable } from "../errors.ts";
import type { Message } from "../row.ts";
import { renderMarked, renderTemplate } from "./chat-template.ts";
import { joinParts, type PromptParts, type RenderedRow } from "./prompt-parts.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** A part of a rendered conversation: an answer of the assistant, or what stands between two of them. */
export interface Piece {
  readonly text: string;
  readonly isAnswer: boolean;
}

/** The turns of a row: its own, or one question and one answer. */
export function turnsOf(row: PromptParts, output: string): readonly Message[] {
  if (row.messages !== undefined) return row.messages;
  const system: readonly Message[] = row.system === undefined || row.system === "" ? [] : [{ role: "system", content: row.system }];
  return [...system, { role: "user", content: joinParts(row.instruction, row.input) }, { role: "assistant", content: output }];
}

/** The last answer is the completion, all before it the prompt. @throws `data.chat_template_missing`, `data.chat_template_unusable` */
export function renderChat(row: PromptParts, output: string, tokenizer: TextTokenizer): RenderedRow {
  const turns = turnsOf(row, output);
  const asked = turns.slice(0, -1);
  const whole = renderTemplate(tokenizer, turns, false);
  const prompt = renderTemplate(tokenizer, asked, true);
  if (whole.startsWith(prompt)) return { prompt, completion: whole.slice(prompt.length) };
  const pieces = cutAtMarks(tokenizer, turns, whole);
  const last = pieces?.findLastIndex(({ isAnswer }) => isAnswer) ?? -1;
  if (pieces === undefined || last === -1) throw unstable();
  const textOf = (some: readonly Piece[]) => some.map(({ text }) => text).join("");
  return { prompt: textOf(pieces.slice(0, last)), completion: textOf(pieces.slice(last)) };
}

/**
 * All answers of a conversation and what stands between them; the texts joined are the whole conversation. An answer begins where the turns
 * before it, rendered for an answer to follow, end, and it ends where the turns up to it end. A template that renders earlier turns
 * otherwise once more follow is cut at its `{% generation %}` marks.
 * @throws `data.chat_template_missing`, `data.chat_template_unusable`
 */
export function renderPieces(turns: readonly Message[], tokenizer: TextTokenizer): readonly Piece[] {
  const whole = renderTemplate(tokenizer, turns, false);
  const pieces: Piece[] = [];
  let from = 0;
  for (const [index, { role }] of turns.entries()) {
    if (role !== "assistant") continue;
    const prompt = renderTemplate(tokenizer, turns.slice(0, index), true);
    const answered = index === turns.length - 1 ? whole : renderTemplate(tokenizer, turns.slice(0, index + 1), false);
    if (prompt.length < from || !answered.startsWith(prompt) || !whole.startsWith(answered)) {
      const marked = cutAtMarks(tokenizer, turns, whole);
      if (marked === undefined) throw unstable(index + 1);
      return marked;
    }
    pieces.push({ text: whole.slice(from, prompt.length), isAnswer: false }, { text: whole.slice(prompt.length, answered.length), isAnswer: true });
    from = answered.length;
  }
  return [...pieces, { text: whole.slice(from), isAnswer: false }].filter(({ text }) => text !== "");
}

/** Undefined without marks, or when the marks are part of the text that is rendered. */
function cutAtMarks(tokenizer: TextTokenizer, turns: readonly Message[], whole: string): readonly Piece[] | undefined {
  const marked = renderMarked(tokenizer, turns);
  if (marked === undefined || marked.map(({ text }) => text).join("") !== whole) return undefined;
  const pieces = marked.filter(({ text }) => text !== "").map(({ text, isMarked }) => ({ text, isAnswer: isMarked }));
  return pieces.some(({ isAnswer }) => isAnswer) ? pieces : undefined;
}

function unstable(turn?: number) {
  const where = turn === undefined ? "the prompt is" : `turn ${turn} changes what is written before or after it: the prompt is`;
  return chatTemplateUnusable(`${where} not the beginning of the whole conversation, and the template has no {% generation %} marks`);
}
