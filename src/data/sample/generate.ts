// The embedded samples of `data prepare --sample`: made-up rows, always the same for a seed. No free-text answer is given twice in one sample, so
// no split of it can have its answers in another.
import { createRandom } from "../../random.ts";
import { createHeadlines } from "./headlines.ts";
import { createNoteEntities } from "./note-entities.ts";
import { createNoteQuestions } from "./note-questions.ts";
import type { SampleRow } from "./sample-row.ts";

export type { SampleRow } from "./sample-row.ts";

/** The domains that have a sample generator: questions on clinical notes, entities named in such notes, labels of news about conflicts over water. */
export const SAMPLE_DOMAINS = ["healthcare", "ner", "water-conflict"] as const;
export type SampleDomain = (typeof SAMPLE_DOMAINS)[number];

export const MAX_SAMPLE_ROWS = 2000;

export interface SampleOptions {
  readonly domain: SampleDomain;
  /** Rows to make, 1 to {@link MAX_SAMPLE_ROWS}. */
  readonly count: number;
  /** A 32-bit whole number; the same seed gives the same rows, and a smaller count gives the first rows of a larger one. */
  readonly seed: number;
}

const GENERATORS = { healthcare: createNoteQuestions, ner: createNoteEntities, "water-conflict": createHeadlines } as const;

/**
 * Makes the rows of a sample.
 * @throws RangeError when the domain has no generator or the count is out of range.
 */
export function generateSample({ domain, count, seed }: SampleOptions): SampleRow[] {
  if (!SAMPLE_DOMAINS.includes(domain)) throw new RangeError(`Cannot generate a sample: domain must be one of ${SAMPLE_DOMAINS.join(", ")}, current value is ${String(domain)}`);
  if (!Number.isInteger(count) || count < 1 || count > MAX_SAMPLE_ROWS) {
    throw new RangeError(`Cannot generate a sample: count must be a whole number from 1 to ${MAX_SAMPLE_ROWS}, current value is ${count}`);
  }
  const drawRow = GENERATORS[domain](createRandom(seed));
  return Array.from({ length: count }, (_, index) => ({ id: `${domain}-${String(index + 1).padStart(5, "0")}`, ...drawRow(index) }));
}
