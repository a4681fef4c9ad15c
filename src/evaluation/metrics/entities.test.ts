import { describe, expect, it } from "vitest";
import { addCounts, averageScores } from "./counts.ts";
import { entitySignature, scoreEntities, type EntityOptions } from "./entities.ts";

const SOURCE = "Heparin, warfarin and heparin again; deep vein thrombosis.";
const untyped = (texts: readonly string[]) => texts.map((text) => ({ type: "", text }));
const score = (gold: readonly string[], predicted: readonly string[] | undefined, options?: EntityOptions) =>
  scoreEntities({ gold: untyped(gold), predicted: predicted && untyped(predicted), source: SOURCE }, options);

describe("scoreEntities", () => {
  it("matches each gold entity once, whatever case and spaces", () => {
    const { counts, wrong, missed } = score(["heparin", "warfarin"], ["Heparin", " heparin ", "aspirin"]);
    expect(counts.get("")).toEqual({ correct: 1, predicted: 3, gold: 2 });
    expect(wrong.map(({ entity, error }) => [entity.text, error])).toEqual([[" heparin ", "duplicate"], ["aspirin", "hallucination"]]);
    expect(missed).toEqual(untyped(["warfarin"]));
  });

  it("wants what is gold twice to be named twice, unless sets are compared", () => {
    expect(score(["heparin", "heparin"], ["heparin"]).counts.get("")).toEqual({ correct: 1, predicted: 1, gold: 2 });
    expect(score(["heparin", "heparin"], ["heparin", "heparin"], { matching: "set" }).counts.get("")).toEqual({ correct: 1, predicted: 1, gold: 1 });
  });

  it("misses every gold entity when the answer could not be read", () => {
    const outcome = score(["heparin", "warfarin"], undefined);
    expect(outcome.counts.get("")).toEqual({ correct: 0, predicted: 0, gold: 2 });
    expect([outcome.isUnreadable, outcome.missed.length]).toEqual([true, 2]);
    expect(score([], []).isUnreadable).toBe(false);
  });

  it("pairs off parts of names one to one, most alike first", () => {
    expect(score(["deep vein thrombosis", "heparin"], ["vein thrombosis", "thrombosis deep vein", "heparin"]).partial).toEqual({ correct: 2, predicted: 3, gold: 2 });
    expect(score(["deep vein thrombosis"], ["thrombosis"]).partial.correct).toBe(0);
  });

  it("counts as hallucinated what the source does not say, and not what it says", () => {
    expect(score(["heparin"], ["heparin", "thrombosis", "thromb", "stroke"]).hallucinated).toBe(2);
  });

  it("keeps types apart", () => {
    const outcome = scoreEntities({ gold: [{ type: "Chemical", text: "heparin" }], predicted: [{ type: "Disease", text: "heparin" }], source: SOURCE });
    expect([...outcome.counts]).toEqual([["Chemical", { correct: 0, predicted: 0, gold: 1 }], ["Disease", { correct: 0, predicted: 1, gold: 0 }]]);
    expect(outcome.partial.correct).toBe(0);
  });

  it("compares places instead of texts when told to", () => {
    const gold = [{ type: "Chemical", text: "Heparin", start: 0, end: 7 }];
    const predicted = [{ type: "Chemical", text: "heparin", start: 22, end: 29 }, { type: "Chemical", text: "x", start: 0, end: 7 }, { type: "Chemical", text: "Heparin" }];
    expect(scoreEntities({ gold, predicted, source: SOURCE }, { compare: "span" }).counts.get("Chemical")).toEqual({ correct: 1, predicted: 3, gold: 1 });
    const unplaced = ["heparin", "heparin", "stroke"].map((text) => ({ type: "Chemical", text }));
    const second = [{ type: "Chemical", text: "heparin", start: 22, end: 29 }];
    expect(scoreEntities({ gold: second, predicted: unplaced, source: SOURCE }, { compare: "span" }).counts.get("Chemical")).toEqual({ correct: 1, predicted: 3, gold: 1 });
  });

  it("scores what the named filters leave", () => {
    const outcome = score(["heparin"], ["heparin", "aspirin"], { filters: ["in_source"] });
    expect(outcome.counts.get("")).toEqual({ correct: 1, predicted: 1, gold: 1 });
    expect(outcome.dropped.map(({ entity, filter }) => [entity.text, filter])).toEqual([["aspirin", "in_source"]]);
  });
});

// The counts of seed 000's fourth run; it never gave a macro average.
it("gives the micro scores of seed 000 from its counts", () => {
  const { micro, perClass } = averageScores(addCounts([new Map([["chemicals", { correct: 209, predicted: 420, gold: 425 }]]), new Map([["diseases", { correct: 281, predicted: 440, gold: 537 }]])]));
  expect([micro.precision, micro.recall, micro.f1].map((value) => value.toFixed(3))).toEqual(["0.570", "0.509", "0.538"]);
  expect([...perClass.values()].map(({ f1 }) => f1.toFixed(3))).toEqual(["0.495", "0.575"]);
});

it("names every choice in the signature", () => {
  expect(entitySignature()).toBe("entities|list|match:type,text|normalize:strict|multiset|filters:none|unreadable:all_missed|aggregate:sum");
  expect(entitySignature({ normalization: "seed-000", matching: "set", compare: "span", filters: ["in_source", "generic_words"] })).toBe(
    "entities|list|match:type,start,end(leftmost_free)|normalize:seed-000|set|filters:in_source,generic_words|unreadable:all_missed|aggregate:sum",
  );
});
