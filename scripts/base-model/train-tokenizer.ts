// Trains the tokenizer of the demo's base model on our own corpus and writes it in the Hugging Face layout.
//
//   npx tsx scripts/base-model/train-tokenizer.ts [directory, assets/base-model when left out]
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeJson } from "../../src/files/index.ts";
import { learnBytePairs, type BytePairs } from "./bpe.ts";
import { END_OF_TEXT, streamCorpus, TOKENIZER_MIXTURE } from "./corpus.ts";

export const VOCABULARY_SIZE = 1024;
export const PAD = "<|pad|>";
const SPECIALS = [END_OF_TEXT, PAD];
// Past the opening of the corpus, whose nonsense words are not worth tokens of their own.
const FIRST_DOCUMENT = 10_000;
const TRAINING_DOCUMENTS = 6000;
// The headings of the prompt format are given to the trainer now and then, so that a prompt costs few tokens.
const HEADINGS = "### Instruction:\n\n### Input:\n\n### Response:\n";
const DOCUMENTS_PER_HEADINGS = 10;

/** A prompt as the `instruction` format writes it; a system message stands above, an answer ends with the end-of-text token. */
const CHAT_TEMPLATE =
  "{% for message in messages %}" +
  "{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}" +
  "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}" +
  "{% elif message['role'] == 'assistant' %}{{ '### Response:\\n' + message['content'] + eos_token }}" +
  "{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}";

function* trainingTexts(): Generator<string> {
  let index = 0;
  for (const text of streamCorpus({ split: "train", count: TRAINING_DOCUMENTS, from: FIRST_DOCUMENT, mixture: TOKENIZER_MIXTURE })) {
    yield text;
    if (index % DOCUMENTS_PER_HEADINGS === 0) yield HEADINGS;
    index += 1;
  }
}

/** Learns the merges of the base model's tokenizer: always the same. */
export function trainPairs(): BytePairs {
  return learnBytePairs(trainingTexts(), VOCABULARY_SIZE - SPECIALS.length - 256);
}

/** The `tokenizer.json` of a byte-level BPE tokenizer: special tokens first, then bytes, then merges. Source: huggingface/tokenizers, serialization of BPE. */
export function describeTokenizer({ tokens, merges }: BytePairs): Readonly<Record<string, unknown>> {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...SPECIALS, ...tokens].map((token, id) => [token, id])),
      merges,
    },
  };
}

/** The `tokenizer_config.json` beside it. Text begins with the token that ends it, as in GPT-2, but none is added. */
export function describeTokenizerConfig(contextLength: number): Readonly<Record<string, unknown>> {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: END_OF_TEXT,
    eos_token: END_OF_TEXT,
    pad_token: PAD,
    add_bos_token: false,
    add_eos_token: false,
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    padding_side: "right",
    model_max_length: contextLength,
    chat_template: CHAT_TEMPLATE,
  };
}

function main(directory: string): void {
  const pairs = trainPairs();
  writeJson(join(directory, "tokenizer.json"), describeTokenizer(pairs));
  writeJson(join(directory, "tokenizer_config.json"), describeTokenizerConfig(512));
  console.log(`${VOCABULARY_SIZE} tokens written to ${directory}; the last merges: ${pairs.tokens.slice(-8).join(" ")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv[2] ?? "assets/base-model");
