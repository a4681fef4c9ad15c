import { expect, it } from "vitest";
import { createThreadTuner, fixedThreads, type ThreadTuner } from "./thread-tuner.ts";

/** Thread counts of `windows` windows on a machine that is this fast with so many threads. */
function run(tuner: ThreadTuner, windows: number, speedOf: (threads: number) => number): number[] {
  return Array.from({ length: windows }, () => {
    const threads = tuner.next();
    tuner.note(speedOf(threads));
    return threads;
  });
}

it("tries all cores, half and so on, then keeps the fastest", () => {
  expect(run(createThreadTuner(8), 12, (threads) => (threads === 4 ? 100 : 50))).toEqual([8, 8, 4, 4, 2, 2, 1, 1, 4, 4, 4, 4]);
});

it("measures again after a while, so that a machine that became quiet gets its cores back", () => {
  const tuner = createThreadTuner(2);
  expect(run(tuner, 28, (threads) => 10 / threads).slice(4)).toEqual(Array.from({ length: 24 }, () => 1));
  expect(run(tuner, 6, (threads) => 10 * threads)).toEqual([2, 2, 1, 1, 2, 2]);
});

it("leaves a single core and a fixed number alone", () => {
  expect(run(createThreadTuner(1), 3, () => 1)).toEqual([1, 1, 1]);
  expect(run(fixedThreads(3), 3, () => 1)).toEqual([3, 3, 3]);
});
