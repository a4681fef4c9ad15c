// The embedded sample of `data prepare --sample`: questions on made-up clinical notes. Every row has its own note, and no answer
// but yes and no is given twice in one sample, so no split of it can have its answers in another.
import type { Row } from "../row.ts";
import { drawFacts, tellNote } from "./note.ts";
import { createRandom } from "../../random.ts";
import { TASKS, type Task } from "./tasks.ts";

/** The domains that have a sample generator. */
export const SAMPLE_DOMAINS = ["healthcare"] as const;
export type SampleDomain = (typeof SAMPLE_DOMAINS)[number];

export const MAX_SAMPLE_ROWS = 2000;

export interface SampleOptions {
  readonly domain: SampleDomain;
  /** Rows to make, 1 to {@link MAX_SAMPLE_ROWS}. */
  readonly count: number;
  /** A 32-bit whole number; the same seed gives the same rows, and a smaller count gives the first rows of a larger one. */
  readonly seed: number;
}

/** A row whose task is named. */
export type SampleRow = Row & { readonly task: string };

const DRAWS_PER_ROW = 500;

/**
 * Makes the rows of a sample: task labels in turn, notes of 10 to 60 words, answers that follow from the note.
 * @throws RangeError when the domain has no generator or the count is out of range.
 */
export function generateSample({ domain, count, seed }: SampleOptions): SampleRow[] {
  if (!SAMPLE_DOMAINS.includes(domain)) throw new RangeError(`Cannot generate a sample: domain must be one of ${SAMPLE_DOMAINS.join(", ")}, current value is ${String(domain)}`);
  if (!Number.isInteger(count) || count < 1 || count > MAX_SAMPLE_ROWS) {
    throw new RangeError(`Cannot generate a sample: count must be a whole number from 1 to ${MAX_SAMPLE_ROWS}, current value is ${count}`);
  }
  const random = createRandom(seed);
  const used = new Set<string>();
  const rows: SampleRow[] = [];
  while (rows.length < count) {
    const task = TASKS[rows.length % TASKS.length] as Task;
    const turn = Math.floor(rows.length / TASKS.length);
    const row = drawRow(task, turn, used);
    used.add(row.input);
    if (!task.closed) used.add(row.output);
    rows.push({ id: `${domain}-${String(rows.length + 1).padStart(5, "0")}`, ...row, task: task.name });
  }
  return rows;

  function drawRow(task: Task, turn: number, taken: ReadonlySet<string>): Omit<SampleRow, "id" | "task"> {
    for (let draw = 0; draw < DRAWS_PER_ROW; draw += 1) {
      const facts = drawFacts(random);
      const input = tellNote(facts, task.needs, random);
      const words = input.split(" ").length;
      const { instruction, output } = task.ask(facts, turn, random);
      if (words >= 10 && words <= 60 && !taken.has(input) && !taken.has(output)) return { instruction, input, output };
    }
    throw new Error(`internal: no new ${task.name} row in ${DRAWS_PER_ROW} draws`);
  }
}
