// Texts as a BERT reads them: [CLS] text [SEP], or [CLS] first [SEP] second [SEP] with the second marked by token types.
import type { Tokenizer } from "../tokenizer/index.ts";
import { textTooLong } from "./errors.ts";

export interface EncoderSequence {
  readonly ids: readonly number[];
  /** 0 for the first text and what frames it, 1 for the second and its end. */
  readonly types: readonly number[];
}

/** @throws `models.too_long` when the text does not fit and may not be cut at its end */
export function frameOne(path: string, tokenizer: Tokenizer, contextLength: number, text: string, truncate: boolean): EncoderSequence {
  const ids = tokenizer.encode(text);
  const room = contextLength - 2;
  if (ids.length > room && !truncate) throw textTooLong(path, ids.length + 2, contextLength);
  const framed = [tokenizer.bosId ?? 0, ...ids.slice(0, room), endOf(tokenizer)];
  return { ids: framed, types: framed.map(() => 0) };
}

export function framePair(tokenizer: Tokenizer, [first, second]: readonly [readonly number[], readonly number[]]): EncoderSequence {
  const left = [tokenizer.bosId ?? 0, ...first, endOf(tokenizer)];
  const right = [...second, endOf(tokenizer)];
  return { ids: [...left, ...right], types: [...left.map(() => 0), ...right.map(() => 1)] };
}

/**
 * Cuts the longer of two texts at its end until both fit `room` tokens, then both alike, the second keeping an odd one where they end up
 * equal: Hugging Face's `longest_first` (tokenizers, utils/truncation.rs).
 * @throws `models.too_long` when they do not fit and may not be cut
 */
export function fitPair(path: string, first: readonly number[], second: readonly number[], room: number, truncate: boolean): readonly [readonly number[], readonly number[]] {
  const total = first.length + second.length;
  if (total <= room) return [first, second];
  if (!truncate) throw textTooLong(path, total + 3, room + 3);
  const [shorter, longer] = [Math.min(first.length, second.length), Math.max(first.length, second.length)];
  const kept = shorter + shorter > room ? [Math.floor(room / 2), Math.ceil(room / 2)] : [shorter, Math.min(longer, room - shorter)];
  const [ofFirst, ofSecond] = first.length > second.length ? kept.toReversed() : kept;
  return [first.slice(0, ofFirst), second.slice(0, ofSecond)];
}

function endOf(tokenizer: Tokenizer): number {
  return tokenizer.sepId ?? tokenizer.eosId;
}
