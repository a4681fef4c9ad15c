// Lists, pairs and nonsense that come again: nothing here can be guessed, all of it can be copied.
import { CONDITIONS, FINDINGS, FREQUENCIES, MEDICINES } from "../../../src/data/index.ts";
import type { Random } from "../../../src/random.ts";
import { capitalise, COLOURS, FIRST_NAMES, makeNumber, makeWord, OBJECTS, PLACES } from "./words.ts";

/** One term of a random kind. */
function drawTerm(kind: number, random: Random): string {
  const medicine = (): string => random.pick(MEDICINES).name;
  const kinds = [
    medicine,
    medicine,
    () => random.pick(CONDITIONS).name,
    () => random.pick(FINDINGS),
    () => makeWord(random),
    () => random.pick(OBJECTS),
    () => `${random.pick(COLOURS)} ${random.pick(OBJECTS)}`,
    () => makeNumber(random),
    () => `${random.pick(random.pick(MEDICINES).doses)} ${random.pick(FREQUENCIES)}`,
    () => random.pick(FIRST_NAMES),
    () => random.pick(PLACES),
  ];
  return (kinds[kind % kinds.length] as () => string)();
}

function drawList(random: Random, low: number, high: number): string[] {
  const kind = random.between(0, 10);
  return [...new Set(Array.from({ length: random.between(low, high) }, () => drawTerm(kind, random)))];
}

const JOINERS = [" ", ", ", "\n", " | ", "\n- ", " / ", " > "];

/** A list and the same list again, in another dress or another order. */
export function writeList(random: Random): string {
  const list = drawList(random, 3, 9);
  const [first, second] = [random.pick(JOINERS), random.pick(JOINERS)];
  const numbered = list.map((term, index) => `${index + 1}. ${term}`).join("\n");
  const again = random.pick([
    () => `Again: ${list.join(first)}`,
    () => `Copy:\n${list.join(second)}`,
    () => `Numbered:\n${numbered}`,
    () => `Backwards: ${list.toReversed().join(first)}`,
    () => `Sorted: ${list.toSorted().join(", ")}`,
    () => `First: ${list[0]}\nLast: ${list.at(-1)}\nSecond: ${list[1]}`,
    () => `Capitals:\n${list.map(capitalise).join("\n")}`,
    () => `${list.join(second)}\n${list.join(second)}`,
    () => random.sample(list, 3).map((term) => `After ${term} comes ${list[list.indexOf(term) + 1] ?? "nothing"}.`).join("\n"),
  ])();
  return `${random.pick(["List: ", "", "Terms\n", "Given: "])}${random.chance(0.2) ? numbered : list.join(first)}\n${again}`;
}

/** Pairs of a key and a value, then the keys in another order with their values. */
export function writePairs(random: Random): string {
  const keys = drawList(random, 3, 7);
  const kind = random.between(0, 10);
  const pairs = keys.map((key) => [key, drawTerm(kind, random)] as const);
  const show = random.pick<(key: string, value: string) => string>([
    (key, value) => `${key}: ${value}`,
    (key, value) => `${key} - ${value}`,
    (key, value) => `${key} has ${value}.`,
    (key, value) => `${key} ${value}`,
    (key, value) => `${key} (${value})`,
    (key, value) => `the ${key} with ${value}`,
  ]);
  const ask = random.pick<(key: string, value: string) => string>([
    (key, value) => `${key}? ${value}`,
    (key, value) => `${key}?\n${value}`,
    (key, value) => `of ${key}:\n${value}\n`,
    (key, value) => `What goes with ${key}? ${capitalise(value)}.`,
    (key, value) => `${value} <- ${key}`,
    (key, value) => `Find ${value}: ${key}`,
    show,
  ]);
  const between = random.pick(["\n", "\n", ", ", ". "]);
  return `${pairs.map(([key, value]) => show(key, value)).join(between)}\n\n${random.sample(pairs, random.between(2, pairs.length)).map(([key, value]) => ask(key, value)).join("\n")}`;
}

/** Is it in the list? As often yes as no. */
export function writeMembership(random: Random): string {
  const kind = random.between(0, 10);
  const all = [...new Set(Array.from({ length: 10 }, () => drawTerm(kind, random)))];
  const inside = all.slice(0, random.between(2, 5));
  const outside = all.slice(inside.length);
  const [yes, no] = random.pick([["yes", "no"], ["yes", "no"], ["in", "out"], ["true", "false"], ["Yes.", "No."]] as const);
  const layout = random.pick<(term: string, answer: string) => string>([
    (term, answer) => `${term}? ${answer}`,
    (term, answer) => `Has it ${term}?\n${answer}`,
    (term, answer) => `${term}: ${answer}`,
    (term, answer) => `Look for ${term}\n${answer}\n`,
  ]);
  const asked = Array.from({ length: random.between(3, 6) }, () => {
    const here = outside.length === 0 || random.chance(0.5);
    return layout(random.pick(here ? inside : outside), here ? yes : no);
  });
  return `${random.pick(["Box: ", "The bag holds ", "Here: ", "Set\n"])}${inside.join(", ")}\n\n${asked.join("\n")}`;
}

/** A run of nonsense words that comes again, once or twice. */
export function writeNonsense(random: Random): string {
  const words = Array.from({ length: random.between(5, 25) }, () => (random.chance(0.15) ? makeNumber(random) : makeWord(random)));
  const joiner = random.pick([" ", " ", ", ", "\n"]);
  return Array.from({ length: random.between(2, 3) }, () => words.join(joiner)).join(random.pick(["\n", "\n\n", " . "]));
}
