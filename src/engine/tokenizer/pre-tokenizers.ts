// The splitting rules of byte-level tokenizers: their name in GGUF metadata and their form in tokenizer.json. They are recognised by the
// rule itself; a hash over sample text (llama.cpp's way) changes with every added token.
// Source of names and rules: src/llama-vocab.cpp and conversion/base.py of the pinned llama.cpp release, tokenizer.json of the models.
import { isFields } from "./parse.ts";

type Step = { readonly split: string } | { readonly digits: "single" | "together" } | { readonly bytes: "gpt2-rule" | "no-rule" };

export interface PreTokenizerRule {
  /** `tokenizer.ggml.pre`. */
  readonly name: string;
  /** Other names of the same rule. */
  readonly aliases: readonly string[];
  readonly steps: readonly Step[];
  /** A piece that is a token as a whole is not merged from its parts. */
  readonly ignoreMerges: boolean;
  readonly addBos: boolean;
  readonly normalizer?: "NFC";
}

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const WORD_END = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const WORD_END_SLASH = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const BEFORE_WORD = "[^\\r\\n\\p{L}\\p{N}]?";
const camelCase = (suffix: string): string => `${BEFORE_WORD}${UPPER}*${LOWER}+${suffix}|${BEFORE_WORD}${UPPER}+${LOWER}*${suffix}`;
const afterSplit = (split: string): readonly Step[] => [{ split }, { bytes: "no-rule" }];

const llama3 = afterSplit(`${CONTRACTIONS}|${BEFORE_WORD}\\p{L}+|\\p{N}{1,3}|${WORD_END}`);
const qwen2 = afterSplit(`${CONTRACTIONS}|${BEFORE_WORD}\\p{L}+|\\p{N}|${WORD_END}`);

/** Where several names share steps, the first one that also agrees on merges and start token is written. */
export const PRE_TOKENIZER_RULES: readonly PreTokenizerRule[] = [
  { name: "gpt-2", aliases: ["phi-2", "mpt", "olmo", "jais", "roberta-bpe", "trillion", "granite-docling", "default"], steps: [{ bytes: "gpt2-rule" }], ignoreMerges: false, addBos: false },
  { name: "smollm", aliases: ["starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"], steps: [{ digits: "single" }, { bytes: "gpt2-rule" }], ignoreMerges: false, addBos: false },
  { name: "llama-bpe", aliases: ["llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"], steps: llama3, ignoreMerges: true, addBos: true },
  { name: "dbrx", aliases: ["smaug-bpe", "glm4", "chatglm-bpe"], steps: llama3, ignoreMerges: false, addBos: false },
  { name: "qwen2", aliases: ["deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez"], steps: qwen2, ignoreMerges: false, addBos: false, normalizer: "NFC" },
  {
    name: "qwen35", aliases: [], ignoreMerges: false, addBos: false,
    steps: afterSplit(`${CONTRACTIONS}|${BEFORE_WORD}[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`),
  },
  { name: "tekken", aliases: [], steps: afterSplit(`${camelCase("")}|\\p{N}|${WORD_END_SLASH}`), ignoreMerges: true, addBos: true },
  { name: "gpt-4o", aliases: ["llama4", "kanana2"], steps: afterSplit(`${camelCase(`${CONTRACTIONS}?`)}|\\p{N}{1,3}|${WORD_END_SLASH}`), ignoreMerges: false, addBos: false },
];

/** The rule of a `tokenizer.ggml.pre` name. */
export function findRuleByName(name: string): PreTokenizerRule | undefined {
  return PRE_TOKENIZER_RULES.find((rule) => rule.name === name || rule.aliases.includes(name));
}

/** The rule a tokenizer.json uses. Rules that share their steps are told apart by whether merges are ignored. */
export function findRuleOf(preTokenizer: unknown, ignoreMerges: boolean): PreTokenizerRule | undefined {
  const wanted = describePreTokenizer(preTokenizer);
  const same = PRE_TOKENIZER_RULES.filter(({ steps }) => steps.map(describeStep).join(" → ") === wanted);
  return same.find((rule) => rule.ignoreMerges === ignoreMerges) ?? same[0];
}

/** The rule as the `pre_tokenizer` of a tokenizer.json. */
export function preTokenizerJson(rule: PreTokenizerRule): unknown {
  return { type: "Sequence", pretokenizers: rule.steps.map(stepJson) };
}

function stepJson(step: Step): unknown {
  if ("split" in step) return { type: "Split", pattern: { Regex: step.split }, behavior: "Isolated", invert: false };
  if ("digits" in step) return { type: "Digits", individual_digits: step.digits === "single" };
  return { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: step.bytes === "gpt2-rule" };
}

/** One line that says what a pre-tokenizer does; equal lines mean equal splits. */
export function describePreTokenizer(json: unknown): string {
  if (!isFields(json)) return "none";
  if (json["type"] === "Sequence" && Array.isArray(json["pretokenizers"])) return json["pretokenizers"].map(describePreTokenizer).join(" → ");
  if (json["type"] === "Split" && isFields(json["pattern"])) return `split ${normalForm(String(json["pattern"]["Regex"] ?? json["pattern"]["String"]))}`;
  if (json["type"] === "Digits") return `digits ${json["individual_digits"] === true ? "single" : "together"}`;
  if (json["type"] === "ByteLevel") return `bytes ${json["use_regex"] === false ? "no-rule" : "gpt2-rule"}${json["add_prefix_space"] === true ? " with a leading space" : ""}`;
  return JSON.stringify(json);
}

function describeStep(step: Step): string {
  if ("split" in step) return `split ${normalForm(step.split)}`;
  return "digits" in step ? `digits ${step.digits}` : `bytes ${step.bytes}`;
}

/** Two spellings of the English contractions and of one digit are in use. */
function normalForm(regex: string): string {
  return regex
    .replaceAll("(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])", CONTRACTIONS)
    .replaceAll("\\p{N}{1}|", "\\p{N}|");
}
