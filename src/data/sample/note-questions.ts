// Questions on made-up clinical notes: tasks in turn, notes of 10 to 60 words, answers that follow from the note. Every row has its own note, and no
// answer but yes and no is given twice.
import type { Random } from "../../random.ts";
import { drawFacts, tellNote } from "./note.ts";
import { TASKS } from "./tasks.ts";
import type { SampleRow } from "./sample-row.ts";

const DRAWS_PER_ROW = 500;

/** A function that makes row after row, from index 0 on. */
export function createNoteQuestions(random: Random): (index: number) => Omit<SampleRow, "id"> {
  const used = new Set<string>();
  return (index) => {
    const task = TASKS[index % TASKS.length]!;
    const turn = Math.floor(index / TASKS.length);
    for (let draw = 0; draw < DRAWS_PER_ROW; draw += 1) {
      const facts = drawFacts(random);
      const input = tellNote(facts, task.needs, random);
      const words = input.split(" ").length;
      const { instruction, output } = task.ask(facts, turn, random);
      if (words < 10 || words > 60 || used.has(input) || used.has(output)) continue;
      used.add(input);
      if (!task.closed) used.add(output);
      return { instruction, input, output, task: task.name };
    }
    throw new Error(`internal: no new ${task.name} row in ${DRAWS_PER_ROW} draws`);
  };
}
