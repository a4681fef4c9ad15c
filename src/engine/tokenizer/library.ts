// The one place that knows @huggingface/tokenizers. Some of its steps differ from the reference (they see ASCII or JavaScript's own white
// space where the reference sees Unicode, or do not split); they are handed over as equal split rules, which it translates faithfully.
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { brokenTokenizer } from "./errors.ts";
import { isFields } from "./parse.ts";
import type { TokenizerJson } from "./types.ts";

const GPT2_RULE = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

export interface Codec {
  /** Ids of a text; no special token is added. */
  encode(text: string): number[];
  /** Ids of a text between the tokens its post-processor adds. */
  frame(text: string): number[];
  decode(ids: readonly number[]): string;
}

/** @throws `tokenizer.broken` when the library refuses the definition, at once or in use */
export function createCodec(where: string, json: TokenizerJson): Codec {
  const library = build(where, json);
  return {
    encode: (text) => (text === "" ? [] : orBroken(where, () => library.encode(text, { add_special_tokens: false }).ids)),
    frame: (text) => orBroken(where, () => library.encode(text, { add_special_tokens: true }).ids),
    decode: (ids) => (ids.length === 0 ? "" : orBroken(where, () => library.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false }))),
  };
}

/** The library trusts the steps of a definition; what is wrong with one shows when it is used. */
function orBroken<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw brokenTokenizer(where, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function build(where: string, json: TokenizerJson): LibraryTokenizer {
  return orBroken(where, () => new LibraryTokenizer({ ...json, pre_tokenizer: withWordSplit(json) }, {}));
}

/**
 * A text in SentencePiece style is one piece to the reference. It may be cut into words, which the library remembers one by one, wherever
 * no merge reaches across the beginning of a word.
 */
function withWordSplit({ pre_tokenizer: step, model }: TokenizerJson): unknown {
  const isWhole = step === null || (isFields(step) && step["type"] === "Metaspace" && step["split"] === false);
  if (model.type !== "BPE" || model.byte_fallback !== true || !isWhole || model.merges.some(crossesWords)) return withUnicodeRules(step);
  const words = isolate("▁+[^▁]*|[^▁]+");
  return step === null ? words : { type: "Sequence", pretokenizers: [step, words] };
}

function crossesWords(merge: string | readonly [string, string]): boolean {
  const [left, right] = typeof merge === "string" ? (merge.split(" ") as [string, string]) : merge;
  return right.startsWith("▁") && !left.endsWith("▁");
}

function withUnicodeRules(step: unknown): unknown {
  if (!isFields(step)) return step;
  if (Array.isArray(step["pretokenizers"])) return { ...step, pretokenizers: step["pretokenizers"].map(withUnicodeRules) };
  if (step["type"] === "Digits") return isolate(step["individual_digits"] === true ? "\\p{N}" : "\\p{N}+");
  if (step["type"] === "Metaspace" && step["split"] !== false) return { type: "Sequence", pretokenizers: [step, isolate("▁[^▁]*|[^▁]+")] };
  if (step["type"] === "ByteLevel" && step["use_regex"] !== false && step["add_prefix_space"] !== true) {
    return { type: "Sequence", pretokenizers: [isolate(GPT2_RULE), { ...step, use_regex: false }] };
  }
  return step;
}

function isolate(regex: string): unknown {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}
