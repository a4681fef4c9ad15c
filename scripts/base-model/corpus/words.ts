// Everyday words of the pretraining text, beside the clinical lexicon of the sample.
import type { Random } from "../../../src/random.ts";

const split = (text: string): readonly string[] => text.split(" ");

export const FIRST_NAMES = split("Anna Ben Clara David Emma Frank Grace Henry Iris Jack Kate Liam Maria Noah Olive Paul Rosa Sam Tina Victor Wendy Yusuf Zoe Amir Bella Chen Dora Elif Felix Hana Ivan Julia Karim Lena Mehmet Nina Omar Petra Ravi Sofia");

export const LAST_NAMES = split("Hill Brook Stone Field Wood Lake Marsh Ford Green Short Young West North Baker Mason Carter Fisher Weaver Cook Shepherd Archer Hunter Miller Potter Singh Khan Costa Novak Silva Berg Moreau Rossi");

export const OBJECTS = split("book key cup coat lamp letter apple basket clock bread chair ring stone map shoe ball spoon box pen bottle hat blanket candle umbrella ticket mirror button rope jar needle flower ladder");

export const PLACES = split("kitchen garden library market school station office bakery river bridge church museum harbour forest attic cellar hall shop park farm barn tower yard street cabin");

export const COLOURS = split("red blue green yellow white black brown grey orange purple pink golden silver dark");

export const VERBS = split("found lost carried hid bought sold cleaned broke painted opened dropped moved kept lent");

export const MOODS = split("happy tired calm worried hungry proud quiet busy curious careful late glad");

const CONSONANTS = split("b d f g k l m n p r s t v z ch sh st tr br gl");
const VOWELS = split("a e i o u ai ou ee");

/** A word that means nothing, "bavo" or "stelim": what follows it can only be known from what stood above. */
export function makeWord(random: Random): string {
  const syllables = Array.from({ length: random.between(1, 3) }, () => random.pick(CONSONANTS) + random.pick(VOWELS));
  return syllables.join("") + (random.chance(0.4) ? random.pick(["n", "l", "r", "m", "x", "t"]) : "");
}

export const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A whole number below 10, 100 or 1000, as likely each. */
export const makeNumber = (random: Random): string => String(random.between(1, random.pick([9, 99, 999])));
