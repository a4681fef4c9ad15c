// What happens in the made-up news about water, by the roles that water has in it. The roles are those of the Water Conflict Chronology of the Pacific
// Institute: water is why they fight (Trigger), what they hit (Casualty), or what they fight with (Weapon). Every event is told with the same words
// for places, people and waterworks, so that none of these words tells the role.
import type { Random } from "../../random.ts";

export type WaterLabel = "Casualty" | "Trigger" | "Weapon";

/** Who and what an event is about. The names differ from each other. */
export interface Scene {
  readonly one: string;
  readonly other: string;
  readonly place: string;
  readonly far: string;
  readonly work: string;
  readonly number: number;
}

const PLACES = "Arun Karsa Belde Tomari Lussa Qadra Mirene Oteru Sawaki Dorva Penhal Irrawa Gaspe Nolmar Yerith Chandi Marakko Velsk Umbara Tesfay Rohane Kildar Zirha Opatu Brisk Halvar".split(" ");
const SIDES = "herders|farmers|militia fighters|soldiers|villagers|gunmen|settlers|police|protesters|rebels|shepherds|fishers|miners|guards|students|border troops|drivers|traders|raiders|refugees".split("|");
const WORKS = "dam|reservoir|pumping station|water tower|canal|well|treatment plant|pipeline|irrigation channel|borehole|desalination plant|aqueduct|lock|spring house".split("|");

export function drawScene(random: Random): Scene {
  const [one, other] = random.sample(SIDES, 2) as [string, string];
  const [place, far] = random.sample(PLACES, 2) as [string, string];
  return { one, other, place, far, work: random.pick(WORKS), number: random.between(3, 90) };
}

export type Event = (scene: Scene) => string;

/** Events of each set of roles, roles separated by `+`: clauses without a time and without an end. */
export const EVENTS: Readonly<Record<string, readonly Event[]>> = {
  Trigger: [
    ({ one, other, work, place }) => `${one} and ${other} fought over access to a ${work} near ${place}`,
    ({ one, other, work, place }) => `a quarrel about turns at the ${work} of ${place} ended in a clash between ${one} and ${other}`,
    ({ one, other, place }) => `${one} attacked ${other} because the river was held back above ${place}`,
    ({ one, other, place, far, number }) => `${one} from ${place}, where taps had been dry for ${number} days, stoned a convoy of ${other} bound for ${far}`,
    ({ one, other, place }) => `a dispute over the price of water in ${place} turned violent when ${one} met ${other}`,
    ({ one, other, place, number }) => `${one} drove ${number} families of ${other} from the springs of ${place} so that their own herds could drink`,
    ({ one, other, work, place }) => `${one} who demanded a share of the ${work} of ${place} were beaten back by ${other}`,
    ({ one, other, place, far }) => `the plan to lead the stream of ${place} to ${far} set ${one} against ${other}, and both sides fired`,
  ],
  Casualty: [
    ({ work, place, number }) => `shells hit the ${work} of ${place} and left ${number} thousand people without running water`,
    ({ one, work, place, far }) => `${one} blew up a ${work} between ${place} and ${far}`,
    ({ one, work, place }) => `${one} shot at workers who were repairing the ${work} at ${place}`,
    ({ work, place }) => `an air raid destroyed the ${work} that serves ${place}`,
    ({ one, other, work, place }) => `${one} stripped the ${work} of ${place} of its motors while ${other} looked on`,
    ({ work, place }) => `strangers broke into the controls of the ${work} at ${place} and switched it off`,
    ({ one, other, work, place }) => `the ${work} of ${place} burned out as ${one} and ${other} shelled each other across it`,
    ({ one, work, place, number }) => `${one} took ${number} engineers of the ${work} near ${place} hostage`,
  ],
  Weapon: [
    ({ one, other, place }) => `${one} closed the gates above ${place} to make ${other} in the besieged town thirsty`,
    ({ one, other, work, place }) => `${one} opened a ${work} upstream of ${place} to flood the positions of ${other}`,
    ({ one, place, far }) => `${one} poisoned the wells of ${place} as they withdrew to ${far}`,
    ({ one, other, work, place }) => `${one} who hold the ${work} let none of its water reach ${place} until ${other} there give up`,
    ({ one, other, work, place }) => `${one} threatened to empty the ${work} onto ${place} unless ${other} leave`,
    ({ one, other, place }) => `${one} led the river away from the camp at ${place} to force ${other} out`,
  ],
  "Casualty+Trigger": [
    ({ one, work, place, far }) => `after a dispute with ${far} over shares, ${one} set the ${work} of ${place} on fire`,
    ({ one, work, place }) => `${one} angry about dry fields broke the ${work} that feeds ${place}`,
    ({ one, other, work, place }) => `${one} wrecked the ${work} that ${other} had dug near ${place}, to have the stream for themselves`,
    ({ one, other, work, place }) => `${one} who feared for their springs blew up the ${work} that ${other} were building above ${place}`,
  ],
  "Casualty+Weapon": [
    ({ one, other, work, place }) => `${one} took the ${work} of ${place}, cut off the quarters of ${other} and wrecked the pumps`,
    ({ one, other, work, place }) => `${one} bombed the ${work} above ${place} so that the flood would stop ${other}`,
    ({ one, other, work, place }) => `${one} filled the ${work} of ${place} with rubble to leave ${other} without a drop`,
  ],
};

/** Water in peace, what a careless classifier takes for a conflict over it. */
export const PEACEFUL: readonly Event[] = [
  ({ work, place, number }) => `the ${work} of ${place} was opened after ${number} months of work`,
  ({ work, place, far }) => `engineers from ${far} fitted new filters to the ${work} of ${place}`,
  ({ one, other, work, place }) => `${one} and ${other} signed a plan to share the ${work} near ${place}`,
  ({ one, work, place }) => `rain filled the ${work} near ${place}, and ${one} celebrated`,
  ({ work, place, number }) => `a burst main at the ${work} of ${place} flooded ${number} cellars`,
  ({ one, work, place }) => `${one} learned to measure the water of the ${work} at ${place}`,
  ({ work, place, far }) => `a loan from ${far} pays for a second ${work} in ${place}`,
];

/** Fights in which water has no role, some of them beside water. */
export const UNRELATED: readonly Event[] = [
  ({ one, other, place }) => `${one} and ${other} fought after a football match in ${place}`,
  ({ one, other, place, far }) => `${one} attacked a post of ${other} on the road from ${place} to ${far}`,
  ({ one, place }) => `${one} set fire to the grain market of ${place}`,
  ({ one, other, place }) => `a quarrel about stolen cattle between ${one} and ${other} ended in a shooting near ${place}`,
  ({ one, other, work, place }) => `${one} who camped by the ${work} of ${place} fought off ${other} who came for their weapons`,
  ({ one, other, work, place }) => `${one} caught ${other} with smuggled tobacco beside the ${work} of ${place} and opened fire`,
  ({ place, far, number }) => `shells hit the railway between ${place} and ${far}, and ${number} wagons burned`,
];

/** Nothing of either. */
export const EVERYDAY: readonly Event[] = [
  ({ place, number }) => `the chess club of ${place} won ${number} games in a row`,
  ({ one, place }) => `${one} voted in ${place}, and the count went on all night`,
  ({ place, far }) => `a singer from ${far} gave a concert in ${place}`,
  ({ place, number }) => `the price of maize fell by ${number} cents in ${place}`,
  ({ place, far }) => `buses between ${place} and ${far} ran late`,
];
