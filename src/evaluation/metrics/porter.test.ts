import { expect, it } from "vitest";
import vectors from "../../../test/fixtures/metrics/porter-nltk.json" with { type: "json" };
import { stemPorter } from "./porter.ts";

it("gives the stems of NLTK for its own test words", () => {
  const wrong = Object.entries(vectors.stems).filter(([word, stem]) => stemPorter(word) !== stem);
  expect(wrong).toEqual([]);
});

// NLTK 3.10.3, PorterStemmer(); "oed" is its test_stem.test_oed_bug.
it.each([
  ["hypertension", "hypertens"], ["diabetes", "diabet"], ["arthritis", "arthriti"], ["medication", "medic"], ["patients", "patient"],
  ["electricity", "electr"], ["happy", "happi"], ["enjoy", "enjoy"], ["dying", "die"], ["flies", "fli"], ["dies", "die"], ["died", "die"],
  ["spied", "spi"], ["relational", "relat"], ["digitizer", "digit"], ["vietnamization", "vietnam"], ["probate", "probat"], ["rate", "rate"],
  ["controlling", "control"], ["rolling", "roll"], ["oed", "o"], ["is", "is"], ["Skies", "sky"],
])("stems %s to %s", (word, stem) => {
  expect(stemPorter(word)).toBe(stem);
});
