// Conversations of several answers as token ids, with which of them are trained.
import type { Message } from "../row.ts";
import { renderPieces, type Piece } from "./chat.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** Which answers of a conversation are trained. */
export type TrainOn = "all" | "last";

export const TRAIN_ON: readonly TrainOn[] = ["all", "last"];

export interface EncodedTurns {
  readonly ids: readonly number[];
  /** Whether the token is part of an answer that is trained, its end of turn included. */
  readonly trained: readonly boolean[];
}

/** Turns a text with special tokens into ids; `isFirst` for the beginning of the text, which may get a token of its own. */
type Encode = (text: string, isFirst: boolean) => readonly number[];

/**
 * Encodes a conversation up to the end of its last answer. What is trained ends with the end of the turn; what a template writes after that
 * belongs to the next turn. Where the template writes no end at all, one is added to the last answer.
 * @throws `data.chat_template_unusable`
 */
export function encodeTurns(tokenizer: TextTokenizer, turns: readonly Message[], trainOn: TrainOn, encode: Encode): EncodedTurns {
  const pieces = renderPieces(turns, tokenizer);
  const last = pieces.findLastIndex(({ isAnswer }) => isAnswer);
  const parts = encodePieces(pieces.slice(0, last + 1), encode);
  const isEnd = (id: number | undefined) => id === tokenizer.eotId || id === tokenizer.eosId;
  const ids: number[] = [];
  const trained: boolean[] = [];
  for (const [index, part] of parts.entries()) {
    const end = part.findLastIndex(isEnd);
    const isAnswer = pieces[index]!.isAnswer;
    const kept = index === last && end !== -1 ? part.slice(0, end + 1) : part;
    const isTrained = isAnswer && (trainOn === "all" || index === last);
    // Marks may stand before the end of the turn, which then begins the next piece.
    const followsTrained = !isAnswer && trained.at(-1) === true && !isEnd(ids.at(-1)) && isEnd(part[0]);
    ids.push(...kept);
    trained.push(...kept.map((_, place) => (isTrained ? end === -1 || place <= end : followsTrained && place === 0)));
  }
  if (isEnd(ids.at(-1))) return { ids, trained };
  const after = encode(pieces[last + 1]?.text ?? "", false)[0];
  const end = isEnd(after) ? after! : (tokenizer.eotId ?? tokenizer.eosId);
  return { ids: [...ids, end], trained: [...trained, true] };
}

/**
 * The ids of each piece, all together those of the whole text where its pieces are encoded within it as by themselves. Where a tokenizer
 * joins across their ends, each piece is what the text up to its end adds to the text before it, for that is what a model is asked with.
 */
function encodePieces(pieces: readonly Piece[], encode: Encode): readonly (readonly number[])[] {
  const whole = encode(pieces.map(({ text }) => text).join(""), true);
  const alone = pieces.map(({ text }, index) => encode(text, index === 0));
  const joined = alone.flat();
  if (joined.length === whole.length && joined.every((id, place) => id === whole[place])) return alone;
  const parts: (readonly number[])[] = [];
  let before: readonly number[] = [];
  let text = "";
  for (const [index, piece] of pieces.entries()) {
    text += piece.text;
    const upTo = encode(text, true);
    const continues = before.every((id, place) => id === upTo[place]);
    const part = continues ? upTo.slice(before.length) : alone[index]!;
    parts.push(part);
    before = [...before, ...part];
  }
  return parts;
}

/** The conversation without its earliest exchanges, one more each time: system turns stay, and a question begins it. */
export function* shortenTurns(turns: readonly Message[]): Generator<readonly Message[]> {
  const system = turns.filter(({ role }) => role === "system");
  const others = turns.filter(({ role }) => role !== "system");
  for (let from = 1; from < others.length; from += 1) {
    if (others[from]!.role === "user" && others[from - 1]!.role !== "user") yield [...system, ...others.slice(from)];
  }
}
