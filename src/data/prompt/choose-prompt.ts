// Which prompt format and which chat template a training, a preview or an answer uses: decided once, before anything is made.
import type { Tokenizer } from "../../engine/tokenizer/index.ts";
import { withChatTemplate } from "../../engine/tokenizer/index.ts";
import { isFile, readText, sha256 } from "../../files/index.ts";
import { chatTemplateMissing } from "../errors.ts";
import { requireReadable } from "./chat-template.ts";
import { promptFormatClash, templateNotFound, templateTokensMissing } from "./errors.ts";
import type { PromptFormat } from "./prompt.ts";
import { isTemplateName, NAMED_TEMPLATES, TEMPLATE_NAMES, type TemplateName } from "./templates.ts";

/** What a person may ask for: a format, a template by name, or `auto`: the model's own template where it has one, else Alpaca. */
export type PromptWish = PromptFormat | TemplateName | "auto";

/** A chat template that takes the place of the model's own. */
export interface ChosenTemplate {
  /** `chatml`, `llama3`, or the file it was read from. */
  readonly name: string;
  /** Jinja. */
  readonly source: string;
  /** SHA-256 of the source. */
  readonly digest: string;
}

export interface ChosenPrompt<T> {
  readonly format: PromptFormat;
  /** The tokenizer with the chosen template. */
  readonly tokenizer: T;
  /** Only where it is not the model's own. */
  readonly template?: ChosenTemplate;
}

/**
 * Decides. `chatTemplate` is a file of Jinja, a name, or empty for the model's own. Reads that file.
 * @throws `data.prompt_format_clash`, `data.chat_template_missing`, `data.chat_template_not_found`, `data.chat_template_unusable`,
 * `data.chat_template_tokens`
 */
export function choosePrompt(tokenizer: Tokenizer, wish: PromptWish, chatTemplate = ""): ChosenPrompt<Tokenizer> {
  if (chatTemplate !== "" && wish !== "auto" && wish !== "chat") throw promptFormatClash(chatTemplate, wish);
  const name = chatTemplate !== "" ? chatTemplate : isTemplateName(wish) ? wish : undefined;
  if (name === undefined) {
    const own = tokenizer.chatTemplate;
    if (wish === "chat" && own === undefined) throw chatTemplateMissing();
    return { format: wish !== "auto" ? (wish as PromptFormat) : own === undefined ? "alpaca" : "chat", tokenizer };
  }
  const source = readTemplate(name, tokenizer);
  requireReadable(source);
  return { format: "chat", tokenizer: applyTemplate(tokenizer, source), template: { name, source, digest: sha256(source) } };
}

/** The tokenizer with a template in place of its own; a template of ours brings the token that ends its turns. */
export function applyTemplate(tokenizer: Tokenizer, source: string): Tokenizer {
  return withChatTemplate(tokenizer, source, Object.values(NAMED_TEMPLATES).find((known) => known.source === source)?.endOfTurn);
}

function readTemplate(name: string, tokenizer: Tokenizer): string {
  if (isTemplateName(name)) {
    const { source, needs } = NAMED_TEMPLATES[name];
    const missing = needs.filter((token) => tokenizer.encodeWithSpecial(token).length !== 1);
    if (missing.length > 0) throw templateTokensMissing(name, missing);
    return source;
  }
  if (!isFile(name)) throw templateNotFound(name, TEMPLATE_NAMES);
  return readText(name);
}
