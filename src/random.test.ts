import fc from "fast-check";
import { expect, it } from "vitest";
import { createRandom } from "./random.ts";

it("shuffles a copy that holds the same values, the same way for the same seed", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer(), (values, seed) => {
      const before = [...values];
      const shuffled = createRandom(seed).shuffle(values);
      expect(values).toEqual(before);
      expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.sort((a, b) => a - b));
      expect(createRandom(seed).shuffle(values)).toEqual(createRandom(seed).shuffle(values));
    }),
  );
});

it("gives every order of three values about equally often", () => {
  const random = createRandom(1);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw++) {
    const order = random.shuffle("abc".split("")).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // 1,000 expected each, standard deviation 29.
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
