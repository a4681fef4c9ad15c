// The Porter stemmer in NLTK's default mode (NLTK_EXTENSIONS), the one `rouge_score` uses. It is neither Martin Porter's own nor Snowball.
// M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980; the departures are those of nltk/stem/porter.py (3.10).

const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sky: ["sky", "skies"],
    die: ["dying"],
    lie: ["lying"],
    tie: ["tying"],
    news: ["news"],
    inning: ["innings", "inning"],
    outing: ["outings", "outing"],
    canning: ["cannings", "canning"],
    howe: ["howe"],
    proceed: ["proceed"],
    exceed: ["exceed"],
    succeed: ["succeed"],
  }).flatMap(([stem, words]) => words.map((word) => [word, stem] as const)),
);

/** A suffix, what stands in its place, and the condition on what is left of the word. */
type Rule = readonly [suffix: string, replacement: string, holds: (stem: string) => boolean];

/** The stem of one word, as `nltk.stem.PorterStemmer().stem(word)` gives it. Any case in, lower case out. */
export function stemPorter(word: string): string {
  const lower = word.toLowerCase();
  const irregular = IRREGULAR.get(lower);
  if (irregular !== undefined) return irregular;
  if (lower.length <= 2) return lower;
  const singular = stripEd(stripPlural(lower));
  return stripFinalE(applyFirst(applyFirst(stripDouble(finalYToI(singular)), STEP_3), STEP_4));
}

function isConsonant(word: string, index: number): boolean {
  const letter = word[index]!;
  if ("aeiou".includes(letter)) return false;
  return letter !== "y" || index === 0 || !isConsonant(word, index - 1);
}

/** Porter's m: how many times a vowel run is followed by a consonant run. */
function measure(stem: string): number {
  let count = 0;
  for (let i = 1; i < stem.length; i++) if (isConsonant(stem, i) && !isConsonant(stem, i - 1)) count += 1;
  return count;
}

const hasMeasure = (stem: string): boolean => measure(stem) > 0;
const isLong = (stem: string): boolean => measure(stem) > 1;

function hasVowel(stem: string): boolean {
  for (let i = 0; i < stem.length; i++) if (!isConsonant(stem, i)) return true;
  return false;
}

function endsDouble(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Porter's *o, and NLTK's two-letter form: vowel, consonant. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  if (last === 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  return last > 1 && isConsonant(word, last - 2) && !isConsonant(word, last - 1) && isConsonant(word, last) && !"wxy".includes(word[last]!);
}

/** The first suffix that fits decides, whether or not its condition holds. */
function applyFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, holds] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return holds(stem) ? stem + replacement : word;
  }
  return word;
}

const always = (): boolean => true;
const STEP_1A: readonly Rule[] = [["sses", "ss", always], ["ies", "i", always], ["ss", "ss", always], ["s", "", always]];

function stripPlural(word: string): string {
  return word.length === 4 && word.endsWith("ies") ? word.slice(0, -1) : applyFirst(word, STEP_1A);
}

function stripEd(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return hasMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const stem = ["ed", "ing"].filter((suffix) => word.endsWith(suffix)).map((suffix) => word.slice(0, -suffix.length)).find(hasVowel);
  return stem === undefined ? word : repairStem(stem);
}

function repairStem(stem: string): string {
  if (["at", "bl", "iz"].some((ending) => stem.endsWith(ending))) return `${stem}e`;
  if (endsDouble(stem)) return "lsz".includes(stem.at(-1)!) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function finalYToI(word: string): string {
  const before = word.length - 2;
  return word.endsWith("y") && before > 0 && isConsonant(word, before) ? `${word.slice(0, -1)}i` : word;
}

const STEP_2: readonly Rule[] = [
  ["ational", "ate"], ["tional", "tion"], ["enci", "ence"], ["anci", "ance"], ["izer", "ize"], ["bli", "ble"], ["alli", "al"],
  ["entli", "ent"], ["eli", "e"], ["ousli", "ous"], ["ization", "ize"], ["ation", "ate"], ["ator", "ate"], ["alism", "al"],
  ["iveness", "ive"], ["fulness", "ful"], ["ousness", "ous"], ["aliti", "al"], ["iviti", "ive"], ["biliti", "ble"], ["fulli", "ful"],
].map(([suffix, replacement]) => [suffix!, replacement!, hasMeasure] as const);
const STEP_2_LOGI: Rule = ["logi", "log", (stem) => hasMeasure(`${stem}l`)];

/** Step 2; "alli" goes first and the result is looked at again. */
function stripDouble(word: string): string {
  if (word.endsWith("alli") && hasMeasure(word.slice(0, -4))) return stripDouble(word.slice(0, -2));
  return applyFirst(word, [...STEP_2, STEP_2_LOGI]);
}

const STEP_3: readonly Rule[] = [
  ["icate", "ic"], ["ative", ""], ["alize", "al"], ["iciti", "ic"], ["ical", "ic"], ["ful", ""], ["ness", ""],
].map(([suffix, replacement]) => [suffix!, replacement!, hasMeasure] as const);

const STEP_4: readonly Rule[] = [
  "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
].map((suffix) => [suffix, "", suffix === "ion" ? (stem: string) => isLong(stem) && "st".includes(stem.at(-1)!) : isLong] as const);

/** Steps 5a and 5b. */
function stripFinalE(word: string): string {
  const stem = word.slice(0, -1);
  const short = word.endsWith("e") && (isLong(stem) || (measure(stem) === 1 && !endsShort(stem))) ? stem : word;
  return short.endsWith("ll") && isLong(short.slice(0, -1)) ? short.slice(0, -1) : short;
}
