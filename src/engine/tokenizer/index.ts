export { createTokenizer, withChatTemplate } from "./create.ts";
export { loadTokenizerDirectory, writeTokenizerFiles } from "./directory.ts";
export { tokenizerFromGguf, type MetadataLike } from "./from-gguf.ts";
export { parseTokenizerJson } from "./parse.ts";
export { ggufTokenizerMetadata } from "./to-gguf.ts";
export type { AddedTokenJson, BpeJson, Tokenizer, TokenizerDefinition, TokenizerJson, WordPieceJson } from "./types.ts";
