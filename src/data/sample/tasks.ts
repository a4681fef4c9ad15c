// What is asked about a note: each task makes one question and the answer that follows from the facts.
import { CONDITIONS, MEDICINES } from "./lexicon.ts";
import { joinWords, type NoteFacts, type NotePart } from "./note.ts";
import type { Random } from "../../random.ts";

export interface Question {
  readonly instruction: string;
  readonly output: string;
}

export interface Task {
  readonly name: string;
  /** Parts the note must tell for the question to have an answer. */
  readonly needs: readonly NotePart[];
  /** True when the answer is a label (yes or no), the only kind of answer that may repeat in a sample. */
  readonly closed: boolean;
  readonly ask: (facts: NoteFacts, turn: number, random: Random) => Question;
}

const MEDICINE_LIST = [
  "List the medicines in the note.",
  "Which medicines does the patient take?",
  "Name every medicine mentioned.",
  "Extract all medicines.",
  "What drugs are written in this note?",
  "Give the medicines, without doses.",
];

const CONDITION_LIST = [
  "List the conditions in the note.",
  "Which conditions does the patient have?",
  "Name every diagnosis mentioned.",
  "Extract all conditions.",
  "What illnesses are written in this note?",
  "Give the diagnoses of the patient.",
];

const DOSE = [
  (medicine: string) => `What dose of ${medicine} is prescribed?`,
  (medicine: string) => `How is ${medicine} taken?`,
  (medicine: string) => `Give the dose and frequency of ${medicine}.`,
  (medicine: string) => `How much ${medicine} does the patient take, and how often?`,
  (medicine: string) => `Find the dosage of ${medicine}.`,
];

const FOLLOW_UP = [
  "When and where is the follow-up?",
  "When is the next visit, and at which clinic?",
  "Give the follow-up appointment.",
  "Extract the time and place of the review.",
  "When should the patient come back, and where?",
];

const SUMMARY = [
  "Summarise the note in one line.",
  "Write a short summary of the patient.",
  "Sum up this patient briefly.",
  "Give a one-line summary.",
  "Condense the note to a single line.",
];

const TAKES = [
  (medicine: string) => `Does the patient take ${medicine}?`,
  (medicine: string) => `Is ${medicine} among the medicines?`,
  (medicine: string) => `Is the patient on ${medicine}?`,
  (medicine: string) => `Was ${medicine} prescribed?`,
];

const SUFFERS = [
  (condition: string) => `Does the patient have ${condition}?`,
  (condition: string) => `Is ${condition} among the diagnoses?`,
  (condition: string) => `Is there a history of ${condition}?`,
  (condition: string) => `Does the note mention ${condition}?`,
];

const medicinesOf = (facts: NoteFacts): string[] => facts.prescriptions.map(({ medicine }) => medicine);

/** "Woman, 67: asthma and gout; takes metformin and lisinopril": at most two of each. */
function summarise(facts: NoteFacts): string {
  const who = facts.sex === "man" ? "Man" : "Woman";
  return `${who}, ${facts.age}: ${joinWords(facts.conditions.slice(0, 2))}; takes ${joinWords(medicinesOf(facts).slice(0, 2))}.`;
}

/** Yes on even turns, no on odd ones, so that the labels are balanced. */
function askWhether(facts: NoteFacts, turn: number, random: Random): Question {
  const output = turn % 2 === 0 ? "yes" : "no";
  const aboutMedicine = random.chance(0.5);
  const present = aboutMedicine ? medicinesOf(facts) : facts.conditions;
  const all = (aboutMedicine ? MEDICINES : CONDITIONS).map(({ name }) => name);
  const absent = all.filter((name) => !present.some((other) => other.includes(name) || name.includes(other)));
  const name = random.pick(output === "yes" ? present : absent);
  return { instruction: random.pick(aboutMedicine ? TAKES : SUFFERS)(name), output };
}

export const TASKS: readonly Task[] = [
  { name: "medicines", needs: ["medicines"], closed: false, ask: (facts, _turn, random) => ({ instruction: random.pick(MEDICINE_LIST), output: medicinesOf(facts).join("; ") }) },
  { name: "conditions", needs: [], closed: false, ask: (facts, _turn, random) => ({ instruction: random.pick(CONDITION_LIST), output: facts.conditions.join("; ") }) },
  {
    name: "dose",
    needs: ["medicines"],
    closed: false,
    ask: (facts, _turn, random) => {
      const { medicine, dose, frequency } = random.pick(facts.prescriptions);
      return { instruction: random.pick(DOSE)(medicine), output: `${dose} ${frequency}` };
    },
  },
  { name: "follow-up", needs: ["follow-up"], closed: false, ask: (facts, _turn, random) => ({ instruction: random.pick(FOLLOW_UP), output: `${facts.interval} at the ${facts.clinic} clinic` }) },
  { name: "summary", needs: ["medicines"], closed: false, ask: (facts, _turn, random) => ({ instruction: random.pick(SUMMARY), output: summarise(facts) }) },
  { name: "yes-no", needs: ["medicines"], closed: true, ask: askWhether },
];
