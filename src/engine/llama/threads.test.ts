import { expect, it } from "vitest";
import { countCores, defaultThreads, usefulThreads } from "./threads.ts";

it("counts a core with two hyper-threads once", () => {
  const block = (physical: number, core: number) => `processor\t: 0\nphysical id\t: ${physical}\ncore id\t\t: ${core}\n`;
  expect(countCores([block(0, 0), block(0, 1), block(0, 0), block(1, 0)].join("\n"))).toBe(3);
});

it("counts nothing in a table without cores", () => {
  expect(countCores("processor\t: 0\nBogoMIPS\t: 50.00\n")).toBe(0);
});

it("uses at least one thread and at most eight", () => {
  expect(defaultThreads()).toBeGreaterThanOrEqual(1);
  expect(defaultThreads()).toBeLessThanOrEqual(8);
});

it("gives a small model one thread and a large one all there are", () => {
  expect(usefulThreads(8, 2 * 2 ** 20)).toBe(1);
  expect(usefulThreads(8, 100 * 2 ** 20)).toBe(4);
  expect(usefulThreads(8, 4 * 2 ** 30)).toBe(8);
});
