// Made-up news about water, with the roles that water has in a conflict: one, two, or none. Among the news without a role are water in peace and
// fights about something else, which is what a classifier has to tell apart. Time, losses and what came after are told alike for all of them.
import type { Random } from "../../random.ts";
import { LABELS_INSTRUCTION, writeLabels } from "../read/labels.ts";
import type { SampleRow } from "./sample-row.ts";
import { drawScene, EVENTS, EVERYDAY, PEACEFUL, UNRELATED, type Event, type WaterLabel } from "./water-events.ts";

const DRAWS_PER_ROW = 500;

/** Rows of each set of roles among twenty; Weapon is rare, as it is in the chronology. */
const SHARES = ["Trigger", "Casualty", "", "Trigger", "", "Casualty", "Casualty+Trigger", "", "Casualty", "", "Trigger", "Weapon", "", "Casualty", "", "Trigger", "Casualty+Weapon", "", "Casualty", ""];

const MONTHS = "January February March April May June July August September October November December".split(" ");
const SEASONS = ["spring", "summer", "autumn", "winter"];

/** Where in the sentence the time stands. */
const TIMES: readonly ((event: string, random: Random, place: string) => string)[] = [
  (event, random) => `${capital(event)} on ${drawDay(random)}`,
  (event, random) => `On ${drawDay(random)}, ${event}`,
  (event, random) => `In ${random.pick(MONTHS)} ${drawYear(random)}, ${event}`,
  (event, random) => `${capital(event)} in the ${random.pick(SEASONS)} of ${drawYear(random)}`,
  (event, random, place) => `${place}, ${drawDay(random)}: ${event}`,
  (event, random) => `${capital(event)}, ${random.pick(["a report says", "the ministry says", "witnesses say", "a local paper writes"])} (${drawDay(random)})`,
];

/** Losses; also a peaceful day has its accidents. */
const LOSSES = "two people were killed|five were wounded|a dozen families fled|one man died|nobody was hurt|forty houses burned|a child was injured|three were arrested|some roofs were lost|two are missing|a woman broke an arm|no losses are known".split("|");
const AFTER: readonly ((random: Random, far: string) => string)[] = [
  (random, far) => `The road to ${far} was closed for ${random.between(2, 30)} hours.`,
  (random) => `Talks are to follow within ${random.between(2, 30)} days.`,
  (random, far) => `It is number ${random.between(2, 40)} of such reports from ${far} this year.`,
  (random) => `A committee of ${random.between(3, 15)} will look into it.`,
  (random, far) => `Schools in ${far} stayed shut for ${random.between(1, 9)} days.`,
  (random, far) => `The mayor of ${far} sent ${random.between(2, 20)} doctors.`,
  (random) => `A relief agency asked for ${random.between(2, 60)} tents.`,
];

/** A function that makes row after row, from index 0 on. */
export function createHeadlines(random: Random): (index: number) => Omit<SampleRow, "id"> {
  const used = new Set<string>();
  return (index) => {
    const roles = SHARES[index % SHARES.length]!;
    const labels = roles.split("+").filter((role) => role !== "") as WaterLabel[];
    for (let draw = 0; draw < DRAWS_PER_ROW; draw += 1) {
      const input = tellNews(random.pick(eventsOf(roles, random)), random);
      if (used.has(input)) continue;
      used.add(input);
      return { instruction: LABELS_INSTRUCTION, input, output: writeLabels(labels), labels, task: "classification" };
    }
    throw new Error(`internal: no new headline in ${DRAWS_PER_ROW} draws`);
  };
}

/** Of the news without a role, two of five are about water in peace, two about other fights. */
function eventsOf(roles: string, random: Random): readonly Event[] {
  return EVENTS[roles] ?? random.pick([PEACEFUL, PEACEFUL, UNRELATED, UNRELATED, EVERYDAY]);
}

function tellNews(event: Event, random: Random): string {
  const scene = drawScene(random);
  const sentence = random.pick(TIMES)(event(scene), random, scene.place);
  const loss = random.pick(LOSSES);
  const told = random.pick([`${sentence}; ${loss}.`, `${sentence}. ${capital(loss)}.`, `${sentence}.`]);
  return random.chance(0.6) ? `${told} ${random.pick(AFTER)(random, scene.far)}` : told;
}

function drawDay(random: Random): string {
  return `${random.between(1, 28)} ${random.pick(MONTHS)} ${drawYear(random)}`;
}

function drawYear(random: Random): number {
  return random.between(1962, 2024);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
