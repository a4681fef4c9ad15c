// WordPiece vocabularies in GGUF: the mark moves from tokens that continue a word ("##ing") to tokens that begin one ("▁take").
// Source: conversion/bert.py and src/llama-vocab.cpp (llm_tokenizer_wpm_session) of the pinned llama.cpp release.
import { unsupportedTokenizer } from "./errors.ts";
import { isFields } from "./parse.ts";
import type { TokenizerJson, WordPieceJson } from "./types.ts";

const BEGINS = "▁";
const CONTINUES = "##";

export interface WordPieceNormalizer {
  readonly lowercase: boolean;
  readonly stripAccents: boolean;
}

export function toPhantomSpace(token: string, { continuing_subword_prefix: continues = CONTINUES }: WordPieceJson): string {
  return token.startsWith(continues) ? token.slice(continues.length) : BEGINS + token;
}

export function fromPhantomSpace(token: string): string {
  return token.startsWith(BEGINS) ? token.slice(BEGINS.length) : CONTINUES + token;
}

/** What GGUF can say of a BERT's normalizer; the rest (control characters, Chinese characters, punctuation) llama.cpp always does. @throws `tokenizer.unsupported` */
export function readWordPieceNormalizer(where: string, { normalizer, pre_tokenizer: split }: TokenizerJson): WordPieceNormalizer {
  const isBert = isFields(normalizer) && normalizer["type"] === "BertNormalizer" && normalizer["clean_text"] !== false && normalizer["handle_chinese_chars"] !== false;
  if (!isBert) throw unsupportedTokenizer(where, `it prepares text with ${JSON.stringify(normalizer)}, which GGUF cannot express`);
  if (!isFields(split) || split["type"] !== "BertPreTokenizer") throw unsupportedTokenizer(where, `it splits words with ${JSON.stringify(split)}, which GGUF cannot express`);
  const lowercase = normalizer["lowercase"] !== false;
  return { lowercase, stripAccents: typeof normalizer["strip_accents"] === "boolean" ? normalizer["strip_accents"] : lowercase };
}

/** The parts of a tokenizer.json that splits as a BERT does. */
export function wordPieceJson(vocab: Readonly<Record<string, number>>, unknown: string, { lowercase, stripAccents }: WordPieceNormalizer): Pick<TokenizerJson, "model" | "normalizer" | "pre_tokenizer" | "decoder"> {
  return {
    model: { type: "WordPiece", unk_token: unknown, continuing_subword_prefix: CONTINUES, max_input_chars_per_word: 100, vocab },
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: stripAccents, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: CONTINUES, cleanup: true },
  };
}
