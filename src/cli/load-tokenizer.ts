import { openGguf } from "../engine/gguf/index.ts";
import { loadTokenizerDirectory, tokenizerFromGguf, type Tokenizer } from "../engine/tokenizer/index.ts";
import { resolveModel } from "../hub/index.ts";
import type { World } from "./world.ts";

/** The tokenizer of a model directory, a `.gguf` file or a Hub id (of which only the small files are downloaded). */
export async function loadTokenizer(model: string, world: World, signal?: AbortSignal): Promise<Tokenizer> {
  const { path } = await resolveModel(model, { part: "tokenizer", environment: world.environment, fetch: world.fetch, signal });
  if (!path.endsWith(".gguf")) return loadTokenizerDirectory(path);
  const file = openGguf(path);
  try {
    return tokenizerFromGguf(file.metadata, path);
  } finally {
    file.close();
  }
}
