import { digestJson } from "../../files/index.ts";
import { bytesOfToken } from "./byte-alphabet.ts";
import { createCodec } from "./library.ts";
import { chatTemplateText } from "./parse.ts";
import { resolveSpecialIds } from "./special.ts";
import type { Tokenizer, TokenizerDefinition, TokenizerJson } from "./types.ts";

/** Makes a tokenizer of its two files. `where` names the source in errors. @throws `tokenizer.eos_missing`, `tokenizer.broken` */
export function createTokenizer(where: string, definition: TokenizerDefinition): Tokenizer {
  const { tokenizer: json, config } = definition;
  const special = resolveSpecialIds(where, definition);
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token;
  for (const { content, id } of json.added_tokens) tokens[id] = content;
  const addedIds = new Set(json.added_tokens.map(({ id }) => id));
  const specialIds = new Set(json.added_tokens.filter((token) => token.special === true).map(({ id }) => id));
  const full = once(() => createCodec(where, json));
  const plain = once(() => (specialIds.size === 0 ? full() : createCodec(where, { ...json, added_tokens: json.added_tokens.filter(({ id }) => !specialIds.has(id)) })));
  const { bosId, eosId, eotId, padId, addBos } = special;
  const digest = once(() => digestJson({ ...json, post_processor: null, special: { bosId, eosId, eotId, padId, addBos } }));

  return {
    ...special,
    vocabSize: tokens.length,
    chatTemplate: chatTemplateText(config["chat_template"]),
    encode: (text) => plain().encode(text),
    encodeWithSpecial: (text) => full().encode(text),
    encodeFramed: (text) => full().frame(text),
    decode: (ids, { skipSpecial = false } = {}) => full().decode(ids.filter((id) => tokens[id] !== undefined && !(skipSpecial && specialIds.has(id)))),
    tokenText(id) {
      const token = tokens[id] ?? "";
      return addedIds.has(id) ? token : textOfToken(token, json.model);
    },
    isSpecial: (id) => specialIds.has(id),
    get digest() {
      return digest();
    },
    definition,
  };
}

/** The same vocabulary with another chat template (Jinja). `endOfTurn` is the token that ends its turns; default: the one found in the vocabulary. */
export function withChatTemplate({ definition }: Tokenizer, template: string, endOfTurn?: string): Tokenizer {
  const config = { ...definition.config, chat_template: template, ...(endOfTurn === undefined ? {} : { eot_token: endOfTurn }) };
  return createTokenizer("chat template", { ...definition, config });
}

function textOfToken(token: string, model: TokenizerJson["model"]): string {
  if (model.type === "WordPiece") {
    const continues = model.continuing_subword_prefix ?? "##";
    return token.startsWith(continues) ? token.slice(continues.length) : ` ${token}`;
  }
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  if (model.byte_fallback !== true) return decoder.decode(bytesOfToken(token) ?? new TextEncoder().encode(token));
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return hex === undefined ? token.replaceAll("▁", " ") : decoder.decode(Uint8Array.of(Number.parseInt(hex, 16)));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
