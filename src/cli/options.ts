// What a command can be told: options (`--save-steps 100`) and arguments (`v1.0`). The key of an option in a command is its camelCase
// name; the flag is made from it (`saveSteps` → `--save-steps`).
import { InvalidArgumentError } from "commander";

export interface Option<Value> {
  readonly shape: "flag" | "one" | "many";
  /** What stands for the value in help: `dir`, `n`, `key=value`. Empty for a flag. */
  readonly placeholder: string;
  readonly summary: string;
  readonly required: boolean;
  readonly fallback: Value;
  /** The only values accepted, in the order of help. */
  readonly choices?: readonly string[];
  /** Left out of the list in `--help`: the remark of its command names it. */
  readonly minor?: boolean;
  /** Turns one word into one value. @throws InvalidArgumentError with what is needed */
  readonly parse: (word: string) => unknown;
}

/** The values of a table of options or arguments. */
export type ValuesOf<Table> = { readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never };

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

interface Extras<Value> {
  /** The value when the option is not given. Default: `undefined`. */
  readonly default?: Value;
}

interface NumberExtras<Value> extends Extras<Value> {
  readonly min?: number;
  readonly max?: number;
}

/** `--sample`: true when given, else false. */
export function flag(summary: string): Option<boolean> {
  return { shape: "flag", placeholder: "", summary, required: false, fallback: false, parse: () => true };
}

/** `--input-file <path>`: any text. */
export function text<Value extends string | undefined = undefined>(placeholder: string, summary: string, extras: Extras<Value> = {}): Option<string | Value> {
  return one(placeholder, summary, extras.default as Value, (word) => word);
}

/** `--epochs <n>`: a whole number within bounds. */
export function wholeNumber<Value extends number | undefined = undefined>(placeholder: string, summary: string, extras: NumberExtras<Value> = {}): Option<number | Value> {
  return one(placeholder, summary, extras.default as Value, (word) => within(extras, word, /^[+-]?\d+$/, "a whole number"));
}

/** `--learning-rate <x>`: a finite number within bounds; `2e-4` is one. */
export function decimalNumber<Value extends number | undefined = undefined>(placeholder: string, summary: string, extras: NumberExtras<Value> = {}): Option<number | Value> {
  return one(placeholder, summary, extras.default as Value, (word) => within(extras, word, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, "a number"));
}

/** `--split <train|test>`: one of a few words. */
export function choice<Word extends string>(words: readonly Word[], summary: string, extras: { readonly default: NoInfer<Word> }): Option<Word>;
export function choice<Word extends string>(words: readonly Word[], summary: string): Option<Word | undefined>;
export function choice<Word extends string>(words: readonly Word[], summary: string, extras: Extras<Word> = {}): Option<Word | undefined> {
  return { ...one(words.join("|"), summary, extras.default, oneOf(words)), choices: words };
}

/** `--quantization-types <type...>`: one or more words, of `choices` when given. */
export function list(placeholder: string, summary: string, extras: { readonly default?: readonly string[]; readonly choices?: readonly string[] } = {}): Option<readonly string[]> {
  const parse = extras.choices === undefined ? (word: string) => word : oneOf(extras.choices);
  return { shape: "many", placeholder, summary, required: false, fallback: extras.default ?? [], choices: extras.choices, parse };
}

/** The same option or argument, but leaving it out is a usage error. */
export function required<Value>(option: Option<Value>): Option<NonNullable<Value>> {
  return { ...option, required: true } as Option<NonNullable<Value>>;
}

/** The same option, left out of the list in `--help`. */
export function minor<Value>(option: Option<Value>): Option<Value> {
  return { ...option, minor: true };
}

/** `outputDir` → `output-dir`. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function one<Value>(placeholder: string, summary: string, fallback: Value, parse: (word: string) => unknown): Option<Value> {
  return { shape: "one", placeholder, summary, required: false, fallback, parse };
}

function oneOf<Word extends string>(words: readonly Word[]): (word: string) => Word {
  return (word) => {
    const found = words.find((candidate) => candidate === word);
    if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${words.join(", ")}.`);
    return found;
  };
}

function within(bounds: { readonly min?: number; readonly max?: number }, word: string, form: RegExp, noun: string): number {
  const value = Number(word);
  const { min = -Infinity, max = Infinity } = bounds;
  if (form.test(word) && value >= min && value <= max) return value;
  const range = [min === -Infinity ? "" : ` >= ${min}`, max === Infinity ? "" : ` <= ${max}`].filter((part) => part !== "").join(" and");
  throw new InvalidArgumentError(`It must be ${noun}${range}.`);
}
