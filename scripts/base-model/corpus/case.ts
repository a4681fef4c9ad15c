// A made-up patient told in many ways, none of them a sentence of the sample's notes, and what a reader can look up in it.
import { CONDITIONS, MEDICINES, drawFacts, joinWords, type NoteFacts, type Prescription } from "../../../src/data/index.ts";
import type { Random } from "../../../src/random.ts";
import { capitalise, FIRST_NAMES, LAST_NAMES } from "./words.ts";

export interface Case extends NoteFacts {
  readonly name: string;
  /** "in 3 weeks at the heart clinic", in one of several orders. */
  readonly visit: string;
}

/** Something that can be looked up: one of several labels, and the words of the answer as they stand in the text. */
export interface Entry {
  readonly labels: readonly string[];
  readonly values: readonly string[];
}

/** Half of the cases take conditions and medicines from any field, so that only the text tells them. */
export function drawCase(random: Random): Case {
  const facts = drawFacts(random);
  const mixed = random.chance(0.5);
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  const { interval, clinic } = facts;
  const visit = random.pick([`${interval} at the ${clinic} clinic`, `at the ${clinic} clinic ${interval}`, `${interval}, ${clinic} clinic`, `${clinic} clinic ${interval}`, `${interval} in the ${clinic} unit`]);
  if (!mixed) return { ...facts, name, visit };
  const names = random.sample(MEDICINES, facts.prescriptions.length);
  const prescriptions = facts.prescriptions.map((item, index) => ({ ...item, medicine: names[index]?.name ?? item.medicine }));
  return { ...facts, name, visit, prescriptions, conditions: random.sample(CONDITIONS, facts.conditions.length).map((term) => term.name) };
}

type Telling = (who: Case, random: Random) => string;

const line = ({ medicine, dose, frequency }: Prescription): string => `${medicine} ${dose} ${frequency}`;

const WHO: readonly Telling[] = [
  ({ name, age, conditions }) => `${name} is ${age} and suffers from ${joinWords(conditions)}.`,
  ({ age, sex, conditions }) => `${age}${sex === "man" ? "M" : "F"}, past history ${conditions.join(", ")}.`,
  ({ name, age, sex, conditions }) => `${name}, ${sex}, age ${age}. Problem list: ${conditions.join(", ")}.`,
  ({ name, job, conditions, age }) => `Thank you for seeing ${name}, ${age}, a ${job} troubled by ${joinWords(conditions)}.`,
  ({ sex, age, conditions, setting }) => `At the ${setting} we met a ${sex} aged ${age}. The file names ${joinWords(conditions)}.`,
  ({ age, sex, conditions }) => `A ${sex} (${age}) came about ${joinWords(conditions)}.`,
  ({ name, conditions, age }) => `${capitalise(conditions[0] ?? "")} was found in ${name} at the age of ${age}${conditions.length > 1 ? `, together with ${joinWords(conditions.slice(1))}` : ""}.`,
  ({ sex, age, job, conditions }) => `${capitalise(sex)}, ${age} years, works as ${job}; ${conditions.join(" and ")} for some time.`,
];

const MEDICATION: readonly Telling[] = [
  ({ prescriptions }) => `Drugs at present: ${prescriptions.map(line).join(", ")}.`,
  ({ prescriptions, sex }) => `${sex === "man" ? "He" : "She"} is given ${joinWords(prescriptions.map(line))}.`,
  ({ prescriptions }) => `Rx ${prescriptions.map(line).join(" / ")}.`,
  ({ prescriptions }) => prescriptions.map(({ medicine, dose, frequency }) => `The dose of ${medicine} is ${dose} ${frequency}.`).join(" "),
  ({ prescriptions, name }) => `${name} swallows ${joinWords(prescriptions.map(({ medicine, dose, frequency }) => `${dose} of ${medicine} ${frequency}`))}.`,
  ({ prescriptions }) => `Tablets:\n${prescriptions.map((item) => `- ${line(item)}`).join("\n")}\n`,
  ({ prescriptions }) => `The pharmacy gave out ${prescriptions.map(({ medicine, dose, frequency }) => `${medicine} ${dose}, to take ${frequency}`).join(", and ")}.`,
  ({ prescriptions }) => `Treated with ${prescriptions.map(({ medicine, dose, frequency }) => `${medicine} [${dose} ${frequency}]`).join(", ")}.`,
];

const REST: readonly Telling[] = [
  ({ findings }) => `On looking: ${findings.join(", ")}.`,
  ({ findings }) => `The doctor saw ${joinWords(findings)}.`,
  ({ findings, name }) => `${name} had ${joinWords(findings)}.`,
  ({ plan }) => `Advice was to ${plan}.`,
  ({ plan }) => `Next we ${plan}.`,
  ({ allergy, name }) => `${name} cannot stand ${allergy}.`,
  ({ allergy }) => `Known allergy: ${allergy}.`,
  ({ job, name }) => `At home ${name} is a ${job}.`,
];

const VISIT: readonly Telling[] = [
  ({ visit }) => `Follow up ${visit}.`,
  ({ visit, name }) => `${name} will be checked ${visit}.`,
  ({ visit }) => `Booked: ${visit}.`,
  ({ visit, sex }) => `See ${sex === "man" ? "him" : "her"} again ${visit}.`,
  ({ visit }) => `We meet again ${visit}.`,
];

/** Tells all that {@link entriesOf} can ask for, in random order. */
export function tellCase(who: Case, random: Random): string {
  const parts = random.sample([MEDICATION, REST, VISIT, REST].slice(0, random.between(3, 4)), 4).map((tellings) => random.pick(tellings)(who, random));
  parts.splice(random.chance(0.6) ? 0 : random.between(0, parts.length), 0, random.pick(WHO)(who, random));
  return parts.join(" ").replaceAll("\n ", "\n").trim();
}

/** What a reader can look up in a told case, in random order. */
export function entriesOf(who: Case, random: Random): Entry[] {
  const medicines = who.prescriptions.map(({ medicine }) => medicine);
  const one = random.pick(who.prescriptions);
  const two = random.pick(who.prescriptions);
  const entries: Entry[] = [
    { labels: ["medicines", "drugs", "treatment", "tablets", "medication", "drug names", "all medicines", "what is taken", "which drugs are given"], values: medicines },
    { labels: ["conditions", "problems", "diagnoses", "illnesses", "history", "diagnosis", "all conditions", "what is wrong", "which illnesses are known"], values: who.conditions },
    { labels: ["next visit", "follow up", "appointment", "comes back", "review", "time and place", "when to come and where", "date and clinic"], values: [who.visit] },
    { labels: ["age", "years", "how old"], values: [String(who.age)] },
    { labels: [`dose of ${one.medicine}`, `${one.medicine} dose`, `${one.medicine}, how`, `how much ${one.medicine}`, `how often and how much ${one.medicine}`, `the way to take ${one.medicine}`, one.medicine], values: [`${one.dose} ${one.frequency}`] },
    { labels: [`${two.medicine} amount`, `amount of ${two.medicine}`], values: [two.dose] },
    { labels: [`drug at ${two.dose} ${two.frequency}`, `taken ${two.dose} ${two.frequency}`], values: [two.medicine] },
    { labels: ["patient", "short", "in brief", "summary", "one line", "sum up"], values: [`${capitalise(who.sex)} of ${who.age}, ${joinWords(who.conditions)}, on ${joinWords(medicines)}`] },
    presence(who, medicines, random),
    presence(who, medicines, random),
  ];
  return random.sample(entries, entries.length);
}

function presence(who: Case, medicines: readonly string[], random: Random): Entry {
  const here = random.chance(0.5);
  const kind = random.chance(0.5);
  const present = kind ? medicines : who.conditions;
  const absent = (kind ? MEDICINES : CONDITIONS).map(({ name }) => name).filter((name) => !present.some((other) => other.includes(name) || name.includes(other)));
  const name = random.pick(here ? present : absent);
  const [yes, no] = random.pick([["yes", "no"], ["yes", "no"], ["true", "false"], ["present", "absent"], ["named", "not named"]] as const);
  return { labels: [`${name} named`, `is it ${name}`, `${name} in the text`, `finds ${name}`, `${name} or not`, `does it say ${name}`, `is ${name} there`], values: [here ? yes : no] };
}
