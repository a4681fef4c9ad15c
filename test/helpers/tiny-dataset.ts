// A small dataset that a byte model can learn something of, prepared by the data room.
import { join } from "node:path";
import { prepareDataset } from "../../src/data/index.ts";
import { randomStream } from "../../src/engine/models/index.ts";
import { writeFileAtomic } from "../../src/files/index.ts";

export interface TinyDatasetOptions {
  /** Default 24, before the split into 8 : 1 : 1. */
  readonly rows?: number;
  readonly seed?: number;
}

/** Prepares words to be spelled in capitals below `directory` and returns the path of the dataset. Same options, same rows. */
export async function writeTinyDataset(directory: string, { rows = 24, seed = 1 }: TinyDatasetOptions = {}): Promise<string> {
  const uniform = randomStream(seed, "words");
  const lines = Array.from({ length: rows }, () => {
    const word = Array.from({ length: 5 + Math.floor(8 * uniform()) }, () => String.fromCodePoint(97 + Math.floor(26 * uniform()))).join("");
    return JSON.stringify({ instruction: word, input: "", output: word.toUpperCase() });
  });
  const inputFile = join(directory, "words.jsonl");
  writeFileAtomic(inputFile, `${lines.join("\n")}\n`);
  const { path } = await prepareDataset({ domain: "words", inputFile, outputDir: directory, skipValidation: true, now: new Date("2026-01-01T00:00:00Z") });
  return path;
}
