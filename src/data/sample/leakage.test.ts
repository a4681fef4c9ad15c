// What a sample must not give away: an answer in another split, in the question, or in words that have nothing to do with it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadDataset } from "../load.ts";
import { prepareDataset } from "../prepare.ts";
import { SPLIT_NAMES } from "../row.ts";
import { generateSample, SAMPLE_DOMAINS } from "./generate.ts";

const home = mkdtempSync(join(tmpdir(), "sample-"));
afterAll(() => rmSync(home, { recursive: true }));

/** Answers that name a class are the same by nature: yes, no, labels, nothing. */
const isFreeText = (output: string): boolean => !/^(yes|no|none|\{"entities":\[\]\}|(Casualty|Trigger|Weapon)(, (Trigger|Weapon))?)$/.test(output);

describe.each(SAMPLE_DOMAINS)("the sample %s", (domain) => {
  it("has no text, no group and no free answer in two splits", async () => {
    const { path, record } = await prepareDataset({ domain, sample: true, numSamples: 300, outputDir: home, now: new Date(0) });
    expect(record.leakage).toEqual({ allowed: [], found: [] });
    const { splits } = loadDataset(path);
    for (const field of ["input", "group", "output"] as const) {
      const seen = new Map<string, string>();
      for (const split of SPLIT_NAMES) {
        for (const row of splits[split]) {
          const value = row[field];
          if (value === undefined || (field === "output" && !isFreeText(value))) continue;
          expect([value, seen.get(value) ?? split]).toEqual([value, split]);
          seen.set(value, split);
        }
      }
    }
  });

  it("gives no answer away in the question", () => {
    for (const { instruction, output } of generateSample({ domain, count: 600, seed: 3 })) if (isFreeText(output)) expect(instruction).not.toContain(output);
  });

  it("asks in several wordings wherever the question is not the contract of the answer", () => {
    const wordings = new Map<string, Set<string>>();
    for (const { task, instruction } of generateSample({ domain, count: 600, seed: 3 })) wordings.set(task, (wordings.get(task) ?? new Set()).add(instruction));
    for (const [task, { size }] of wordings) expect([task, size >= (task === "entities" || task === "classification" ? 1 : 4)]).toEqual([task, true]);
  });
});

describe("the sample water-conflict", () => {
  const rows = generateSample({ domain: "water-conflict", count: 2000, seed: 5 });

  it("tells no role by the place, the loss, the time or what came after", () => {
    const overall = rows.filter(({ output }) => output === "none").length / rows.length;
    for (const words of ["Arun", "Qadra", "March", "winter", "people were killed", "nobody was hurt", "tents", "committee", "witnesses say", "doctors"]) {
      const among = rows.filter(({ input }) => input.includes(words));
      expect(Math.abs(among.filter(({ output }) => output === "none").length / among.length - overall)).toBeLessThan(0.15);
    }
  });

  it("names waterworks and fighters in news of every role and of none", () => {
    for (const words of [/\b(dam|well|canal|reservoir)\b/, /\b(gunmen|soldiers|rebels|police)\b/i]) {
      expect(new Set(rows.filter(({ input }) => words.test(input)).map(({ output }) => output)).size).toBe(6);
    }
  });

  it("begins its news in many ways", () => {
    expect(new Set(rows.map(({ input }) => input.split(" ").slice(0, 3).join(" "))).size).toBeGreaterThan(700);
  });
});

describe("the sample ner", () => {
  it("tells notes that name nothing in the same sentences as the others", () => {
    const notes = generateSample({ domain: "ner", count: 1500, seed: 5 }).filter(({ task }) => task === "entities");
    const [empty, full] = [notes.filter(({ entities }) => entities!.length === 0), notes.filter(({ entities }) => entities!.length > 0)];
    for (const words of ["Review in", "Next visit:", "Examination shows", "Plan:", "Seen at the", "-year-old", "Patient:"]) {
      for (const some of [empty, full]) expect([words, some.some(({ input }) => input.includes(words))]).toEqual([words, true]);
    }
  });
});
