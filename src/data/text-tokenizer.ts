/** What this room needs of a tokenizer: a part of the engine's. */
export interface TextTokenizer {
  readonly eosId: number;
  /** End of a turn, where it is another token than the end of the text. */
  readonly eotId?: number;
  readonly bosId?: number;
  /** Whether a sequence starts with `bosId`. */
  readonly addBos: boolean;
  /** Jinja source. */
  readonly chatTemplate?: string;
  /** Adds no special token and reads none in the text. */
  encode(text: string): number[];
  /** Reads special tokens that are spelled out in the text. */
  encodeWithSpecial(text: string): number[];
  decode(ids: readonly number[]): string;
  tokenText(id: number): string;
}
