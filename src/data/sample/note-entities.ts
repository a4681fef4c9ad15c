// Named entities of made-up clinical notes: three questions about each note, so that its rows are of one group; every eighth note names nothing.
import type { Random } from "../../random.ts";
import type { Entity } from "../row.ts";
import { ENTITIES_INSTRUCTION, writeEntities } from "../read/entities.ts";
import { CONDITIONS, MEDICINES } from "./lexicon.ts";
import { drawFacts, tellNote, tellVisit } from "./note.ts";
import type { SampleRow } from "./sample-row.ts";

const DRAWS_PER_NOTE = 500;
const NOTES_PER_EMPTY = 8;

const QUESTIONS = [
  { task: "entities", instructions: [ENTITIES_INSTRUCTION], answer: writeEntities },
  { task: "chemicals", instructions: askFor("chemicals"), answer: listOf("Chemical") },
  { task: "diseases", instructions: askFor("diseases"), answer: listOf("Disease") },
] as const;

interface Note {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** A function that makes row after row, from index 0 on. */
export function createNoteEntities(random: Random): (index: number) => Omit<SampleRow, "id"> {
  const used = new Set<string>();
  let note: Note = { text: "", entities: [] };
  return (index) => {
    const number = Math.floor(index / QUESTIONS.length);
    const { task, instructions, answer } = QUESTIONS[index % QUESTIONS.length]!;
    if (index % QUESTIONS.length === 0) note = drawNote(random, number % NOTES_PER_EMPTY === NOTES_PER_EMPTY - 1, used);
    return { instruction: random.pick(instructions), input: note.text, output: answer(note.entities), task, group: `note-${number + 1}`, entities: note.entities };
  };
}

/** A note that no row had yet, with answers that no row gave. */
function drawNote(random: Random, isEmpty: boolean, used: Set<string>): Note {
  for (let draw = 0; draw < DRAWS_PER_NOTE; draw += 1) {
    const text = isEmpty ? tellVisit(drawFacts(random), random) : tellNote(drawFacts(random), ["medicines"], random);
    const entities = findEntities(text);
    const answers = isEmpty ? [] : QUESTIONS.map(({ answer }) => answer(entities));
    if ((entities.length === 0) !== isEmpty || [text, ...answers].some((one) => used.has(one))) continue;
    for (const one of [text, ...answers]) used.add(one);
    return { text, entities };
  }
  throw new Error(`internal: no new note in ${DRAWS_PER_NOTE} draws`);
}

const NAMES: readonly { readonly type: string; readonly text: string }[] = [
  ...MEDICINES.map(({ name }) => ({ type: "Chemical", text: name })),
  ...CONDITIONS.map(({ name }) => ({ type: "Disease", text: name })),
].sort((a, b) => b.text.length - a.text.length);

/** Every name of the lexicon that stands in the text as words of its own, in the order of the text; of two that overlap the longer. */
function findEntities(text: string): readonly Entity[] {
  const found: (Entity & { readonly start: number; readonly end: number })[] = [];
  for (const name of NAMES) {
    for (let start = text.indexOf(name.text); start !== -1; start = text.indexOf(name.text, start + 1)) {
      const end = start + name.text.length;
      const isWord = !/[a-z0-9]/i.test(text[start - 1] ?? " ") && !/[a-z0-9]/i.test(text[end] ?? " ");
      if (isWord && found.every((other) => end <= other.start || start >= other.end)) found.push({ ...name, start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function askFor(what: string): readonly string[] {
  return [
    `List the ${what} named in this text, one a line.`,
    `Which ${what} does the text name? Give one a line.`,
    `Extract all ${what}, each on a line of its own.`,
    `Write down the ${what} of this note: one a line, or "none".`,
    `Find the ${what} in the note and list them line by line.`,
  ];
}

function listOf(type: string): (entities: readonly Entity[]) => string {
  return (entities) => [...new Set(entities.filter((entity) => entity.type === type).map(({ text }) => `- ${text}`))].join("\n") || "none";
}
