import type { PromptFormat } from "../../data/index.ts";
import { defineCommand } from "../command.ts";
import { promptEmpty } from "../errors.ts";
import { formatAmount } from "../format.ts";
import { choice, decimalNumber, flag, list, required, text, wholeNumber } from "../options.ts";

const FORMATS: readonly PromptFormat[] = ["alpaca", "instruction", "chat", "text"];

/** `tunesmith generate` */
export const generate = defineCommand({
  name: "generate",
  summary: "Let a model answer a prompt",
  options: {
    modelPath: required(text("model", ".gguf file, model directory, checkpoint or Hub id")),
    baseModel: text("model", "the base of a checkpoint; left out, the one it names"),
    prompt: required(text("text", "what the model is asked")),
    input: text("text", "the text the prompt is about", { default: "" }),
    maxTokens: wholeNumber("n", "at most this many new tokens", { default: 256, min: 1 }),
    temperature: decimalNumber("x", "0 takes the most probable token each time", { default: 0, min: 0, max: 2 }),
    topP: decimalNumber("x", "keep the most probable tokens that together reach this", { default: 0.9, min: 0.001, max: 1 }),
    topK: wholeNumber("n", "keep this many of the most probable tokens, 0 keeps all", { default: 50, min: 0 }),
    seed: wholeNumber("n", "same seed, same answer; drawn anew when left out", { min: 0, max: 4_294_967_294 }),
    stop: list("text", "texts that end the answer"),
    promptFormat: choice(FORMATS, "how the prompt is wrapped; left out, as the model was trained"),
    raw: flag("send the prompt as it is"),
    contextLength: wholeNumber("tokens", "prompt and answer together; left out, as trained, at most 4096", { min: 8 }),
    threads: wholeNumber("n", "left out, the physical cores, at most 8", { min: 1 }),
  },
  examples: [
    'generate --model-path models/quantized/merged_model-q4_k_m.gguf --prompt "Which medicines?" --input "Started on lisinopril 10 mg once daily."',
    'generate --model-path merged_model --prompt "Once upon a time" --raw --temperature 0.8 --seed 7 --max-tokens 64',
  ],
  async run({ options, print, world, withInterrupt }) {
    if (options.prompt === "" && options.input === "") throw promptEmpty();
    const { withAnsweringModel } = await import("../answering-model.ts");
    const { modelPath: model, baseModel, prompt, promptFormat, raw, contextLength, threads, seed, topK, topP, temperature, maxTokens, stop } = options;
    return withInterrupt((signal) =>
      withAnsweringModel({ model, baseModel, promptFormat, raw, contextLength, threads, print, world, signal }, async (answering) => {
        const rendered = answering.renderPrompt(prompt, options.input);
        const answer = await answering.pool.generate({ ...rendered, maxTokens, temperature, topK, topP, seed, stop }, { signal, onText: (piece) => print.piece(piece) });
        const rate = answer.generateMs > 0 ? (1000 * Math.max(0, answer.tokens - 1)) / answer.generateMs : null;
        print.line();
        if (!print.json) print.note(print.paint.dim(`${formatAmount(answer.tokens, "token")}${rate === null ? "" : `, ${rate.toFixed(0)} tokens/s`}, ended by ${answer.finishReason}, prompt format ${answering.promptFormat}`));
        return {
          model: answering.pool.name,
          prompt,
          prompt_format: answering.promptFormat,
          rendered_prompt: rendered.text,
          generated_text: answer.text,
          tokens_generated: answer.tokens,
          prompt_tokens: answer.promptTokens,
          finish_reason: answer.finishReason,
          generate_tokens_per_s: rate,
        };
      }),
    );
  },
});
