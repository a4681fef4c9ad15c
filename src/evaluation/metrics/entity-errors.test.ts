import { describe, expect, it } from "vitest";
import { nameEntityError } from "./entity-errors.ts";
import { ENTITY_FILTERS, filterEntities, type EntityFilter } from "./entity-filters.ts";
import { normalizeEntity, occursIn } from "./entity.ts";

const SOURCE = "Beta-blocker therapy worsened type 2 diabetes mellitus; N-acetyl-cysteine and headache were noted, not headaches.";
const untyped = (texts: readonly string[]) => texts.map((text) => ({ type: "", text }));

describe("nameEntityError", () => {
  it.each([
    ["headache", ["headache"], "duplicate"],
    ["beta blocker", ["beta-blocker"], "hyphen"],
    ["betablocker", ["beta-blocker"], "hyphen"],
    ["N‐acetyl‐cysteine", ["N-acetyl cysteine"], "hyphen"],
    ["diabetes", ["type 2 diabetes"], "partial"],
    ["severe type 2 diabetes", ["type 2 diabetes"], "partial"],
    ["diabetes (mellitus)", ["diabetes, mellitus"], "special_character"],
    ["hypertensive", ["hypertension"], "synonym"],
    ["therapy", ["headache"], "spurious"],
    ["stroke", ["headache"], "hallucination"],
    ["stroke", [], "hallucination"],
  ])("calls %j against %j a case of %s", (text, gold, error) => {
    expect(nameEntityError({ type: "", text }, untyped(gold), SOURCE)).toBe(error);
  });

  it("asks for hyphens before parts of names, as seed 000 does", () => {
    expect(nameEntityError({ type: "", text: "co trimoxazole" }, untyped(["co-trimoxazole", "trimoxazole"]), SOURCE)).toBe("hyphen");
  });

  it("tells a wrong type from a wrong text", () => {
    const gold = [{ type: "Chemical", text: "heparin" }, { type: "Disease", text: "headache" }];
    expect(nameEntityError({ type: "Disease", text: "Heparin" }, gold, SOURCE)).toBe("wrong_type");
    expect(nameEntityError({ type: "Chemical", text: "headaches" }, gold, SOURCE)).toBe("spurious");
  });
});

describe("filterEntities", () => {
  it("drops nothing unless a rule is named", () => {
    expect(filterEntities(untyped(["drug", "x"]), [], SOURCE)).toEqual({ kept: untyped(["drug", "x"]), dropped: [] });
  });

  it.each<[EntityFilter, string, string]>([
    ["generic_words", "Drugs", "drug fever"],
    ["at_least_2_characters", "x", "Mg"],
    ["at_least_3_characters", "heparin | Mg", "ACE"],
    ["in_source", "headach", "Headaches"],
    ["in_source", "headache | stroke", "headache | beta-blocker"],
    ["in_source_nearly", "stroke", "type 2 diabetis mellitus"],
  ])("%s drops %j and keeps %j", (filter, dropped, kept) => {
    expect(filterEntities(untyped([dropped, kept]), [filter], SOURCE)).toEqual({ kept: untyped([kept]), dropped: [{ entity: { type: "", text: dropped }, filter }] });
  });

  it("drops a chemical that is named like a disease, and no disease", () => {
    const named = [{ type: "chemicals", text: "Crohn's disease" }, { type: "diseases", text: "Crohn's disease" }, { type: "chemicals", text: "heparin" }];
    expect(filterEntities(named, ["no_disease_in_chemical"], SOURCE).kept).toEqual(named.slice(1));
  });

  it("names every rule once", () => {
    expect(ENTITY_FILTERS).toHaveLength(6);
  });
});

describe("normalizeEntity", () => {
  it.each([
    ["strict", " Type\u00a02  Diabetes. ", "type 2 diabetes."],
    ["seed-000", "Type 2  Diabetes.;", "type 2 diabetes"],
    ["relaxed", "(Beta‑Blocker’s)", "beta blocker's"],
    ["strict", "Heparin  |  Bleeding", "heparin | bleeding"],
  ] as const)("under %s makes %j %j", (normalization, text, expected) => {
    expect(normalizeEntity(text, normalization)).toBe(expected);
  });
});

it("finds an entity only between characters that are no letters or digits, of any script", () => {
  expect(occursIn("Das Übel, β2-agonist", "bel")).toBe(false);
  expect(occursIn("Das Übel, β2-agonist", "übel")).toBe(true);
  expect(occursIn("Das Übel, β2-agonist", "2-agonist")).toBe(false);
  expect(occursIn("anything", " ")).toBe(false);
});
