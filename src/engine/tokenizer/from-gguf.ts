// The tokenizer in GGUF metadata, as the tokenizer.json it was (or could have been) made from.
// Source of keys and token types: gguf-py/gguf/constants.py and src/llama-vocab.cpp of the pinned llama.cpp release.
import { templatesJson } from "./chat-templates.ts";
import { createTokenizer } from "./create.ts";
import { brokenTokenizer, preTokenizerUnknown, unsupportedTokenizer } from "./errors.ts";
import { findRuleByName, PRE_TOKENIZER_RULES, preTokenizerJson } from "./pre-tokenizers.ts";
import { mergesFromScores } from "./spm.ts";
import { TOKEN_TYPES } from "./token-types.ts";
import { fromPhantomSpace, wordPieceJson } from "./word-piece.ts";
import type { AddedTokenJson, BpeJson, Tokenizer, TokenizerDefinition, TokenizerJson } from "./types.ts";

/** GGUF metadata, as far as this room needs to know it. */
export type MetadataLike = ReadonlyMap<string, { readonly type: string; readonly value: unknown }>;

/** @throws `tokenizer.unsupported`, `tokenizer.broken`, `tokenizer.pre_unknown`, `tokenizer.eos_missing` */
export function tokenizerFromGguf(metadata: MetadataLike, where = "the GGUF file"): Tokenizer {
  return createTokenizer(where, definitionFromGguf(metadata, where));
}

interface Vocabulary {
  readonly where: string;
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly metadata: MetadataLike;
}

function definitionFromGguf(metadata: MetadataLike, where: string): TokenizerDefinition {
  const model = textAt(metadata, "tokenizer.ggml.model");
  const tokens = listAt<string>(metadata, "tokenizer.ggml.tokens", "string");
  if (model === undefined || tokens === undefined) throw brokenTokenizer(where, "its metadata hold no tokenizer.ggml.model or no tokenizer.ggml.tokens");
  const types = listAt<number>(metadata, "tokenizer.ggml.token_type", "number") ?? tokens.map(() => TOKEN_TYPES.normal);
  if (types.length !== tokens.length) throw brokenTokenizer(where, `it has ${tokens.length} tokens and ${types.length} token types`);
  const vocabulary = { where, ...withoutPadding(tokens, types), metadata };
  const special = specialTokens(vocabulary);
  if (model === "gpt2") return byteLevel(vocabulary, special);
  if (model === "llama") return sentencePiece(vocabulary, special);
  if (model === "bert") return wordPiece(vocabulary, special);
  throw unsupportedTokenizer(where, `its kind is ${model}, gpt2 (byte-level BPE), llama (SentencePiece) and bert (WordPiece) can be used`);
}

/** Converters fill the vocabulary up to the embedding with unused tokens that no text can give. */
function withoutPadding(tokens: readonly string[], types: readonly number[]): Pick<Vocabulary, "tokens" | "types"> {
  let size = tokens.length;
  while (size > 0 && types[size - 1] === TOKEN_TYPES.unused && tokens[size - 1] === `[PAD${size - 1}]`) size -= 1;
  return { tokens: tokens.slice(0, size), types: types.slice(0, size) };
}

function byteLevel(vocabulary: Vocabulary, special: SpecialTokens): TokenizerDefinition {
  const { where, metadata } = vocabulary;
  const pre = textAt(metadata, "tokenizer.ggml.pre") ?? "default";
  const rule = findRuleByName(pre);
  if (rule === undefined) throw preTokenizerUnknown(where, pre, undefined, PRE_TOKENIZER_RULES.map(({ name }) => name));
  const addBos = booleanAt(metadata, "tokenizer.ggml.add_bos_token") ?? rule.addBos;
  const model: BpeJson = {
    type: "BPE", unk_token: null, fuse_unk: false, byte_fallback: false, ignore_merges: rule.ignoreMerges,
    vocab: vocabOf(vocabulary),
    merges: (listAt<string>(metadata, "tokenizer.ggml.merges", "string") ?? []).map((merge): readonly [string, string] => {
      const cut = merge.indexOf(" ", 1);
      if (cut < 1) throw brokenTokenizer(where, `the merge ${JSON.stringify(merge)} is not two tokens`);
      return [merge.slice(0, cut), merge.slice(cut + 1)];
    }),
  };
  return assemble(vocabulary, special, addBos, {
    model,
    normalizer: rule.normalizer === undefined ? null : { type: rule.normalizer },
    pre_tokenizer: preTokenizerJson(rule),
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  });
}

function sentencePiece(vocabulary: Vocabulary, special: SpecialTokens): TokenizerDefinition {
  const { tokens, types, metadata } = vocabulary;
  const scores = listAt<number>(metadata, "tokenizer.ggml.scores", "number") ?? tokens.map((_, id) => -id);
  const prefix = booleanAt(metadata, "tokenizer.ggml.add_space_prefix") ?? true;
  const space = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const model: BpeJson = {
    type: "BPE", unk_token: special.unk_token ?? null, fuse_unk: true, byte_fallback: true, ignore_merges: false,
    vocab: vocabOf(vocabulary),
    merges: mergesFromScores(tokens.map((token, id) => (types[id] === TOKEN_TYPES.normal ? token : undefined)), scores),
  };
  return assemble(vocabulary, special, booleanAt(metadata, "tokenizer.ggml.add_bos_token") ?? true, {
    model,
    normalizer: prefix ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, space] } : space,
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" },
        ...(prefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
  });
}

function wordPiece(vocabulary: Vocabulary, special: SpecialTokens): TokenizerDefinition {
  const { where, tokens, types, metadata } = vocabulary;
  const words = tokens.map((token, id) => (types[id] === TOKEN_TYPES.normal ? fromPhantomSpace(token) : token));
  const unknown = special["unk_token"] ?? "[UNK]";
  if (!words.includes(unknown)) throw brokenTokenizer(where, `its vocabulary lacks the token of unknown words, ${unknown}`);
  const lowercase = booleanAt(metadata, "tokenizer.ggml.normalizer.lowercase") ?? true;
  const stripAccents = booleanAt(metadata, "tokenizer.ggml.normalizer.strip_accents") ?? lowercase;
  return assemble({ ...vocabulary, tokens: words }, special, true, wordPieceJson(vocabOf({ tokens: words }), unknown, { lowercase, stripAccents }));
}

type SpecialTokens = Readonly<Record<string, string>>;

/** Ids llama.cpp takes for a BERT where the metadata name none (src/llama-vocab.cpp). */
const BERT_IDS: Readonly<Record<string, number>> = { bos: 101, unknown: 100, seperator: 102, padding: 0, mask: 103 };

/** `bos_token`, `eos_token`… by the ids in the metadata. */
function specialTokens({ tokens, metadata }: Vocabulary): SpecialTokens {
  const isBert = textAt(metadata, "tokenizer.ggml.model") === "bert";
  const roles = { bos_token: "bos", eos_token: "eos", eot_token: "eot", unk_token: "unknown", pad_token: "padding", sep_token: "seperator", mask_token: "mask" };
  return Object.fromEntries(Object.entries(roles).flatMap(([role, key]) => {
    const id = metadata.get(`tokenizer.ggml.${key}_token_id`)?.value ?? (isBert ? BERT_IDS[key] : undefined);
    const token = typeof id === "number" ? tokens[id] : undefined;
    return token === undefined ? [] : [[role, token]];
  }));
}

function assemble(vocabulary: Vocabulary, special: SpecialTokens, addBos: boolean, parts: Pick<TokenizerJson, "model" | "normalizer" | "pre_tokenizer" | "decoder">): TokenizerDefinition {
  const template = textAt(vocabulary.metadata, "tokenizer.chat_template");
  const named = (listAt<string>(vocabulary.metadata, "tokenizer.chat_templates", "string") ?? []).flatMap((name): [string, string][] => {
    const text = textAt(vocabulary.metadata, `tokenizer.chat_template.${name}`);
    return text === undefined ? [] : [[name, text]];
  });
  return {
    tokenizer: { version: "1.0", added_tokens: addedTokens(vocabulary, special), post_processor: frameJson(vocabulary, special, addBos, parts.model.type === "WordPiece"), ...parts },
    config: {
      ...special,
      add_bos_token: addBos,
      clean_up_tokenization_spaces: false,
      tokenizer_class: "PreTrainedTokenizerFast",
      ...(template === undefined ? {} : { chat_template: templatesJson(template, named) }),
    },
  };
}

function addedTokens({ tokens, types }: Vocabulary, special: SpecialTokens): readonly AddedTokenJson[] {
  const named = new Set(Object.values(special));
  return tokens.flatMap((content, id) => {
    const isSpecial = types[id] === TOKEN_TYPES.control || types[id] === TOKEN_TYPES.unknown || named.has(content);
    if (content === "" || (!isSpecial && types[id] !== TOKEN_TYPES.userDefined)) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: isSpecial }];
  });
}

/** The post-processor that puts the start token in front of a text; a BERT's ends each text with the separator, too. */
function frameJson({ tokens, metadata }: Vocabulary, { bos_token: bos, eos_token: eos, sep_token: sep }: SpecialTokens, addBos: boolean, isBert: boolean): unknown {
  const end = isBert ? sep : booleanAt(metadata, "tokenizer.ggml.add_eos_token") === true ? eos : undefined;
  const start = addBos ? bos : undefined;
  if (start === undefined && end === undefined) return null;
  const special = (token: string | undefined, type: number): readonly unknown[] => (token === undefined ? [] : [{ SpecialToken: { id: token, type_id: type } }]);
  const first = [...special(start, 0), { Sequence: { id: "A", type_id: 0 } }, ...special(end, 0)];
  return {
    type: "TemplateProcessing",
    single: first,
    pair: [...first, ...special(isBert ? undefined : start, 1), { Sequence: { id: "B", type_id: 1 } }, ...special(end, 1)],
    special_tokens: Object.fromEntries([start, end].filter((token) => token !== undefined).map((token) => [token, { id: token, ids: [tokens.indexOf(token)], tokens: [token] }])),
  };
}

/** The first of several equal tokens counts. */
function vocabOf({ tokens }: Pick<Vocabulary, "tokens">): Readonly<Record<string, number>> {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) if (!ids.has(token)) ids.set(token, id);
  return Object.fromEntries(ids);
}

function textAt(metadata: MetadataLike, key: string): string | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "string" ? value : undefined;
}

function booleanAt(metadata: MetadataLike, key: string): boolean | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "boolean" ? value : undefined;
}

function listAt<T>(metadata: MetadataLike, key: string, of: "string" | "number"): readonly T[] | undefined {
  const value = metadata.get(key)?.value;
  return Array.isArray(value) && value.every((member) => typeof member === of) ? (value as T[]) : undefined;
}
