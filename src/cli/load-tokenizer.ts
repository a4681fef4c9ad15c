import { openGguf } from "../engine/gguf/index.ts";
import { loadTokenizerDirectory, tokenizerFromGguf, type Tokenizer } from "../engine/tokenizer/index.ts";
import { findModel } from "./find-model.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

interface LoadTokenizerParts {
  readonly print: Print;
  readonly world: World;
  readonly signal?: AbortSignal;
}

/** The tokenizer of a model directory, a `.gguf` file or a Hub id (of which only the small files are downloaded). */
export async function loadTokenizer(model: string, parts: LoadTokenizerParts): Promise<Tokenizer> {
  const { path } = await findModel(model, { ...parts, part: "tokenizer" });
  if (!path.endsWith(".gguf")) return loadTokenizerDirectory(path);
  const file = openGguf(path);
  try {
    return tokenizerFromGguf(file.metadata, path);
  } finally {
    file.close();
  }
}
