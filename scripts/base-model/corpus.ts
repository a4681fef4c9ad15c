// The text the demo's base model is pretrained on: made here, from the lexicon of the sample and everyday words. Licence: Apache-2.0,
// like the rest of the project. It never holds a prompt of the fine-tuning tasks nor a sentence template of their notes; most of it
// says something twice in two layouts, because a model of this size learns to look things up only if looking up pays everywhere.
//
//   npx tsx scripts/base-model/corpus.ts 20          prints the first 20 training documents
import { pathToFileURL } from "node:url";
import { createRandom, type Random } from "../../src/random.ts";
import { writeList, writeMembership, writeNonsense, writePairs } from "./corpus/copying.ts";
import { writeDefinitions, writeDialogue, writeSentences, writeStory } from "./corpus/prose.ts";
import { writeAskFirst, writeEcho, writeRecall, writeRegister } from "./corpus/recall.ts";

/** Stands after every document. */
export const END_OF_TEXT = "<|endoftext|>";

export type Mixture = readonly (readonly [write: (random: Random) => string, percent: number])[];

/** Kind of document and its share of the documents, in percent. */
export const MIXTURE: Mixture = [
  [writeRecall, 24],
  [writeAskFirst, 30],
  [writeEcho, 5],
  [writeRegister, 8],
  [writePairs, 9],
  [writeList, 5],
  [writeMembership, 5],
  [writeNonsense, 2],
  [writeDialogue, 5],
  [writeStory, 3],
  [writeDefinitions, 2],
  [writeSentences, 2],
];

/** The mixture the tokenizer learned from; it stays as it was, or every token of the trained weights would mean something else. */
export const TOKENIZER_MIXTURE: Mixture = [
  [writeRecall, 28],
  [writeAskFirst, 22],
  [writeEcho, 5],
  [writeRegister, 8],
  [writePairs, 9],
  [writeList, 7],
  [writeMembership, 5],
  [writeNonsense, 4],
  [writeDialogue, 5],
  [writeStory, 3],
  [writeDefinitions, 2],
  [writeSentences, 2],
];

/** The mixture of the first training documents: mostly things said twice, so that the model learns early to look back. */
export const OPENING_MIXTURE: Mixture = [
  [writeNonsense, 30],
  [writeList, 15],
  [writePairs, 20],
  [writeEcho, 20],
  [writeRecall, 15],
];
const OPENING_DOCUMENTS = 1500;

/** Train documents and held-out documents come from seeds that never meet. */
export type CorpusSplit = "train" | "held-out";

export interface CorpusOptions {
  readonly split: CorpusSplit;
  /** Documents to make. */
  readonly count: number;
  /** Index of the first document, 0 when left out. */
  readonly from?: number;
  /** Kinds of documents and their shares; when left out, {@link MIXTURE} after an opening of {@link OPENING_MIXTURE}. */
  readonly mixture?: Mixture;
}

const SEEDS: Readonly<Record<CorpusSplit, number>> = { train: 0x10000000, "held-out": 0x60000000 };

const pretrainingMixture = (split: CorpusSplit, index: number): Mixture => (split === "train" && index < OPENING_DOCUMENTS ? OPENING_MIXTURE : MIXTURE);

/** One document (without {@link END_OF_TEXT}), always the same for the same split, index and mixture. */
export function writeDocument(split: CorpusSplit, index: number, mixture = pretrainingMixture(split, index)): string {
  const random = createRandom(SEEDS[split] + index);
  let share = random.between(1, 100);
  for (const [write, percent] of mixture) {
    share -= percent;
    if (share <= 0) return write(random);
  }
  throw new Error("internal: the shares of the mixture must add up to 100");
}

/** Streams documents in the order they are to be read, about 130 tokens each, without {@link END_OF_TEXT}. */
export function* streamCorpus({ split, count, from = 0, mixture }: CorpusOptions): Generator<string> {
  for (let index = from; index < from + count; index += 1) yield writeDocument(split, index, mixture);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const text of streamCorpus({ split: "train", count: Number(process.argv[2] ?? 10) })) console.log(`${text}\n${END_OF_TEXT}`);
}
