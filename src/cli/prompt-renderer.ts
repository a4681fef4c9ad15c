// How prompts and conversations become what a model reads, in the format it was trained in.
import type { PromptFormat, TextTokenizer } from "../data/index.ts";
import { rawPrompt, singleQuestion, type ServableModel } from "../serving/index.ts";
import { specialTokensInPrompt } from "./errors.ts";
import type { InferenceFiles } from "./inference-files.ts";

export type PromptRenderer = Pick<ServableModel, "renderPrompt" | "renderChat">;

/** `raw` sends prompts as they are. @throws `tokenizer.*`, `data.chat_template_*` */
export async function openPromptRenderer({ modelPath, chatTemplate }: Pick<InferenceFiles, "modelPath" | "chatTemplate">, format: PromptFormat | "raw"): Promise<PromptRenderer> {
  if (format === "raw") return { renderPrompt: rawPrompt, renderChat: (turns) => rawPrompt(singleQuestion(turns), "") };
  const { renderPrompt, renderTemplate } = await import("../data/index.ts");
  if (format !== "chat") {
    const render = (instruction: string, input: string) => ({ text: renderPrompt({ instruction, input }, format).prompt, parseSpecial: false });
    return { renderPrompt: render, renderChat: (turns) => render(singleQuestion(turns), "") };
  }
  const tokenizer = await readTokenizer(modelPath, chatTemplate);
  return {
    renderPrompt(instruction, input) {
      requirePlain(tokenizer, `${instruction}\n${input}`);
      return { text: renderPrompt({ instruction, input }, format, tokenizer).prompt, parseSpecial: true };
    },
    renderChat(turns) {
      requirePlain(tokenizer, turns.map(({ content }) => content).join("\n"));
      return { text: renderTemplate(tokenizer, turns, true), parseSpecial: true };
    },
  };
}

/** A template's own special tokens are read as such, so what a user writes must not hold any. @throws `cli.special_tokens_in_prompt` */
function requirePlain(tokenizer: TextTokenizer, asked: string): void {
  if (tokenizer.encode(asked).length !== tokenizer.encodeWithSpecial(asked).length) throw specialTokensInPrompt();
}

async function readTokenizer(gguf: string, chatTemplate: string | undefined): Promise<TextTokenizer> {
  const [{ openGguf }, { tokenizerFromGguf }, { applyTemplate }] = await Promise.all([import("../engine/gguf/index.ts"), import("../engine/tokenizer/index.ts"), import("../data/index.ts")]);
  const file = openGguf(gguf);
  file.close();
  const tokenizer = tokenizerFromGguf(file.metadata, gguf);
  return chatTemplate === undefined ? tokenizer : applyTemplate(tokenizer, chatTemplate);
}
