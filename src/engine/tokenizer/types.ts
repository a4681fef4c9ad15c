/** Text to token ids and back. Ids are positions in the vocabulary, 0-based. */
export interface Tokenizer {
  /** One more than the highest id. */
  readonly vocabSize: number;
  readonly bosId?: number;
  /** End of text. */
  readonly eosId: number;
  /** End of a turn in a chat, when the vocabulary has such a token. */
  readonly eotId?: number;
  /** Never equal to `eosId` or `eotId`; absent when the vocabulary has no other token fit for padding. */
  readonly padId?: number;
  /** What stands between two texts and ends the last ([SEP] of a BERT); equal to `eosId` there. */
  readonly sepId?: number;
  readonly maskId?: number;
  /** Whether a text starts with `bosId` at inference. */
  readonly addBos: boolean;
  /** Whether the tokenizer itself ends a text with `eosId`. */
  readonly addEos: boolean;
  /** Jinja source. */
  readonly chatTemplate?: string;
  /** No special token is added, and text that looks like a special token is encoded as text. */
  encode(text: string): number[];
  /** No special token is added; the text of a special token becomes that token. */
  encodeWithSpecial(text: string): number[];
  /** As `encodeWithSpecial`, within the tokens that the tokenizer itself puts around a text (a start token; [CLS] … [SEP]). */
  encodeFramed(text: string): number[];
  /** The text of the ids; special tokens are shown as their text unless `skipSpecial`. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** The text of one token as it stands within a text (leading space kept); bytes that are not UTF-8 become U+FFFD. */
  tokenText(id: number): string;
  /** Whether the id is a control token (begin, end, padding…). */
  isSpecial(id: number): boolean;
  /** SHA-256 over vocabulary, merges and special tokens. */
  readonly digest: string;
  /** The two files it is made of, as JSON values. */
  readonly definition: TokenizerDefinition;
}

/** The tokenizer in the ecosystem's own form. */
export interface TokenizerDefinition {
  /** `tokenizer.json` (Hugging Face tokenizers). */
  readonly tokenizer: TokenizerJson;
  /** `tokenizer_config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
  readonly special?: boolean;
}

/** A `tokenizer.json` whose model is BPE (Llama, Mistral, Qwen) or WordPiece (BERT). */
export interface TokenizerJson {
  readonly version: string;
  readonly added_tokens: readonly AddedTokenJson[];
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
  readonly model: BpeJson | WordPieceJson;
}

export interface BpeJson {
  readonly type: "BPE";
  readonly unk_token?: string | null;
  readonly fuse_unk?: boolean;
  readonly byte_fallback?: boolean;
  readonly ignore_merges?: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  /** `"a b"`, or `["a", "b"]` in files written since 2024. */
  readonly merges: readonly string[] | readonly (readonly [string, string])[];
}

export interface WordPieceJson {
  readonly type: "WordPiece";
  readonly unk_token: string;
  /** What begins a token that continues a word. Default "##". */
  readonly continuing_subword_prefix?: string;
  readonly max_input_chars_per_word?: number;
  readonly vocab: Readonly<Record<string, number>>;
}
