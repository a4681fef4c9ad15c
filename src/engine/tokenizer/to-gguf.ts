// A tokenizer.json as GGUF metadata.
import { describePreTokenizer, findRuleOf, PRE_TOKENIZER_RULES } from "./pre-tokenizers.ts";
import { brokenTokenizer, preTokenizerUnknown, unsupportedTokenizer } from "./errors.ts";
import { isFields } from "./parse.ts";
import { ownNumber } from "./special.ts";
import { scoresFromMerges } from "./spm.ts";
import { TOKEN_TYPES } from "./token-types.ts";
import type { BpeJson, Tokenizer, TokenizerJson } from "./types.ts";

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
  const kind = json.model.byte_fallback === true ? "llama" : "gpt2";
  const { tokens, types } = listTokens(json, vocabSize);
  const entries = new Map<string, Entry>([
    ["tokenizer.ggml.model", { type: "string", value: kind }],
    ...(kind === "gpt2" ? byteLevelEntries(json, where) : sentencePieceEntries(json, vocabSize, where)),
    ["tokenizer.ggml.tokens", { type: "array", of: "string", value: tokens }],
    ["tokenizer.ggml.token_type", { type: "array", of: "i32", value: types }],
    ["tokenizer.ggml.eos_token_id", { type: "u32", value: tokenizer.eosId }],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: tokenizer.addBos }],
    ["tokenizer.ggml.add_eos_token", { type: "bool", value: false }],
  ]);
  const ids = { bos: tokenizer.bosId, eot: tokenizer.eotId, padding: tokenizer.padId, unknown: unknownId(json.model) };
  for (const [role, id] of Object.entries(ids)) if (id !== undefined) entries.set(`tokenizer.ggml.${role}_token_id`, { type: "u32", value: id });
  if (tokenizer.chatTemplate !== undefined) entries.set("tokenizer.chat_template", { type: "string", value: tokenizer.chatTemplate });
  return entries;
}

function byteLevelEntries(json: TokenizerJson, where: string): readonly [string, Entry][] {
  const rule = findRuleOf(json.pre_tokenizer, json.model.ignore_merges === true);
  if (rule === undefined) throw preTokenizerUnknown(where, describePreTokenizer(json.pre_tokenizer), PRE_TOKENIZER_RULES.map(({ name }) => name));
  return [
    ["tokenizer.ggml.pre", { type: "string", value: rule.name }],
    ["tokenizer.ggml.merges", { type: "array", of: "string", value: mergePairs(json.model).map(([left, right]) => `${left} ${right}`) }],
  ];
}

function sentencePieceEntries(json: TokenizerJson, vocabSize: number, where: string): readonly [string, Entry][] {
  const steps = [...flatten(json.normalizer, "normalizers"), ...flatten(json.pre_tokenizer, "pretokenizers")];
  const joinsSpaces = mergePairs(json.model).some(([, right]) => right.startsWith("▁"));
  const foreign = steps.find((step) => !isSpaceStep(step, joinsSpaces));
  if (foreign !== undefined) throw unsupportedTokenizer(where, `it prepares text with ${JSON.stringify(foreign)}, which GGUF cannot express`);
  const prefix = steps.some((step) => step["type"] === "Prepend" || (step["type"] === "Metaspace" && step["prepend_scheme"] !== "never" && step["add_prefix_space"] !== false));
  return [
    ["tokenizer.ggml.pre", { type: "string", value: "default" }],
    ["tokenizer.ggml.scores", { type: "array", of: "f32", value: [...scoresFromMerges(json.model.vocab, mergePairs(json.model), vocabSize)] }],
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
  const { vocab, byte_fallback: byteFallback } = json.model;
  const unknown = unknownId(json.model);
  for (const [token, id] of Object.entries(vocab)) {
    tokens[id] = token;
    types[id] = byteFallback === true && /^<0x[0-9A-F]{2}>$/.test(token) ? TOKEN_TYPES.byte : TOKEN_TYPES.normal;
  }
  for (const { id, content, special } of json.added_tokens) {
    tokens[id] = special === true ? content : content.replaceAll("▁", " ");
    types[id] = id === unknown ? TOKEN_TYPES.unknown : special === true ? TOKEN_TYPES.control : TOKEN_TYPES.userDefined;
  }
  if (unknown !== undefined) types[unknown] = TOKEN_TYPES.unknown;
  return { tokens, types };
}

function unknownId({ unk_token: token, vocab }: BpeJson): number | undefined {
  return typeof token === "string" ? ownNumber(vocab, token) : undefined;
}

function mergePairs({ merges }: BpeJson): readonly (readonly [string, string])[] {
  return merges.map((merge) => {
    if (typeof merge !== "string") return merge;
    const cut = merge.indexOf(" ", 1);
    return [merge.slice(0, cut), merge.slice(cut + 1)] as const;
  });
}
