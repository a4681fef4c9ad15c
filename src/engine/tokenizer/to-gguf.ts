// A tokenizer.json as GGUF metadata. Source of keys and token types: gguf-py/gguf/constants.py of the pinned llama.cpp release.
import { namedTemplates } from "./chat-templates.ts";
import { findNameByHash, probeHash } from "./pre-tokenizer-hashes.ts";
import { describePreTokenizer, findRuleOf, PRE_TOKENIZER_RULES } from "./pre-tokenizers.ts";
import { brokenTokenizer, preTokenizerUnknown, unsupportedTokenizer } from "./errors.ts";
import { isFields } from "./parse.ts";
import { ownNumber } from "./special.ts";
import { scoresFromMerges } from "./spm.ts";
import { TOKEN_TYPES } from "./token-types.ts";
import type { BpeJson, Tokenizer, TokenizerJson, WordPieceJson } from "./types.ts";
import { readWordPieceNormalizer, toPhantomSpace } from "./word-piece.ts";

/** One metadata value, as the GGUF writer takes it. */
type Entry =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "u32"; readonly value: number }
  | { readonly type: "array"; readonly of: "string"; readonly value: readonly string[] }
  | { readonly type: "array"; readonly of: "i32" | "f32"; readonly value: readonly number[] };

/**
 * `tokenizer.*` metadata of a GGUF file, its vocabulary padded with unused tokens to `vocabSize` (the rows of the embedding).
 * @throws `tokenizer.pre_unknown`, `tokenizer.unsupported`, `tokenizer.broken` when there are more tokens than rows
 */
export function ggufTokenizerMetadata(tokenizer: Tokenizer, vocabSize: number, where = "the model"): ReadonlyMap<string, Entry> {
  const json = tokenizer.definition.tokenizer;
  if (tokenizer.vocabSize > vocabSize) throw brokenTokenizer(where, `it has ${tokenizer.vocabSize} tokens, the embedding ${vocabSize} rows`);
  const { tokens, types } = listTokens(json, vocabSize);
  const entries = new Map<string, Entry>([
    ...modelEntries(tokenizer, vocabSize, where),
    ["tokenizer.ggml.tokens", { type: "array", of: "string", value: tokens }],
    ["tokenizer.ggml.token_type", { type: "array", of: "i32", value: types }],
    ["tokenizer.ggml.eos_token_id", { type: "u32", value: tokenizer.eosId }],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: tokenizer.addBos }],
    ["tokenizer.ggml.add_eos_token", { type: "bool", value: tokenizer.addEos && json.model.type === "BPE" }],
  ]);
  const ids = { bos: tokenizer.bosId, eot: tokenizer.eotId, padding: tokenizer.padId, unknown: unknownId(json.model), seperator: tokenizer.sepId, mask: tokenizer.maskId };
  for (const [role, id] of Object.entries(ids)) if (id !== undefined) entries.set(`tokenizer.ggml.${role}_token_id`, { type: "u32", value: id });
  for (const [key, value] of templateEntries(tokenizer)) entries.set(key, value);
  return entries;
}

function modelEntries(tokenizer: Tokenizer, vocabSize: number, where: string): readonly [string, Entry][] {
  const json = tokenizer.definition.tokenizer;
  if (json.model.type === "WordPiece") return wordPieceEntries(tokenizer, json, where);
  return json.model.byte_fallback === true ? sentencePieceEntries(json, json.model, vocabSize, where) : byteLevelEntries(tokenizer, json, json.model, where);
}

function wordPieceEntries(tokenizer: Tokenizer, json: TokenizerJson, where: string): readonly [string, Entry][] {
  const { lowercase, stripAccents } = readWordPieceNormalizer(where, json);
  return [
    ["tokenizer.ggml.model", { type: "string", value: "bert" }],
    ["tokenizer.ggml.pre", { type: "string", value: findNameByHash(probeHash(tokenizer)) ?? "default" }],
    ["tokenizer.ggml.normalizer.lowercase", { type: "bool", value: lowercase }],
    ["tokenizer.ggml.normalizer.strip_accents", { type: "bool", value: stripAccents }],
    ["tokenizer.ggml.add_sep_token", { type: "bool", value: tokenizer.addEos }],
  ];
}

function byteLevelEntries(tokenizer: Tokenizer, json: TokenizerJson, model: BpeJson, where: string): readonly [string, Entry][] {
  return [
    ["tokenizer.ggml.model", { type: "string", value: "gpt2" }],
    ["tokenizer.ggml.pre", { type: "string", value: preTokenizerName(tokenizer, json, model, where) }],
    ["tokenizer.ggml.merges", { type: "array", of: "string", value: mergePairs(model).map(([left, right]) => `${left} ${right}`) }],
  ];
}

/** By the rule, and by the hash where several names share it or the rule is not known. @throws `tokenizer.pre_unknown` */
function preTokenizerName(tokenizer: Tokenizer, json: TokenizerJson, model: BpeJson, where: string): string {
  const rule = findRuleOf(json.pre_tokenizer, model.ignore_merges === true);
  const hash = probeHash(tokenizer);
  const name = findNameByHash(hash) ?? rule?.name;
  if (name === undefined) throw preTokenizerUnknown(where, describePreTokenizer(json.pre_tokenizer), hash, PRE_TOKENIZER_RULES.map((known) => known.name));
  return name;
}

function templateEntries({ chatTemplate, definition }: Tokenizer): readonly [string, Entry][] {
  if (chatTemplate === undefined) return [];
  const named = namedTemplates(definition.config["chat_template"]);
  return [
    ["tokenizer.chat_template", { type: "string", value: chatTemplate }],
    ...named.map(([name, value]): [string, Entry] => [`tokenizer.chat_template.${name}`, { type: "string", value }]),
    ...(named.length === 0 ? [] : [["tokenizer.chat_templates", { type: "array", of: "string", value: named.map(([name]) => name) }]] satisfies [string, Entry][]),
  ];
}

function sentencePieceEntries(json: TokenizerJson, model: BpeJson, vocabSize: number, where: string): readonly [string, Entry][] {
  const steps = [...flatten(json.normalizer, "normalizers"), ...flatten(json.pre_tokenizer, "pretokenizers")];
  const joinsSpaces = mergePairs(model).some(([, right]) => right.startsWith("▁"));
  const foreign = steps.find((step) => !isSpaceStep(step, joinsSpaces));
  if (foreign !== undefined) throw unsupportedTokenizer(where, `it prepares text with ${JSON.stringify(foreign)}, which GGUF cannot express`);
  const prefix = steps.some((step) => step["type"] === "Prepend" || (step["type"] === "Metaspace" && step["prepend_scheme"] !== "never" && step["add_prefix_space"] !== false));
  return [
    ["tokenizer.ggml.model", { type: "string", value: "llama" }],
    ["tokenizer.ggml.pre", { type: "string", value: "default" }],
    ["tokenizer.ggml.scores", { type: "array", of: "f32", value: [...scoresFromMerges(model.vocab, mergePairs(model), vocabSize)] }],
    ["tokenizer.ggml.add_space_prefix", { type: "bool", value: prefix }],
  ];
}

/** Steps that do no more than turn spaces into ▁ and put one in front. Splitting at every ▁ is harmless while no token joins two words. */
function isSpaceStep(step: Readonly<Record<string, unknown>>, joinsSpaces: boolean): boolean {
  if (step["type"] === "Prepend") return step["prepend"] === "▁";
  if (step["type"] === "Replace") return isFields(step["pattern"]) && step["pattern"]["String"] === " " && step["content"] === "▁";
  return step["type"] === "Metaspace" && (step["replacement"] ?? "▁") === "▁" && (step["split"] === false || !joinsSpaces);
}

function flatten(step: unknown, members: "normalizers" | "pretokenizers"): readonly Readonly<Record<string, unknown>>[] {
  if (!isFields(step)) return [];
  const inner = step[members];
  return Array.isArray(inner) ? inner.flatMap((one) => flatten(one, members)) : [step];
}

function listTokens(json: TokenizerJson, vocabSize: number): { readonly tokens: readonly string[]; readonly types: readonly number[] } {
  const tokens = Array.from({ length: vocabSize }, (_, id) => `[PAD${id}]`);
  const types = tokens.map((): number => TOKEN_TYPES.unused);
  const { model } = json;
  const hasBytes = model.type === "BPE" && model.byte_fallback === true;
  const unknown = unknownId(model);
  for (const [token, id] of Object.entries(model.vocab)) {
    tokens[id] = model.type === "WordPiece" ? toPhantomSpace(token, model) : token;
    types[id] = hasBytes && /^<0x[0-9A-F]{2}>$/.test(token) ? TOKEN_TYPES.byte : TOKEN_TYPES.normal;
  }
  for (const { id, content, special } of json.added_tokens) {
    tokens[id] = special === true ? content : content.replaceAll("▁", " ");
    types[id] = id === unknown ? TOKEN_TYPES.unknown : special === true ? TOKEN_TYPES.control : TOKEN_TYPES.userDefined;
  }
  if (unknown !== undefined) types[unknown] = TOKEN_TYPES.unknown;
  return { tokens, types };
}

function unknownId({ unk_token: token, vocab }: BpeJson | WordPieceJson): number | undefined {
  return typeof token === "string" ? ownNumber(vocab, token) : undefined;
}

function mergePairs({ merges }: BpeJson): readonly (readonly [string, string])[] {
  return merges.map((merge) => {
    if (typeof merge !== "string") return merge;
    const cut = merge.indexOf(" ", 1);
    return [merge.slice(0, cut), merge.slice(cut + 1)] as const;
  });
}
