import type { Tokenizer } from "../../engine/tokenizer/index.ts";

/** What this room needs of a tokenizer. */
export type TextTokenizer = Pick<Tokenizer, "eosId" | "eotId" | "bosId" | "addBos" | "chatTemplate" | "encode" | "encodeWithSpecial" | "tokenText"> & {
  decode(ids: readonly number[]): string;
};
