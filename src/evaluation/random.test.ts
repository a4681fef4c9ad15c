import { expect, it } from "vitest";
import { seededIndex } from "./random.ts";

it("gives the same numbers for the same seed", () => {
  const [one, two] = [seededIndex(5), seededIndex(5)];
  for (let i = 0; i < 100; i++) expect(one(1000)).toBe(two(1000));
});

it("spreads evenly over the bound", () => {
  const draw = seededIndex(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 100_000; i++) counts[draw(10)]! += 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});
