// A model made ready to answer: found, converted if need be, loaded in a process of its own, with the prompt format it was trained in.
import type { PromptFormat, TextTokenizer } from "../data/index.ts";
import type { ModelPool, RenderedPrompt } from "../serving/index.ts";
import { specialTokensInPrompt } from "./errors.ts";
import { inferenceFiles, type InferenceFiles } from "./inference-files.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface AnsweringModelOptions {
  /** A .gguf file, a model directory, a checkpoint or its run, or a Hub id. */
  readonly model: string;
  /** The base of a checkpoint. Default: the one it names. */
  readonly baseModel?: string;
  readonly threads?: number;
  readonly contextLength?: number;
  /** Default: what the model says of itself, else its chat template, else none. */
  readonly promptFormat?: PromptFormat;
  /** Sends prompts as they are. */
  readonly raw: boolean;
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
}

export interface AnsweringModel {
  readonly pool: ModelPool;
  /** `raw` when prompts are sent as they are. */
  readonly promptFormat: PromptFormat | "raw";
  /** `input` is the text the prompt is about, empty for none. */
  renderPrompt(prompt: string, input?: string): RenderedPrompt;
}

/** Opens a model, hands it to `use`, and closes it whatever happens. @throws `files.missing`, `models.*`, `llama.*`, `serving.*`, `hub.*` */
export async function withAnsweringModel<T>(options: AnsweringModelOptions, use: (model: AnsweringModel) => Promise<T>): Promise<T> {
  const { openModelPool } = await import("../serving/index.ts");
  const files = await inferenceFiles(options.model, options);
  const pool = await openModelPool({
    modelPath: files.modelPath,
    adapters: files.adapterPath === undefined ? [] : [{ path: files.adapterPath }],
    threads: options.threads,
    contextLength: options.contextLength,
  });
  try {
    const own = files.promptFormat ?? (pool.info.chatTemplate === undefined ? "raw" : "chat");
    const promptFormat = options.raw ? "raw" : (options.promptFormat ?? own);
    return await use({ pool, promptFormat, renderPrompt: await promptRenderer(files, promptFormat) });
  } finally {
    await pool.close();
  }
}

async function promptRenderer({ modelPath, chatTemplate }: InferenceFiles, format: PromptFormat | "raw"): Promise<AnsweringModel["renderPrompt"]> {
  if (format === "raw") return (prompt, input = "") => ({ text: input === "" ? prompt : `${prompt}\n\n${input}`, parseSpecial: false });
  const { renderPrompt } = await import("../data/index.ts");
  const tokenizer = format === "chat" ? await readTokenizer(modelPath, chatTemplate) : undefined;
  return (prompt, input = "") => {
    const asked = `${prompt}\n${input}`;
    if (tokenizer !== undefined && tokenizer.encode(asked).length !== tokenizer.encodeWithSpecial(asked).length) throw specialTokensInPrompt();
    return { text: renderPrompt({ instruction: prompt, input }, format, tokenizer).prompt, parseSpecial: format === "chat" };
  };
}

async function readTokenizer(gguf: string, chatTemplate: string | undefined): Promise<TextTokenizer> {
  const [{ openGguf }, { tokenizerFromGguf }, { applyTemplate }] = await Promise.all([import("../engine/gguf/index.ts"), import("../engine/tokenizer/index.ts"), import("../data/index.ts")]);
  const file = openGguf(gguf);
  file.close();
  const tokenizer = tokenizerFromGguf(file.metadata, gguf);
  return chatTemplate === undefined ? tokenizer : applyTemplate(tokenizer, chatTemplate);
}
