// How a row becomes the text a model is shown and the text it has to write. Training, evaluation and serving all render here, so
// that the prompt a model is asked with is the prompt it was trained on.
import { chatTemplateMissing } from "../errors.ts";
import { renderChat } from "./chat.ts";
import { joinParts, type PromptParts, type RenderedRow } from "./prompt-parts.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** `instruction` is `alpaca` without its opening sentence; `chat` uses the template of the tokenizer; `text` is the bare text. */
export type PromptFormat = "alpaca" | "instruction" | "chat" | "text";

export const PROMPT_FORMATS: readonly PromptFormat[] = ["alpaca", "instruction", "chat", "text"];

// Wording of the two Alpaca templates: tatsu-lab/stanford_alpaca, train.py, PROMPT_DICT.
const PREAMBLE_WITH_INPUT =
  "Below is an instruction that describes a task, paired with an input that provides further context. " +
  "Write a response that appropriately completes the request.\n\n";
const PREAMBLE = "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n";

/**
 * Renders a row as prompt and completion.
 * @throws `data.chat_template_missing`, `data.chat_template_unusable` for the format `chat`
 */
export function renderPrompt(row: PromptParts & { readonly output?: string }, format: PromptFormat, tokenizer?: TextTokenizer): RenderedRow {
  const output = row.output ?? "";
  if (format === "chat") {
    if (tokenizer === undefined) throw chatTemplateMissing();
    return renderChat(row, output, tokenizer);
  }
  return { prompt: format === "text" ? plainPrompt(row) : sectionedPrompt(row, format), completion: output };
}

function sectionedPrompt(row: PromptParts, format: "alpaca" | "instruction"): string {
  const preamble = format === "instruction" ? "" : row.input === "" ? PREAMBLE : PREAMBLE_WITH_INPUT;
  const input = row.input === "" ? "" : `### Input:\n${row.input}\n\n`;
  return `${preamble}### Instruction:\n${joinParts(row.system, row.instruction)}\n\n${input}### Response:\n`;
}

function plainPrompt(row: PromptParts): string {
  const shown = joinParts(row.system, row.instruction, row.input);
  return shown === "" ? "" : `${shown}\n`;
}
