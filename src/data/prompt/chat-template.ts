// The chat template a tokenizer carries (Jinja, as in transformers), read once and rendered within bounds.
import { chatTemplateMissing, chatTemplateUnusable } from "../errors.ts";
import type { Message } from "../row.ts";
import { compileJinja, type CompiledTemplate } from "./jinja.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** Templates of Llama 3 print today's date unless they are told one; this is the one they themselves fall back to. */
const DATE_STRING = "26 Jul 2024";

/** transformers' own tag around what an assistant writes. */
const MARKS = /\{%(-?)\s*(end)?generation\s*(-?)%\}/g;
/** Noncharacters of Unicode, which no text holds. */
const [MARK, END_MARK] = ["\u{10FFFE}", "\u{10FFFF}"];

interface ReadTemplate {
  readonly plain: CompiledTemplate;
  /** Writes {@link MARK} and {@link END_MARK} around answers; only of a template with marks. */
  readonly marked: CompiledTemplate | undefined;
}

const read = new Map<string, ReadTemplate>();

/** What a template writes. `addGenerationPrompt` lets it end where the assistant begins. @throws `data.chat_template_missing`, `data.chat_template_unusable` */
export function renderTemplate(tokenizer: TextTokenizer, messages: readonly Message[], addGenerationPrompt: boolean): string {
  return attempt(() => readTemplate(tokenizer).plain.render(variables(tokenizer, messages, addGenerationPrompt)));
}

/** A part of a rendered conversation. */
export interface MarkedText {
  readonly text: string;
  /** Whether it stands between `{% generation %}` marks. */
  readonly isMarked: boolean;
}

/** A whole conversation cut at the marks of its template; undefined where the template has none. @throws `data.chat_template_unusable` */
export function renderMarked(tokenizer: TextTokenizer, messages: readonly Message[]): readonly MarkedText[] | undefined {
  const { marked } = readTemplate(tokenizer);
  if (marked === undefined) return undefined;
  const text = attempt(() => marked.render(variables(tokenizer, messages, false)));
  return text.split(MARK).flatMap((part, index) => {
    if (index === 0) return [{ text: part, isMarked: false }];
    const [inside = "", ...after] = part.split(END_MARK);
    return [{ text: inside, isMarked: true }, { text: after.join(""), isMarked: false }];
  });
}

/** Refuses a template that cannot be read. @throws `data.chat_template_unusable` */
export function requireReadable(source: string): void {
  attempt(() => compileTemplate(source, "", ""));
}

function variables(tokenizer: TextTokenizer, messages: readonly Message[], addGenerationPrompt: boolean): Readonly<Record<string, unknown>> {
  return {
    messages,
    add_generation_prompt: addGenerationPrompt,
    tools: null,
    documents: null,
    bos_token: tokenizer.bosId === undefined ? "" : tokenizer.tokenText(tokenizer.bosId),
    eos_token: tokenizer.tokenText(tokenizer.eosId),
    date_string: DATE_STRING,
  };
}

/** A template is read once, whichever tokenizer carries it. */
function readTemplate({ chatTemplate }: TextTokenizer): ReadTemplate {
  if (chatTemplate === undefined) throw chatTemplateMissing();
  const known = read.get(chatTemplate);
  if (known !== undefined) return known;
  const template = attempt(() => ({
    plain: compileTemplate(chatTemplate, "", ""),
    marked: chatTemplate.search(MARKS) === -1 ? undefined : compileTemplate(chatTemplate, MARK, END_MARK),
  }));
  read.set(chatTemplate, template);
  return template;
}

/** In place of each mark stands a block of the same whitespace rules, for the library takes the marks out and strips the whitespace around them as if nothing had been there. */
function compileTemplate(source: string, mark: string, endMark: string): CompiledTemplate {
  return compileJinja(source.replace(MARKS, (_whole, left: string, end: string | undefined, right: string) => `{%${left} if true %}{{ '${end === undefined ? mark : endMark}' }}{% endif ${right}%}`));
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw chatTemplateUnusable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
