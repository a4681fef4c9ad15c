// What a model says about its own making: `tunesmith.*` in the header of a GGUF file, the member `tunesmith` of config.json in a directory.
import { join } from "node:path";
import { openGguf } from "../engine/gguf/index.ts";
import { isFile, readJson } from "../files/index.ts";
import { PROMPT_FORMATS, type PromptFormat } from "../data/index.ts";

const PREFIX = "tunesmith.";

/** Texts by key without the prefix; empty for a model that was made elsewhere. */
export function readProvenance(modelPath: string): Readonly<Record<string, string>> {
  return Object.fromEntries(entriesOf(modelPath).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** How the model was trained to be asked; undefined when it does not say. */
export function findPromptFormat(provenance: Readonly<Record<string, string>>): PromptFormat | undefined {
  return PROMPT_FORMATS.find((format) => format === provenance["prompt_format"]);
}

function entriesOf(modelPath: string): readonly (readonly [string, unknown])[] {
  if (modelPath.endsWith(".gguf")) {
    const file = openGguf(modelPath);
    file.close();
    return [...file.metadata].flatMap(([key, { value }]) => (key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), value] as const] : []));
  }
  const path = join(modelPath, "config.json");
  const config = isFile(path) ? (readJson(path) as { readonly tunesmith?: Readonly<Record<string, unknown>> }) : {};
  return Object.entries(config.tunesmith ?? {});
}
