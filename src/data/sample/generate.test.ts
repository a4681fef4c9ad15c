import { describe, expect, it } from "vitest";
import { generateSample, MAX_SAMPLE_ROWS, type SampleDomain, type SampleRow } from "./generate.ts";
import { CONDITIONS, FINDINGS, MEDICINES } from "./lexicon.ts";
import { TASKS } from "./tasks.ts";

const rows = generateSample({ domain: "healthcare", count: 600, seed: 42 });
const of = (task: string): SampleRow[] => rows.filter((row) => row.task === task);

function shingles(text: string): Set<string> {
  const words = text.toLowerCase().match(/[a-z0-9.]+/g) ?? [];
  return new Set(words.slice(2).map((_, start) => words.slice(start, start + 3).join(" ")));
}

function jaccard(left: Set<string>, right: Set<string>): number {
  const shared = [...left].filter((shingle) => right.has(shingle)).length;
  return shared / (left.size + right.size - shared);
}

describe("the lexicon", () => {
  it("knows many different words", () => {
    expect(new Set(CONDITIONS.map(({ name }) => name)).size).toBe(CONDITIONS.length);
    expect(new Set(MEDICINES.map(({ name }) => name)).size).toBe(MEDICINES.length);
    expect(CONDITIONS.length).toBeGreaterThanOrEqual(60);
    expect(MEDICINES.length).toBeGreaterThanOrEqual(80);
    expect(new Set(FINDINGS).size).toBeGreaterThanOrEqual(40);
  });

  it("gives every medicine doses with a unit", () => {
    for (const { name, doses } of MEDICINES) {
      expect(name).toMatch(/^[a-z ]+$/);
      expect(doses.length).toBeGreaterThan(0);
      for (const dose of doses) expect(dose).toMatch(/^[\d.]+ (mg|mcg|ml|units)$/);
    }
  });
});

describe("generateSample", () => {
  it("gives the same rows for the same seed, and others for another seed", () => {
    expect(generateSample({ domain: "healthcare", count: 600, seed: 42 })).toEqual(rows);
    const notes = new Set(rows.map(({ input }) => input));
    expect(generateSample({ domain: "healthcare", count: 600, seed: 43 }).filter(({ input }) => notes.has(input))).toEqual([]);
  });

  it("gives the first rows of a larger sample for a smaller count", () => {
    expect(generateSample({ domain: "healthcare", count: 100, seed: 42 })).toEqual(rows.slice(0, 100));
  });

  it("makes every row from its own note", () => {
    expect(new Set(rows.map(({ input }) => input)).size).toBe(rows.length);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it("repeats no answer but yes and no", () => {
    const answers = rows.filter(({ task }) => task !== "yes-no").map(({ output }) => output);
    expect(new Set(answers).size).toBe(answers.length);
  });

  it("makes no two rows that are near-duplicates", () => {
    const sets = rows.map(({ instruction, input, output }) => shingles(`${instruction} ${input} ${output}`));
    const nearest = sets.map((left, index) => sets.slice(0, index).reduce((most, right) => Math.max(most, jaccard(left, right)), 0));
    expect(Math.max(...nearest)).toBeLessThan(0.4);
  });

  it("makes as many rows of each task, and as many yes as no", () => {
    expect(TASKS.map(({ name }) => of(name).length)).toEqual(TASKS.map(() => 100));
    expect(of("yes-no").filter(({ output }) => output === "yes")).toHaveLength(50);
  });

  it("asks each task in at least four wordings", () => {
    for (const task of ["medicines", "conditions", "follow-up", "summary"]) expect(new Set(of(task).map(({ instruction }) => instruction)).size).toBeGreaterThanOrEqual(4);
    const frames = of("dose").map(({ instruction }) => MEDICINES.reduce((text, { name }) => text.replace(name, "X"), instruction));
    expect(new Set(frames).size).toBeGreaterThanOrEqual(4);
  });

  it("keeps notes to 10 to 60 words of plain ASCII", () => {
    for (const { input } of rows) {
      expect(input.split(" ").length).toBeGreaterThanOrEqual(10);
      expect(input.split(" ").length).toBeLessThanOrEqual(60);
      expect(input).toMatch(/^[ -~]+$/);
      expect(input).not.toContain("undefined");
    }
  });

  it("answers with words that stand in the note", () => {
    for (const { input, output } of [...of("medicines"), ...of("conditions")]) for (const word of output.split("; ")) expect(input).toContain(word);
    for (const { input, output } of of("follow-up")) expect(input).toContain(output);
    for (const { input, output } of of("dose")) expect(input).toContain(output);
    for (const { input, output } of of("summary")) expect(input).toContain(/\d+/.exec(output)?.[0]);
  });

  it("answers yes exactly when the note names what is asked", () => {
    const names = [...MEDICINES, ...CONDITIONS].map(({ name }) => name).sort((left, right) => right.length - left.length);
    for (const { instruction, input, output } of of("yes-no")) {
      const asked = names.find((name) => instruction.includes(name)) as string;
      expect([asked, output]).toEqual([asked, input.includes(asked) ? "yes" : "no"]);
    }
  });

  it("can fill the largest sample", () => {
    expect(generateSample({ domain: "healthcare", count: MAX_SAMPLE_ROWS, seed: 7 })).toHaveLength(MAX_SAMPLE_ROWS);
  });

  it("refuses a count or a domain that it does not have", () => {
    expect(() => generateSample({ domain: "healthcare", count: 0, seed: 1 })).toThrow("Cannot generate a sample: count must be a whole number from 1 to 2000, current value is 0");
    expect(() => generateSample({ domain: "law" as SampleDomain, count: 1, seed: 1 })).toThrow("domain must be one of healthcare, ner, water-conflict, current value is law");
  });
});

describe.each([["ner", 3], ["water-conflict", 1]] as const)("the sample %s", (domain, rowsPerText) => {
  const made = generateSample({ domain, count: 600, seed: 42 });

  it("is the same for the same seed, its texts are all different and none nearly repeats another", () => {
    expect(generateSample({ domain, count: 600, seed: 42 })).toEqual(made);
    const texts = [...new Set(made.map(({ input }) => input))];
    expect(texts).toHaveLength(600 / rowsPerText);
    const sets = texts.slice(0, 300).map(shingles);
    expect(Math.max(...sets.map((left, index) => sets.slice(0, index).reduce((most, right) => Math.max(most, jaccard(left, right)), 0)))).toBeLessThan(0.7);
  });

  it("can fill the largest sample", () => {
    expect(generateSample({ domain, count: MAX_SAMPLE_ROWS, seed: 7 })).toHaveLength(MAX_SAMPLE_ROWS);
  });
});

describe("the sample ner", () => {
  const made = generateSample({ domain: "ner", count: 600, seed: 42 });

  it("names entities where they stand, and asks three questions of each note", () => {
    for (const { input, entities } of made) for (const { text, start, end } of entities ?? []) expect(input.slice(start, end)).toBe(text);
    expect(new Set(made.map(({ group }) => group)).size).toBe(200);
    expect(made.filter(({ entities }) => entities?.length === 0).length).toBeGreaterThanOrEqual(60);
  });

  it("gives no free-text answer twice", () => {
    const answers = made.filter(({ entities }) => entities!.length > 0).map(({ task, output }) => `${task} ${output}`);
    expect(new Set(answers).size).toBe(answers.length);
  });
});

describe("the sample water-conflict", () => {
  it("has every role, several at once, and rows without one", () => {
    const counts = new Map<string, number>();
    for (const { output } of generateSample({ domain: "water-conflict", count: 200, seed: 42 })) counts.set(output, (counts.get(output) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ none: 80, Casualty: 50, Trigger: 40, "Casualty, Trigger": 10, Weapon: 10, "Casualty, Weapon": 10 });
  });
});
