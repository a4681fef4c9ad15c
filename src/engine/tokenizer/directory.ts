// The tokenizer files of a Hugging Face model directory.
import { join } from "node:path";
import { ensureDirectory, exists, isFile, listDirectory, readJson, readText, writeJson } from "../../files/index.ts";
import { createTokenizer } from "./create.ts";
import { tokenizerMissing } from "./errors.ts";
import { isFields, parseTokenizerJson, tokenContent, type Fields } from "./parse.ts";
import type { Tokenizer, TokenizerJson } from "./types.ts";


const ROLES = ["bos_token", "eos_token", "unk_token", "pad_token", "cls_token", "sep_token", "mask_token"] as const;

/**
 * Reads `tokenizer.json`, with special tokens and chat template from `tokenizer_config.json`, `special_tokens_map.json`,
 * `generation_config.json`, `config.json` (in this order) and `chat_template.jinja`.
 * @throws `tokenizer.missing`, `tokenizer.broken`, `tokenizer.unsupported`, `tokenizer.eos_missing`
 */
export function loadTokenizerDirectory(directory: string): Tokenizer {
  const path = join(directory, "tokenizer.json");
  if (!isFile(path)) throw tokenizerMissing(directory, exists(directory) ? listDirectory(directory).files : []);
  const tokenizer = parseTokenizerJson(directory, readJson(path));
  const config = readFields(join(directory, "tokenizer_config.json"));
  const template = join(directory, "chat_template.jinja");
  return createTokenizer(directory, {
    tokenizer,
    config: {
      ...config,
      ...specialTokens(tokenizer, config, directory),
      ...(isFile(template) ? { chat_template: readText(template) } : {}),
    },
  });
}

/** Writes `tokenizer.json` and `tokenizer_config.json` (with the chat template). A padding token equal to the end of text is left out. */
export function writeTokenizerFiles(directory: string, tokenizer: Tokenizer): void {
  const { tokenizer: json, config } = tokenizer.definition;
  const { pad_token: _pad, ...rest } = config;
  // transformers 5 writes a class name that older releases do not know; both know this one.
  const named = rest["tokenizer_class"] === "TokenizersBackend" ? { tokenizer_class: "PreTrainedTokenizerFast" } : {};
  const pad = tokenizer.padId === undefined ? {} : { pad_token: tokenizer.tokenText(tokenizer.padId) };
  ensureDirectory(directory);
  writeJson(join(directory, "tokenizer.json"), { ...json, truncation: null, padding: null });
  writeJson(join(directory, "tokenizer_config.json"), { ...rest, ...named, ...pad });
}

/** Each role from the first source that names it. */
function specialTokens(tokenizer: TokenizerJson, config: Fields, directory: string): Fields {
  const map = readFields(join(directory, "special_tokens_map.json"));
  const byId = [readFields(join(directory, "generation_config.json")), readFields(join(directory, "config.json"))];
  const textOf = (id: unknown): string | undefined => {
    const first: unknown = Array.isArray(id) ? id[0] : id;
    if (typeof first !== "number") return undefined;
    return tokenizer.added_tokens.find((token) => token.id === first)?.content ?? Object.keys(tokenizer.model.vocab).find((token) => tokenizer.model.vocab[token] === first);
  };
  return Object.fromEntries(ROLES.flatMap((role) => {
    const token = tokenContent(config[role]) ?? tokenContent(map[role]) ?? byId.map((fields) => textOf(fields[`${role}_id`])).find((text) => text !== undefined);
    return token === undefined ? [] : [[role, token]];
  }));
}

function readFields(path: string): Fields {
  const json = isFile(path) ? readJson(path) : {};
  return isFields(json) ? json : {};
}
