// Rows through the chat template that a model brings along (Jinja, as in transformers).
import { Template } from "@huggingface/jinja";
import { chatTemplateMissing, chatTemplateUnusable } from "../errors.ts";
import { joinParts, type PromptParts, type RenderedRow } from "./prompt-parts.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Templates of Llama 3 print today's date unless they are told one; this is the one they themselves fall back to. */
const DATE_STRING = "26 Jul 2024";

/** A template is compiled once for each tokenizer. */
const compiled = new WeakMap<TextTokenizer, Template>();

/** The completion is what the template adds to the prompt when the answer is known. */
export function renderChat(parts: PromptParts, output: string, tokenizer: TextTokenizer | undefined): RenderedRow {
  if (tokenizer?.chatTemplate === undefined) throw chatTemplateMissing();
  const asked: ChatMessage[] = [{ role: "user", content: joinParts(parts.instruction, parts.input) }];
  if (parts.system !== undefined && parts.system !== "") asked.unshift({ role: "system", content: parts.system });
  const prompt = render(tokenizer, asked, true);
  const whole = render(tokenizer, [...asked, { role: "assistant", content: output }], false);
  if (!whole.startsWith(prompt)) throw chatTemplateUnusable("the prompt is not the beginning of the whole conversation");
  return { prompt, completion: whole.slice(prompt.length) };
}

function render(tokenizer: TextTokenizer, messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
  try {
    return templateOf(tokenizer).render({
      messages,
      add_generation_prompt: addGenerationPrompt,
      bos_token: tokenizer.bosId === undefined ? "" : tokenizer.tokenText(tokenizer.bosId),
      eos_token: tokenizer.tokenText(tokenizer.eosId),
      date_string: DATE_STRING,
    });
  } catch (cause) {
    throw chatTemplateUnusable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function templateOf(tokenizer: TextTokenizer): Template {
  const known = compiled.get(tokenizer);
  if (known !== undefined) return known;
  const template = new Template(tokenizer.chatTemplate ?? "");
  compiled.set(tokenizer, template);
  return template;
}
