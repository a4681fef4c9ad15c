import type { LlamaModel } from "./types.ts";

/**
 * The ids a model is asked with: the text, and the beginning-of-sequence token in front when the tokenizer wants one and a template has not
 * written it already. `parseSpecial` reads special tokens spelled out in the text (chat templates). Default false.
 */
export function encodePromptText({ tokenize, info }: LlamaModel, text: string, options: { readonly parseSpecial?: boolean } = {}): number[] {
  const ids = tokenize(text, { parseSpecial: options.parseSpecial ?? false });
  return info.addBos && info.bosId !== undefined && ids[0] !== info.bosId ? [info.bosId, ...ids] : ids;
}
