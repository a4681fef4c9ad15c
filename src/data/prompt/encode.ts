// Rows as token ids and labels. Only answers and the tokens that end them are trained; a row that is too long loses the beginning of
// its input, never a token of its (last) answer.
import { answerTooLong, specialTokensInRow, type TooLongAnswer } from "../errors.ts";
import { encodeTurns, shortenTurns, type TrainOn } from "./encode-turns.ts";
import type { PromptParts, RenderedRow } from "./prompt-parts.ts";
import { renderPrompt, type PromptFormat } from "./prompt.ts";
import type { Message, Row } from "../row.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** The label of a token that is not trained. */
export const IGNORED_LABEL = -100;

/** `ids` and `labels` are equally long; `labels[i]` is `ids[i]` or -100. The shift by one is the trainer's. */
export interface EncodedExample {
  readonly ids: number[];
  readonly labels: number[];
  /** Tokens of the prompt left out to fit the limit. */
  readonly cutTokens: number;
}

/**
 * Encodes `[bos] prompt completion eos`, at most `maxLength` tokens; for `chat` the last token is the end of the turn.
 * What does not fit is cut from the left of the input, and when that is used up from the left of the prompt. A conversation of several
 * answers loses its earliest exchanges first; `trainOn` says which of its answers are trained, and changes nothing in other rows.
 * @throws `data.answer_too_long` when the answer alone does not fit, `data.special_tokens` when a chat row spells out a special token
 */
export function encodeExample(tokenizer: TextTokenizer, row: Row, format: PromptFormat, maxLength: number, trainOn: TrainOn = "all"): EncodedExample {
  const example = tryEncode(tokenizer, row, format, maxLength, trainOn);
  if ("answerTokens" in example) throw answerTooLong([example], 1, maxLength);
  return example;
}

/** All rows encoded, with what was cut. */
export interface EncodedRows {
  readonly examples: readonly EncodedExample[];
  /** Rows that lost a part of their input. */
  readonly cutRows: number;
  readonly cutTokens: number;
}

/** Encodes every row in order. @throws `data.answer_too_long` naming all rows whose answer alone does not fit (row numbers from 1), `data.special_tokens` */
export function encodeExamples(tokenizer: TextTokenizer, rows: readonly Row[], format: PromptFormat, maxLength: number, trainOn: TrainOn = "all"): EncodedRows {
  const examples: EncodedExample[] = [];
  const tooLong: TooLongAnswer[] = [];
  for (const [index, row] of rows.entries()) {
    const example = tryEncode(tokenizer, row, format, maxLength, trainOn);
    if ("answerTokens" in example) tooLong.push({ ...example, rowNumber: index + 1 });
    else examples.push(example);
  }
  if (tooLong.length > 0) throw answerTooLong(tooLong, rows.length, maxLength);
  const cut = examples.filter((example) => example.cutTokens > 0);
  return { examples, cutRows: cut.length, cutTokens: cut.reduce((sum, example) => sum + example.cutTokens, 0) };
}

/** The ids a model is asked with: the prompt of {@link encodeExample}, without answer or limit. */
export function encodePrompt(tokenizer: TextTokenizer, row: PromptParts, format: PromptFormat): number[] {
  const { prompt } = renderPrompt(row, format, tokenizer);
  return promptIdsOf(tokenizer, prompt, format);
}

function tryEncode(tokenizer: TextTokenizer, row: Row, format: PromptFormat, maxLength: number, trainOn: TrainOn): EncodedExample | TooLongAnswer {
  if (format === "chat") requireNoSpecialTokens(tokenizer, row);
  if (format === "chat" && row.messages !== undefined) return tryEncodeTurns(tokenizer, row.id, row.messages, maxLength, trainOn);
  const whole = encodeRendered(tokenizer, renderPrompt(row, format, tokenizer), format);
  const length = whole.prompt.length + whole.answer.length;
  const bos = startsWithBos(tokenizer, whole.prompt) ? 1 : 0;
  if (whole.answer.length + bos > maxLength) return { id: row.id, answerTokens: whole.answer.length };
  const fitted = length <= maxLength ? whole : cutInput(tokenizer, row, format, maxLength, length - maxLength);
  const room = maxLength - fitted.answer.length;
  const prompt = fitted.prompt.length <= room ? fitted.prompt : [...fitted.prompt.slice(0, bos), ...fitted.prompt.slice(fitted.prompt.length - (room - bos))];
  return {
    ids: [...prompt, ...fitted.answer],
    labels: [...prompt.map(() => IGNORED_LABEL), ...fitted.answer],
    cutTokens: length - prompt.length - fitted.answer.length,
  };
}

/** The most of a conversation that fits, from its end. */
function tryEncodeTurns(tokenizer: TextTokenizer, id: string, turns: readonly Message[], maxLength: number, trainOn: TrainOn): EncodedExample | TooLongAnswer {
  const encode = (text: string, isFirst: boolean) => (isFirst ? promptIdsOf(tokenizer, text, "chat") : encodeAs(tokenizer, text, "chat"));
  const whole = encodeTurns(tokenizer, turns, trainOn, encode);
  let { ids, trained } = whole;
  for (const fewer of ids.length > maxLength ? shortenTurns(turns) : []) {
    ({ ids, trained } = encodeTurns(tokenizer, fewer, trainOn, encode));
    if (ids.length <= maxLength) break;
  }
  const answerTokens = ids.length - 1 - trained.lastIndexOf(false);
  const bos = startsWithBos(tokenizer, ids) ? 1 : 0;
  if (answerTokens + bos > maxLength) return { id, answerTokens };
  const from = ids.length <= maxLength ? bos : ids.length - (maxLength - bos);
  const kept = [...ids.slice(0, bos), ...ids.slice(from)];
  const keptTrained = [...trained.slice(0, bos), ...trained.slice(from)];
  return { ids: kept, labels: kept.map((token, place) => (keptTrained[place] === true ? token : IGNORED_LABEL)), cutTokens: whole.ids.length - kept.length };
}

interface EncodedParts {
  readonly prompt: readonly number[];
  /** Completion and the token that ends it. */
  readonly answer: readonly number[];
}

/** Leaves out tokens at the beginning of the input until the row fits or the input is used up. */
function cutInput(tokenizer: TextTokenizer, row: Row, format: PromptFormat, maxLength: number, surplus: number): EncodedParts {
  const inputIds = tokenizer.encode(row.input);
  for (let cut = surplus; cut < inputIds.length; ) {
    // A cut through a character of several tokens decodes to replacement characters, which are left out as well.
    const input = tokenizer.decode(inputIds.slice(cut)).replace(/^\uFFFD+/u, "").trimStart();
    const parts = encodeRendered(tokenizer, renderPrompt({ ...row, input }, format, tokenizer), format);
    const over = parts.prompt.length + parts.answer.length - maxLength;
    if (over <= 0) return parts;
    cut += over;
  }
  return encodeRendered(tokenizer, renderPrompt({ ...row, input: "" }, format, tokenizer), format);
}

/**
 * The prompt is encoded by itself, because that is what a model is asked with; the answer is encoded as it continues the prompt where
 * the tokenizer allows it, so that a tokenizer which marks the start of a text does not mark the answer.
 */
function encodeRendered(tokenizer: TextTokenizer, rendered: RenderedRow, format: PromptFormat): EncodedParts {
  const prompt = promptIdsOf(tokenizer, rendered.prompt, format);
  const whole = promptIdsOf(tokenizer, rendered.prompt + rendered.completion, format);
  const continues = prompt.every((id, index) => whole[index] === id);
  const answer = continues ? whole.slice(prompt.length) : encodeAs(tokenizer, rendered.completion, format);
  return { prompt, answer: withEnd(tokenizer, answer, format) };
}

function promptIdsOf(tokenizer: TextTokenizer, text: string, format: PromptFormat): number[] {
  const ids = encodeAs(tokenizer, text, format);
  return tokenizer.addBos && tokenizer.bosId !== undefined && ids[0] !== tokenizer.bosId ? [tokenizer.bosId, ...ids] : ids;
}

function encodeAs(tokenizer: TextTokenizer, text: string, format: PromptFormat): number[] {
  return format === "chat" ? tokenizer.encodeWithSpecial(text) : tokenizer.encode(text);
}

/** Ends the answer with exactly one end token; what a template writes after it (a newline) belongs to the next turn. */
function withEnd(tokenizer: TextTokenizer, answer: readonly number[], format: PromptFormat): number[] {
  if (format !== "chat") return [...answer, tokenizer.eosId];
  const end = answer.findLastIndex((id) => id === tokenizer.eotId || id === tokenizer.eosId);
  return end === -1 ? [...answer, tokenizer.eotId ?? tokenizer.eosId] : answer.slice(0, end + 1);
}

function startsWithBos(tokenizer: TextTokenizer, ids: readonly number[]): boolean {
  return tokenizer.bosId !== undefined && ids[0] === tokenizer.bosId;
}

/** A chat prompt is read with its special tokens, so a row that spells one out could end its own turn. */
function requireNoSpecialTokens(tokenizer: TextTokenizer, row: Row): void {
  const turns = row.messages?.map(({ content }, index): readonly [string, string] => [`messages[${index}]`, content]);
  const fields = ["system", "instruction", "input", "output"] as const;
  for (const [field, text] of turns ?? fields.map((name) => [name, row[name] ?? ""] as const)) {
    const plain = tokenizer.encode(text);
    const parsed = tokenizer.encodeWithSpecial(text);
    if (plain.length !== parsed.length || plain.some((id, index) => id !== parsed[index])) throw specialTokensInRow(row.id, field);
  }
}
