// Plain English: definitions, dialogues, little stories and single sentences.
import { CLINICS, CONDITIONS, FIELDS, FINDINGS, MEDICINES, PLANS, joinWords, type Field } from "../../../src/data/index.ts";
import type { Random } from "../../../src/random.ts";
import { drawCase } from "./case.ts";
import { capitalise, COLOURS, FIRST_NAMES, MOODS, OBJECTS, PLACES, VERBS } from "./words.ts";

const PART: Readonly<Record<Field, string>> = {
  heart: "the heart and the vessels",
  sugar: "the glands and the sugar in the blood",
  breath: "the lungs and the airways",
  gut: "the stomach and the bowel",
  nerve: "the brain and the nerves",
  mind: "mood and sleep",
  germ: "infections",
  joint: "bones, joints and pain",
  skin: "the skin and allergy",
  kidney: "the kidneys and the bladder",
  blood: "the blood and its clots",
};

/** Facts of the lexicon: which field a word belongs to, which doses there are. */
export function writeDefinitions(random: Random): string {
  const field = random.pick(FIELDS);
  const medicines = MEDICINES.filter((medicine) => medicine.field === field);
  const conditions = CONDITIONS.filter((condition) => condition.field === field).map(({ name }) => name);
  const medicine = random.pick(medicines);
  const names = random.sample(medicines, 3).map(({ name }) => name);
  const lines = [
    `${capitalise(medicine.name)} is a medicine for ${PART[field]}.`,
    `${capitalise(medicine.name)} comes as ${joinWords(medicine.doses)}.`,
    `${capitalise(random.pick(conditions))} is a condition of ${PART[field]}.`,
    `Doctors may use ${joinWords(names)} for ${PART[field]}.`,
    `People with ${random.pick(conditions)} sometimes take ${medicine.name}.`,
    `${capitalise(PART[field])}: ${random.sample(conditions, 4).join(", ")}.`,
    `The words ${joinWords(names)} are names of drugs.`,
    `The words ${joinWords(random.sample(conditions, 3))} are names of illnesses.`,
  ];
  return random.sample(lines, random.between(3, 6)).join(random.pick([" ", "\n"]));
}

/** Two people go through what one of them takes. */
export function writeDialogue(random: Random): string {
  const who = drawCase(random);
  const [asker, teller] = random.pick([["Doctor", "Patient"], ["Nurse", who.name], ["Pharmacist", "Caller"], ["A", "B"]] as const);
  const turns = who.prescriptions.flatMap(({ medicine, dose, frequency }) => [
    `${asker}: ${random.pick(["And the", "Tell me about the", "So you have", "How is it with"])} ${medicine}?`,
    `${teller}: ${random.pick(["I take", "It is", "That is", "Now"])} ${dose} ${frequency}.`,
    ...(random.chance(0.5) ? [`${asker}: ${capitalise(medicine)}, ${dose} ${frequency}. Good.`] : []),
  ]);
  const start = [`${asker}: What troubles you?`, `${teller}: I have ${joinWords(who.conditions)}.`, `${asker}: I write down ${joinWords(who.conditions)}.`];
  const end = [`${asker}: We will ${who.plan}.`, `${asker}: Come ${who.visit}.`, `${teller}: ${capitalise(who.visit)}, thank you.`];
  return [...start, ...turns, ...(random.chance(0.6) ? end : [])].join("\n");
}

/** Who has what and where, then who had what and where. */
export function writeStory(random: Random): string {
  const names = random.sample(FIRST_NAMES, random.between(2, 3));
  const things = random.sample(OBJECTS, names.length).map((object) => `${random.pick(COLOURS)} ${object}`);
  const places = random.sample(PLACES, names.length);
  const events = names.map((name, index) =>
    random.pick([
      `${name} ${random.pick(VERBS)} the ${things[index]} in the ${places[index]}.`,
      `In the ${places[index]} ${name} ${random.pick(VERBS)} the ${things[index]} and felt ${random.pick(MOODS)}.`,
      `The ${things[index]} was in the ${places[index]}, and ${name} was ${random.pick(MOODS)}.`,
      `${name} went to the ${places[index]} with the ${things[index]}.`,
    ]),
  );
  const ends = random.sample([...names.keys()], names.length).map((index) =>
    random.pick([
      `So the ${things[index]} was in the ${places[index]}.`,
      `Where is the ${things[index]}? In the ${places[index]}.`,
      `Who was in the ${places[index]}? ${names[index]}.`,
      `What did ${names[index]} have? The ${things[index]}.`,
      `${names[index]} thought of the ${things[index]}.`,
    ]),
  );
  return [...events, ...ends].join(random.pick([" ", " ", "\n"]));
}

/** Loose sentences about everyday care. */
export function writeSentences(random: Random): string {
  const make = (): string =>
    random.pick([
      () => `The ${random.pick(CLINICS)} clinic is open in the ${random.pick(["morning", "afternoon", "evening"])}.`,
      () => `It is good to ${random.pick(PLANS)}.`,
      () => `${random.pick(FIRST_NAMES)} was ${random.pick(MOODS)} because of ${random.pick(FINDINGS)}.`,
      () => `Please ${random.pick(PLANS)} and then ${random.pick(PLANS)}.`,
      () => `Many people know ${random.pick(CONDITIONS).name}, but few know ${random.pick(CONDITIONS).name}.`,
      () => `When there is ${random.pick(FINDINGS)}, the nurse writes it down.`,
      () => `Never take ${random.pick(MEDICINES).name} without asking.`,
      () => `There were ${random.between(2, 40)} people in the ${random.pick(PLACES)} and ${random.between(2, 9)} of them were ${random.pick(MOODS)}.`,
      () => `Which one is for you, the ${random.pick(OBJECTS)} or the ${random.pick(OBJECTS)}?`,
      () => `A patient should be given time, and the note should say what was found, what is taken and when the next visit is.`,
    ])();
  return Array.from({ length: random.between(3, 7) }, make).join(" ");
}
