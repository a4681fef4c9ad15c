import fc from "fast-check";
import { expect, it } from "vitest";
import { ANY_NUMBER, decimalsBetween, integersBetween } from "./numbers.ts";

/** The grammar of a number has no rule but itself: it is a regular expression with quotes and spaces. */
function matcher(grammar: string): (text: string) => boolean {
  const expression = new RegExp(`^(?:${grammar.replaceAll('"."', "[.]").replaceAll('""', "").replaceAll('"', "").replaceAll(" ", "")})$`);
  return (text) => expression.test(text);
}

it("allows the whole numbers between two bounds, and no others", () => {
  const bound = fc.integer({ min: -1200, max: 1200 });
  fc.assert(
    fc.property(bound, bound, (a, b) => {
      const [least, most] = [Math.min(a, b), Math.max(a, b)];
      const allows = matcher(integersBetween(least, most));
      for (const value of [...nearby(least), ...nearby(most), ...nearby(0), 10, 99, 100, 999, 1000, -10, -99, -100]) {
        expect([value, allows(String(value))]).toEqual([value, value >= least && value <= most]);
      }
    }),
    { numRuns: 300 },
  );
});

it("allows long numbers up to the very bound", () => {
  const allows = matcher(integersBetween(987_654_321, 123_456_789_012_345));
  expect([987_654_320, 987_654_321, 1_000_000_000, 123_456_789_012_345, 123_456_789_012_346].map((value) => allows(String(value)))).toEqual([false, true, true, true, false]);
});

it("leaves a side open that has no bound", () => {
  const atLeast = matcher(integersBetween(42, Infinity));
  expect(["41", "42", "99", "100", "99999999", "-50", "042"].map(atLeast)).toEqual([false, true, true, true, true, false, false]);
  const atMost = matcher(integersBetween(-Infinity, -3));
  expect(["-2", "-3", "-30", "3", "0", "-0"].map(atMost)).toEqual([false, true, true, false, false, false]);
  expect(["0", "-1", "-0", "17"].map(matcher(integersBetween(-Infinity, Infinity)))).toEqual([true, true, false, true]);
});

it("allows decimal numbers between whole bounds", () => {
  const share = matcher(decimalsBetween(0, 1));
  expect(["0", "0.5", "1", "1.0", "1.00", "1.01", "2", "-0.1", "00.5", ".5"].map(share)).toEqual([true, true, true, true, true, false, false, false, false, false]);
  const around = matcher(decimalsBetween(-2, 3));
  expect(["-2", "-2.0", "-2.1", "-1.9", "-0.3", "2.99", "3.0", "3.1"].map(around)).toEqual([true, true, false, true, true, true, true, false]);
});

it("allows every spelling of a number of JSON", () => {
  const allows = matcher(ANY_NUMBER.replace("[-+]", "[+-]"));
  expect(["0", "-1.5", "1e9", "2.5E-3", "01", "1.", "+1", "-"].map(allows)).toEqual([true, true, true, true, false, false, false, false]);
});

function nearby(value: number): readonly number[] {
  return [value - 2, value - 1, value, value + 1, value + 2];
}
