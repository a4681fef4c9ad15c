export type { AddedTokenJson, BpeJson, Tokenizer, TokenizerDefinition, TokenizerJson } from "./types.ts";
