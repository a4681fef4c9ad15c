// A made-up patient as facts, and the short clinical note that tells them. The answers of the tasks are read from the facts, never from the text.
import { ALLERGIES, CLINICS, CONDITIONS, FIELDS, FINDINGS, FREQUENCIES, JOBS, MEDICINES, PLANS, SETTINGS } from "./lexicon.ts";
import type { Random } from "../../random.ts";

export interface Prescription {
  readonly medicine: string;
  /** "20 mg" */
  readonly dose: string;
  /** "twice daily" */
  readonly frequency: string;
}

export interface NoteFacts {
  /** Years. */
  readonly age: number;
  readonly sex: "man" | "woman";
  readonly job: string;
  readonly setting: string;
  /** One to three, in the order in which the note names them. */
  readonly conditions: readonly string[];
  /** Two or three, in the order in which the note names them. */
  readonly prescriptions: readonly Prescription[];
  readonly findings: readonly string[];
  readonly plan: string;
  readonly allergy: string;
  /** "in 3 weeks" */
  readonly interval: string;
  /** "heart" for the heart clinic. */
  readonly clinic: string;
}

/** Draws a patient whose medicines belong to the fields of the conditions. */
export function drawFacts(random: Random): NoteFacts {
  const fields = random.sample(FIELDS, random.between(1, 3));
  const nearby = CONDITIONS.filter(({ field }) => fields.includes(field));
  const fitting = MEDICINES.filter(({ field }) => fields.includes(field));
  const prescriptions = random.sample(fitting, random.between(2, 3)).map(({ name, doses }) => ({
    medicine: name,
    dose: random.pick(doses),
    frequency: random.pick(FREQUENCIES),
  }));
  const unit = random.pick(["days", "weeks", "months"]);
  return {
    age: random.between(18, 94),
    sex: random.pick(["man", "woman"]),
    job: random.pick(JOBS),
    setting: random.pick(SETTINGS),
    conditions: random.sample(nearby, random.between(1, 3)).map(({ name }) => name),
    prescriptions,
    findings: random.sample(FINDINGS, random.between(1, 2)),
    plan: random.pick(PLANS),
    allergy: random.pick(ALLERGIES),
    interval: `in ${random.between(2, unit === "days" ? 10 : 12)} ${unit}`,
    clinic: random.pick(CLINICS),
  };
}

/** "a", "a and b", "a, b and c". */
export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "an" before a number said with a vowel: 18 and the eighties; before a word with a vowel. */
const article = (text: string): string => (/^(18|8\d|[aeio])/.test(text) ? "an" : "a");

const OPENINGS: readonly ((facts: NoteFacts, problems: string) => string)[] = [
  ({ age, sex }, problems) => `${capitalise(article(String(age)))} ${age}-year-old ${sex} with ${problems}.`,
  ({ age, sex, setting }, problems) => `${capitalise(setting)}: ${sex} aged ${age} known for ${problems}.`,
  ({ age, job, sex }, problems) => `This ${job}, a ${sex} of ${age}, lives with ${problems}.`,
  ({ age, sex }, problems) => `History of ${problems} in a ${sex} aged ${age}.`,
  ({ age, sex, setting }, problems) => `Seen at the ${setting} for ${problems}; a ${sex} of ${age} years.`,
  ({ age, job, sex }, problems) => `Here for ${problems}: ${article(String(age))} ${age}-year-old ${sex} who is ${article(job)} ${job}.`,
  ({ age, sex }, problems) => `The ${sex}, ${age} years old, has ${problems}.`,
  ({ age, sex, job }, problems) => `Patient: ${sex}, ${age}, ${job}. Diagnoses: ${problems}.`,
  ({ age, sex, setting }, problems) => `${capitalise(setting)} with a ${age}-year-old ${sex}. Known problems are ${problems}.`,
  ({ age, sex }, problems) => `We reviewed a ${sex} of ${age} because of ${problems}.`,
];

const PRESCRIBED: readonly ((list: readonly Prescription[]) => string)[] = [
  (list) => `Takes ${joinWords(list.map(({ medicine, dose, frequency }) => `${medicine} ${dose} ${frequency}`))}.`,
  (list) => `Medicines: ${list.map(({ medicine, dose, frequency }) => `${medicine} ${dose} ${frequency}`).join("; ")}.`,
  (list) => `Current treatment is ${joinWords(list.map(({ medicine, dose, frequency }) => `${medicine} (${dose} ${frequency})`))}.`,
  ([first, ...rest]) => `Started on ${first?.medicine} ${first?.dose} ${first?.frequency}; continues ${joinWords(rest.map(({ medicine, dose, frequency }) => `${medicine} ${dose} ${frequency}`))}.`,
  (list) => `Prescribed are ${joinWords(list.map(({ medicine, dose, frequency }) => `${medicine} at ${dose} ${frequency}`))}.`,
  (list) => `On the chart: ${list.map(({ medicine, dose, frequency }) => `${medicine}, ${dose} ${frequency}`).join("; ")}.`,
  (list) => `Uses ${list.map(({ medicine, dose, frequency }) => `${medicine} ${dose} ${frequency}`).join(" plus ")}.`,
  (list) => `We give ${joinWords(list.map(({ medicine, dose, frequency }) => `${medicine} ${dose} ${frequency}`))}.`,
];

const FOUND: readonly ((facts: NoteFacts) => string)[] = [
  ({ findings }) => `Examination shows ${joinWords(findings)}.`,
  ({ findings }) => `Found today: ${findings.join(", ")}.`,
  ({ findings }) => `There is ${joinWords(findings)}.`,
  ({ findings }) => `${capitalise(joinWords(findings))} on review.`,
  ({ findings, setting }) => `The ${setting} noted ${joinWords(findings)}.`,
  ({ findings }) => `Signs include ${joinWords(findings)}.`,
];

const RETURN: readonly ((facts: NoteFacts) => string)[] = [
  ({ interval, clinic }) => `Review ${interval} at the ${clinic} clinic.`,
  ({ interval, clinic }) => `To be seen ${interval} at the ${clinic} clinic.`,
  ({ interval, clinic }) => `Comes back ${interval} at the ${clinic} clinic.`,
  ({ interval, clinic }) => `Next visit: ${interval} at the ${clinic} clinic.`,
  ({ interval, clinic }) => `An appointment was made ${interval} at the ${clinic} clinic.`,
  ({ interval, clinic, sex }) => `The ${sex} returns ${interval} at the ${clinic} clinic.`,
];

const OTHER: readonly ((facts: NoteFacts) => string)[] = [
  ({ plan }) => `Plan: ${plan}.`,
  ({ plan }) => `We agreed to ${plan}.`,
  ({ plan }) => `${capitalise(plan)} as the next step.`,
  ({ plan, allergy }) => `Allergic to ${allergy}; will ${plan}.`,
  ({ allergy }) => `Reacts to ${allergy}.`,
  ({ job, plan }) => `Works as ${article(job)} ${job} and wants to ${plan}.`,
  ({ plan, sex }) => `The ${sex} was told to ${plan}.`,
];

/** Parts of the note beside the opening, which is always there. */
export type NotePart = "medicines" | "findings" | "follow-up" | "other";

const REASONS: readonly string[] = "a travel form|a driving licence check|a school certificate|a second opinion|a copy of the last letter|advice on meals|a routine check|a hearing test|new glasses|a blood pressure reading|a fitness class|a letter for the employer".split("|");

const VISITS: readonly ((facts: NoteFacts, reason: string) => string)[] = [
  ({ age, sex }, reason) => `${capitalise(article(String(age)))} ${age}-year-old ${sex} came for ${reason}.`,
  ({ age, sex, setting }, reason) => `${capitalise(setting)}: ${sex} aged ${age} asks for ${reason}.`,
  ({ age, job, sex }, reason) => `This ${job}, a ${sex} of ${age}, is well and wants ${reason}.`,
  ({ age, sex, setting }, reason) => `Seen at the ${setting} for ${reason}; a ${sex} of ${age} years.`,
  ({ age, sex, job }, reason) => `Patient: ${sex}, ${age}, ${job}. Reason: ${reason}. Diagnoses: none.`,
  ({ age, sex }, reason) => `We met a ${sex} of ${age} about ${reason}; no medicines are taken.`,
];

/** A note like the others about somebody who has nothing and takes nothing. */
export function tellVisit(facts: NoteFacts, random: Random): string {
  const body = random.sample([random.pick(FOUND)(facts), random.pick(RETURN)(facts), random.pick(OTHER)(facts)], random.between(1, 3));
  body.splice(random.chance(0.7) ? 0 : random.between(0, body.length), 0, random.pick(VISITS)(facts, random.pick(REASONS)));
  return body.join(" ");
}

/** Tells the facts in 10 to 60 words. Sentences stand in random order; `needed` parts are always told, the others sometimes left out. */
export function tellNote(facts: NoteFacts, needed: readonly NotePart[], random: Random): string {
  const tell: Readonly<Record<NotePart, () => string>> = {
    medicines: () => random.pick(PRESCRIBED)(facts.prescriptions),
    findings: () => random.pick(FOUND)(facts),
    "follow-up": () => random.pick(RETURN)(facts),
    other: () => random.pick(OTHER)(facts),
  };
  const parts = (Object.keys(tell) as NotePart[]).filter((part) => needed.includes(part) || random.chance(part === "medicines" ? 0.8 : 0.5));
  const body = random.sample(parts, parts.length).map((part) => tell[part]());
  body.splice(random.chance(0.7) ? 0 : random.between(0, body.length), 0, random.pick(OPENINGS)(facts, joinWords(facts.conditions)));
  return body.join(" ");
}
