// Rows as an instruction data set has them: Zipf's words, one to five sentences an answer, an input in two of five, a few entities, links and
// curly quotes, 2 % repetitions, 3 % rows of which one word was changed, and three rows a source in a third of them. Same seed, same file.
import { createRandom, type Random } from "../../src/random.ts";

const WORDS = 20_000;
const REPEATED = 0.02;
const CHANGED = 0.03;
const RECENT = 5000;

export interface BenchRow {
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  readonly group?: string;
}

/** Streams `count` rows. */
export function* generateRows(count: number, seed: number): Generator<BenchRow> {
  const random = createRandom(seed);
  const vocabulary = Array.from({ length: WORDS }, () => inventWord(random));
  const recent: BenchRow[] = [];
  for (let number = 0; number < count; number++) {
    const draw = random.next();
    const earlier = recent.length === 0 ? undefined : recent[Math.floor(random.next() * recent.length)];
    let row: BenchRow;
    if (earlier !== undefined && draw < REPEATED) row = earlier;
    else if (earlier !== undefined && draw < REPEATED + CHANGED) row = { ...earlier, output: changeWord(earlier.output, vocabulary, random) };
    else row = inventRow(number, vocabulary, random);
    if (recent.length < RECENT) recent.push(row);
    else recent[number % RECENT] = row;
    yield row;
  }
}

function inventRow(number: number, vocabulary: readonly string[], random: Random): BenchRow {
  const instruction = `${capital(words(random.between(7, 14), vocabulary, random))}${random.chance(0.5) ? "?" : "."}`;
  const input = random.chance(0.4) ? sentences(random.between(1, 3), vocabulary, random) : "";
  const output = decorate(sentences(random.between(2, input === "" ? 5 : 3), vocabulary, random), random);
  return { instruction, input, output, ...(random.chance(1 / 3) ? { group: `article-${Math.floor(number / 9)}` } : {}) };
}

function decorate(text: string, random: Random): string {
  const draw = random.next();
  if (draw < 0.03) return `${text} Salt &amp; pepper.`;
  if (draw < 0.05) return `${text} See https://example.org/page?id=7 for more.`;
  if (draw < 0.15) return `“${text}” — as they say`;
  return draw < 0.25 ? text.replaceAll(". ", ".\n- ") : text;
}

function sentences(count: number, vocabulary: readonly string[], random: Random): string {
  return Array.from({ length: count }, () => `${capital(words(random.between(8, 18), vocabulary, random))}.`).join(" ");
}

function words(count: number, vocabulary: readonly string[], random: Random): string {
  return Array.from({ length: count }, () => vocabulary[Math.floor(WORDS ** random.next()) - 1]!).join(" ");
}

function changeWord(text: string, vocabulary: readonly string[], random: Random): string {
  const parts = text.split(" ");
  parts[random.between(0, parts.length - 1)] = vocabulary[random.between(0, WORDS - 1)]!;
  return parts.join(" ");
}

function inventWord(random: Random): string {
  const syllables = ["an", "ber", "con", "da", "el", "for", "gi", "hu", "ing", "jo", "ker", "lo", "men", "nor", "ou", "per", "qui", "re", "sta", "ti", "un", "ver", "wi", "yo", "th", "s", "a", "i"];
  return Array.from({ length: random.between(1, 4) }, () => random.pick(syllables)).join("");
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
