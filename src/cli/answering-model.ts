// A model made ready to answer: found, converted if need be, loaded in a process of its own, with the prompt format it was trained in.
import type { PromptFormat } from "../data/index.ts";
import type { ModelPool, RenderedPrompt } from "../serving/index.ts";
import { inferenceFiles } from "./inference-files.ts";
import type { Print } from "./print.ts";
import { openPromptRenderer } from "./prompt-renderer.ts";
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
    const { renderPrompt } = await openPromptRenderer(files, promptFormat);
    return await use({ pool, promptFormat, renderPrompt: (prompt, input = "") => renderPrompt(prompt, input) });
  } finally {
    await pool.close();
  }
}
