// tokenizer.json and tokenizer_config.json, checked at the edge so that the rest can trust them.
import { brokenTokenizer, unsupportedTokenizer } from "./errors.ts";
import type { AddedTokenJson, BpeJson, TokenizerJson, WordPieceJson } from "./types.ts";

/** Ids above this are damage, not a vocabulary (the largest in use has about 260,000). */
const MAX_ID = 10_000_000;

export type Fields = Readonly<Record<string, unknown>>;

/** A `tokenizer.json` value with a BPE or WordPiece model. @throws `tokenizer.broken`, `tokenizer.unsupported` */
export function parseTokenizerJson(where: string, json: unknown): TokenizerJson {
  if (!isFields(json) || !isFields(json["model"])) throw brokenTokenizer(where, "tokenizer.json has no model");
  refuseUnsupportedSplits(where, json["pre_tokenizer"]);
  return {
    version: typeof json["version"] === "string" ? json["version"] : "1.0",
    added_tokens: parseAddedTokens(where, json["added_tokens"] ?? []),
    normalizer: json["normalizer"] ?? null,
    pre_tokenizer: json["pre_tokenizer"] ?? null,
    post_processor: json["post_processor"] ?? null,
    decoder: json["decoder"] ?? null,
    model: parseModel(where, json["model"]),
  };
}

function parseModel(where: string, model: Fields): BpeJson | WordPieceJson {
  const { vocab, merges } = model;
  const type = model["type"] ?? (Array.isArray(merges) ? "BPE" : "continuing_subword_prefix" in model ? "WordPiece" : "unknown");
  if (type !== "BPE" && type !== "WordPiece") throw unsupportedTokenizer(where, `its model is ${String(type)}, BPE and WordPiece can be used`);
  if (!isFields(vocab) || !Object.values(vocab).every(isId)) throw brokenTokenizer(where, "its vocabulary is not a table of token ids");
  if (type === "WordPiece") {
    const unknown = model["unk_token"] ?? "[UNK]";
    if (typeof unknown !== "string" || !Object.hasOwn(vocab, unknown)) throw brokenTokenizer(where, `its vocabulary lacks the token of unknown words, ${String(unknown)}`);
    return { ...model, type, unk_token: unknown, vocab: vocab as Record<string, number> };
  }
  if (!Array.isArray(merges) || !merges.every(isMerge)) throw brokenTokenizer(where, "its merges are not pairs of tokens");
  return { ...(model as unknown as BpeJson), type, vocab: vocab as Record<string, number>, merges: merges as string[] };
}

function parseAddedTokens(where: string, tokens: unknown): readonly AddedTokenJson[] {
  const isAdded = (token: unknown): token is AddedTokenJson => isFields(token) && isId(token["id"]) && typeof token["content"] === "string" && token["content"] !== "";
  if (!Array.isArray(tokens) || !tokens.every(isAdded)) throw brokenTokenizer(where, "its added_tokens are not a list of ids with their text");
  return tokens;
}

function refuseUnsupportedSplits(where: string, step: unknown): void {
  if (!isFields(step)) return;
  if (Array.isArray(step["pretokenizers"])) for (const inner of step["pretokenizers"]) refuseUnsupportedSplits(where, inner);
  if (step["type"] === "Split" && /^merged/i.test(String(step["behavior"]))) {
    throw unsupportedTokenizer(where, `its pre-tokenizer splits with the behaviour ${String(step["behavior"])}, Isolated and Removed can be used`);
  }
}

/** The text of a special token in tokenizer_config.json or special_tokens_map.json: plain, or an object with `content`. */
export function tokenContent(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return isFields(value) && typeof value["content"] === "string" ? value["content"] : undefined;
}

/** A chat template: Jinja text, or a list of named ones, of which `default` (or the first) is taken. */
export function chatTemplateText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.filter(isFields);
  const chosen = named.find((entry) => entry["name"] === "default") ?? named[0];
  return typeof chosen?.["template"] === "string" ? chosen["template"] : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_ID;
}

function isMerge(value: unknown): boolean {
  if (typeof value === "string") return value.indexOf(" ", 1) > 0;
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
}
