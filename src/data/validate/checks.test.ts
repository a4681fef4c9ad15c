import { describe, expect, it } from "vitest";
import { pairRelations } from "../clean/relations.ts";
import { createCleaner, DEFAULT_CLEANING } from "../clean/cleaner.ts";
import type { Row } from "../row.ts";
import { looksPersonal } from "./personal.ts";
import { oddShapes, shapeOf } from "./shapes.ts";
import { createTally } from "./tallies.ts";

const row = (parts: Partial<Row>): Row => ({ id: "1", instruction: "Q?", input: "", output: "A", ...parts });

describe("looksPersonal", () => {
  it.each(["write to ann.lee@clinic.example.org today", "call +44 20 7946 0958 after six", "(555) 123-4567", "tel. 555-123-4567", "IBAN DE89 3704 0044 0532 0130 00", "her number is 219-09-9999", "card 4111 1111 1111 1111"])("finds %j", (text) => {
    expect(looksPersonal(text)).toBe(true);
  });

  it.each(["aspirin, 75 mg each noon", "seen on 2026-03-01 at 10:15", "from 1962 to 2024", "version 1.2.3-4", "PMID 12345678", "4111 1111 1111 1112", "0.1234567890123", "1,234,567,890", "a @ b", "ratio 16:9, 3-4 weeks, 100-200-300"])("lets %j pass", (text) => {
    expect(looksPersonal(text)).toBe(false);
  });
});

describe("shapeOf", () => {
  it.each([
    ['{"entities": []}', "json"], ["- chemical aspirin influences disease ulcer", "relation_sentence"], ["- aspirin | ulcer\n- gold | rash", "pairs"],
    ["- aspirin\n- gold", "bullets"], ["1. one\n2. two", "numbered"], ["12.5 %", "number"], ["Trigger, Weapon", "label"], ["It is taken with food twice daily.", "text"],
  ])("calls %j %s", (answer, shape) => {
    expect(shapeOf(answer)).toBe(shape);
  });

  it("takes a list and a word for none for one form, and two kinds of lists for two", () => {
    expect(oddShapes({ bullets: 10, label: 3 })).toEqual([]);
    expect(oddShapes({ pairs: 10, relation_sentence: 4 })).toEqual(["relation_sentence"]);
    expect(oddShapes({ json: 2, text: 10 })).toEqual(["json"]);
    expect(oddShapes({ text: 5, label: 5, number: 5 })).toEqual([]);
  });
});

describe("tallies", () => {
  it("find answers in two forms task by task, and a label that is rare, whoever saw the rows", () => {
    const [one, other] = [createTally(), createTally()];
    const add = (tally: typeof one, number: number, parts: Partial<Row>): void => tally.add(number, row(parts), "text");
    for (let number = 1; number <= 6; number++) add(number % 2 === 0 ? one : other, number, { task: "relations", output: number === 3 ? "- chemical A influences disease B" : "- A | B", labels: number === 5 ? ["rare"] : ["often"] });
    add(other, 7, { task: "other", output: "plain text of some length here" });
    one.absorb(other.part());
    expect(one.finish()).toMatchObject([
      { code: "label_imbalance", count: 1, rows: [5], message: 'row of the rarest label "rare"; "often" has 5' },
      { code: "mixed_formats", severity: "warning", count: 1, rows: [3], sample: "- chemical A influences disease B" },
    ]);
  });

  it("say nothing of rows that agree", () => {
    const tally = createTally();
    for (const [index, label] of ["a", "b", "a", "b"].entries()) tally.add(index + 1, row({ labels: [label], output: label }), "text");
    expect(tally.finish()).toEqual([]);
  });
});

describe("cleaning on request", () => {
  it("turns relations told in sentences into pairs, all or none", () => {
    expect(pairRelations("- chemical lithium influences disease tremor\n- gold influences rash.")).toBe("- lithium | tremor\n- gold | rash");
    expect(pairRelations("- chemical lithium influences disease tremor\nThat is all.")).toContain("influences");
    expect(pairRelations("Diet influences health in many ways.")).toBe("Diet influences health in many ways.");
  });

  it("is not taken by default, and only on its own fields", () => {
    const told = row({ instruction: "- chemical A influences disease B", output: "- chemical A influences disease B" });
    expect(createCleaner().clean(told)).toEqual(told);
    const cleaner = createCleaner([...DEFAULT_CLEANING, "pair_relations", "repair_encoding"]);
    expect(cleaner.clean(told)).toEqual({ ...told, output: "- A | B" });
    expect(cleaner.clean(row({ output: "Caf\u00c3\u00a9 au lait" })).output).toBe("Café au lait");
    expect(cleaner.transformations()).toContainEqual({ name: "pair_relations", rows_changed: 1 });
  });
});
