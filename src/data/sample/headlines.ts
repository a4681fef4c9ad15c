// Made-up news about water, with the roles that water has in a conflict: Trigger, Casualty, Weapon, several of them, or none. Half of the news without
// a role are about water in peace, which is what a classifier has to tell apart. Labels after the Water Conflict Chronology of the Pacific Institute.
import type { Random } from "../../random.ts";
import { LABELS_INSTRUCTION, writeLabels } from "../read/labels.ts";
import type { SampleRow } from "./sample-row.ts";

export const WATER_LABELS = ["Casualty", "Trigger", "Weapon"] as const;
type WaterLabel = (typeof WATER_LABELS)[number];

const DRAWS_PER_ROW = 500;

const PLACES = "Arun Karsa Belde Tomari Lussa Qadra Mirene Oteru Sawaki Dorva Penhal Irrawa Gaspe Nolmar Yerith Chandi Marakko Velsk Umbara Tesfay Rohane Kildar Zirha Opatu Brisk Halvar".split(" ");
const SIDES = ["herders", "farmers", "militia fighters", "soldiers", "villagers", "gunmen", "settlers", "police", "protesters", "rebels", "shepherds", "fishers", "miners", "guards"];
const WORKS = ["dam", "reservoir", "pumping station", "water tower", "canal", "well", "treatment plant", "pipeline", "irrigation channel", "borehole", "desalination plant", "aqueduct"];
const HURT = ["two people were killed", "five were wounded", "a dozen families fled", "one guard died", "nobody was hurt", "forty houses burned", "a child was injured", "three were arrested", "shots were heard until dawn"];
const MONTHS = "January February March April May June July August September October November December".split(" ");
const PEACE = ["opened after years of work", "was given new filters", "won a prize for engineering", "will be repaired with a loan", "was visited by schoolchildren", "reached its yearly mean again", "is to be measured by satellite"];
const OTHER = ["the price of maize fell", "a bridge for trains was painted", "the chess club met", "a singer gave a concert", "buses ran late", "an election was announced", "a museum bought a painting", "the harvest festival began"];

const place = (random: Random): string => random.pick(PLACES);
const when = (random: Random): string => `on ${random.between(1, 28)} ${random.pick(MONTHS)} ${random.between(1962, 2024)}`;

/** What each set of roles is told by; roles are separated by `+`. */
const STORIES: Readonly<Record<string, readonly ((random: Random) => string)[]>> = {
  Trigger: [
    (random) => `${capital(random.pick(SIDES))} and ${random.pick(SIDES)} fought over access to a ${random.pick(WORKS)} near ${place(random)} ${when(random)}; ${random.pick(HURT)}.`,
    (random) => `A quarrel about turns at the ${random.pick(WORKS)} of ${place(random)} ended in a clash with ${random.pick(SIDES)} from ${place(random)} ${when(random)}, and ${random.pick(HURT)}.`,
    (random) => `Because the river was held back above ${place(random)}, ${random.pick(SIDES)} attacked ${random.pick(SIDES)} ${when(random)}; ${random.pick(HURT)}.`,
  ],
  Casualty: [
    (random) => `Shells hit the ${random.pick(WORKS)} of ${place(random)} ${when(random)}; ${random.between(3, 90)} thousand people have no running water, and ${random.pick(HURT)}.`,
    (random) => `${capital(random.pick(SIDES))} blew up a ${random.pick(WORKS)} between ${place(random)} and ${place(random)} ${when(random)}, the ministry says; ${random.pick(HURT)}.`,
    (random) => `Workers who repaired the ${random.pick(WORKS)} at ${place(random)} were shot at by ${random.pick(SIDES)} ${when(random)}; ${random.pick(HURT)}.`,
  ],
  Weapon: [
    (random) => `${capital(random.pick(SIDES))} closed the gates above ${place(random)} ${when(random)} to make the besieged town thirsty; ${random.pick(HURT)}.`,
    (random) => `A ${random.pick(WORKS)} upstream of ${place(random)} was opened ${when(random)} to flood the positions of ${random.pick(SIDES)}; ${random.pick(HURT)}.`,
    (random) => `The wells of ${place(random)} were poisoned by ${random.pick(SIDES)} as they left ${when(random)}; ${random.pick(HURT)}.`,
  ],
  "Casualty+Trigger": [
    (random) => `After a dispute over shares of the ${random.pick(WORKS)}, ${random.pick(SIDES)} set it on fire at ${place(random)} ${when(random)}; ${random.pick(HURT)}.`,
    (random) => `${capital(random.pick(SIDES))} angry about dry fields broke the ${random.pick(WORKS)} that feeds ${place(random)} ${when(random)}; ${random.pick(HURT)}.`,
  ],
  "Casualty+Weapon": [
    (random) => `${capital(random.pick(SIDES))} took the ${random.pick(WORKS)} of ${place(random)} ${when(random)}, cut the supply of the enemy's half of the city and wrecked the pumps; ${random.pick(HURT)}.`,
  ],
  "": [
    (random) => `The ${random.pick(WORKS)} of ${place(random)} ${random.pick(PEACE)} ${when(random)}, and ${random.pick(OTHER)} in ${place(random)}.`,
    (random) => `Rain filled the ${random.pick(WORKS)} near ${place(random)} ${when(random)}: ${random.pick(SIDES)} from ${place(random)} celebrated, while ${random.pick(OTHER)}.`,
    (random) => `In ${place(random)} ${random.pick(OTHER)} ${when(random)}; in ${place(random)} ${random.pick(OTHER)} the day after.`,
    (random) => `${capital(random.pick(SIDES))} met ${random.pick(SIDES)} in ${place(random)} ${when(random)} for talks about pay, and ${random.pick(OTHER)}.`,
  ],
};

/** Rows of each set of roles among twenty; Weapon is rare, as it is in the chronology. */
const SHARES = ["Trigger", "Casualty", "", "Trigger", "", "Casualty", "Casualty+Trigger", "", "Casualty", "", "Trigger", "Weapon", "", "Casualty", "", "Trigger", "Casualty+Weapon", "", "Casualty", ""];

/** A function that makes row after row, from index 0 on. */
export function createHeadlines(random: Random): (index: number) => Omit<SampleRow, "id"> {
  const used = new Set<string>();
  return (index) => {
    const roles = SHARES[index % SHARES.length]!;
    const labels = roles.split("+").filter((role) => role !== "") as WaterLabel[];
    for (let draw = 0; draw < DRAWS_PER_ROW; draw += 1) {
      const input = random.pick(STORIES[roles]!)(random);
      if (used.has(input)) continue;
      used.add(input);
      return { instruction: LABELS_INSTRUCTION, input, output: writeLabels(labels), labels, task: "classification" };
    }
    throw new Error(`internal: no new headline in ${DRAWS_PER_ROW} draws`);
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
