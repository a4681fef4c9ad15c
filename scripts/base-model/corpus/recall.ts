// A told case and look-ups in it, in many layouts: what makes a model copy from what stands above.
import type { Random } from "../../../src/random.ts";
import { drawCase, entriesOf, tellCase, type Entry } from "./case.ts";
import { capitalise } from "./words.ts";

const JOINERS = [", ", ", ", " and ", " / ", " + ", " | ", "\n", "\n- "];

type Layout = (label: string, value: string) => string;

const LAYOUTS: readonly Layout[] = [
  (label, value) => `${capitalise(label)}: ${value}`,
  (label, value) => `${label} -> ${value}`,
  (label, value) => `${label} = ${value}`,
  (label, value) => `* ${label}: ${value}`,
  (label, value) => `Q: ${label}?\nA: ${value}`,
  (label, value) => `Q. ${capitalise(label)}?\n${value}`,
  (label, value) => `<${label}>${value}</${label}>`,
  (label, value) => `"${label}": "${value}",`,
  (label, value) => `## ${capitalise(label)}\n${value}\n`,
  (label, value) => `# ${label}\n\n${value}\n`,
  (label, value) => `[${label}]\n${value}`,
  (label, value) => `${capitalise(label)}?\n${value}`,
  (label, value) => `${capitalise(label)}:\n${value}\n`,
  (label, value) => `Say the ${label}: ${value}.`,
];

const GAPS = ["\n\n", "\n\n", "\n---\n", "\n\nIndex:\n", "\n\nRecap\n", "\n\nFrom the text:\n", "\n==\n"];

// Names of the three parts when the question stands before the text.
const HEADERS: readonly (readonly [string, string, string])[] = [
  ["Wanted", "Source", "Found"],
  ["Look for", "Text", "Seen"],
  ["Question", "Passage", "Answer"],
  ["Topic", "Report", "Line"],
  ["Key", "Body", "Value"],
  ["Search", "Letter", "Hit"],
  ["Request", "File", "Reply"],
  ["Ask", "Page", "Tell"],
];

const write = (entry: Entry, layout: Layout, joiner: string, random: Random): string => layout(random.pick(entry.labels), entry.values.join(joiner));

/** Text, then several look-ups in one layout. */
export function writeRecall(random: Random): string {
  const who = drawCase(random);
  const layout = random.pick(LAYOUTS);
  const joiner = random.pick(JOINERS);
  const answers = entriesOf(who, random).slice(0, random.between(2, 7)).map((entry) => write(entry, layout, joiner, random));
  return `${tellCase(who, random)}${random.pick(GAPS)}${answers.join("\n")}`;
}

/** One to three questions, text, answers in the same order; sometimes two rounds in the same layout. */
export function writeAskFirst(random: Random): string {
  const [wanted, source, found] = random.pick(HEADERS);
  const mark = random.pick([":\n", ":\n", "\n", ": ", " - "]);
  const prefix = random.pick(["", "", "# ", "## ", "> ", "** "]);
  const gap = random.pick(["\n", "\n\n"]);
  const joiner = random.pick(JOINERS);
  const between = random.pick(["\n", " && ", "\n+ "]);
  const rounds = Array.from({ length: random.chance(0.2) ? 2 : 1 }, () => {
    const who = drawCase(random);
    const entries = entriesOf(who, random).slice(0, random.pick([1, 1, 2, 3]));
    const asked = entries.map(({ labels }) => random.pick(labels)).join(between);
    const answered = entries.map(({ values }) => values.join(joiner)).join(between);
    const parts = [[wanted, asked], [source, tellCase(who, random)], [found, answered]];
    return parts.map(([head, text]) => `${prefix}${head}${mark}${text}`).join(gap);
  });
  return rounds.join("\n\n");
}

/** The same text told again, whole or in part. */
export function writeEcho(random: Random): string {
  const text = tellCase(drawCase(random), random);
  const sentences = text.split(/(?<=\.) /);
  const again = random.pick([text, sentences.slice(0, 2).join(" "), sentences.slice(-2).join(" "), sentences.toReversed().join(" ")]);
  return `${text}${random.pick(["\n\nCopy:\n", "\n\nAgain: ", "\n\n> ", "\nThat is: "])}${again}`;
}

/** Several patients in one table or list of records, then look-ups across them. */
export function writeRegister(random: Random): string {
  const people = Array.from({ length: random.between(2, 4) }, () => drawCase(random));
  const columns = random.sample(["age", "problem", "drug", "dose", "visit"] as const, random.between(2, 3));
  const rows = people.map((who) => {
    const [first] = who.prescriptions;
    return { name: who.name, age: String(who.age), problem: who.conditions[0] ?? "", drug: first?.medicine ?? "", dose: `${first?.dose} ${first?.frequency}`, visit: who.visit };
  });
  const bar = random.pick([" | ", ", ", " - ", "\t"]);
  const asRecords = random.chance(0.4);
  const top = asRecords
    ? rows.map((row) => [`name: ${row.name}`, ...columns.map((column) => `${column}: ${row[column]}`)].join("\n")).join("\n\n")
    : [["name", ...columns].join(bar), ...rows.map((row) => [row.name, ...columns.map((column) => row[column])].join(bar))].join("\n");
  const layout = random.pick(LAYOUTS);
  const asked = random.sample(rows, random.between(2, rows.length)).map((row) => {
    const column = random.pick(columns);
    return layout(random.pick([`${column} of ${row.name}`, `${row.name}, ${column}`]), row[column]);
  });
  return `${top}\n\n${asked.join("\n")}`;
}
