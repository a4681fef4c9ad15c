import { expect, it } from "vitest";
import { after, runAtOnce, type Steps } from "./steps.ts";

function* work(log: string[]): Steps<string> {
  try {
    yield 1;
    yield 2;
    return "done";
  } finally {
    log.push("tidied");
  }
}

it("runs work at once, and as a part of another", () => {
  expect(runAtOnce(work([]))).toBe("done");
  expect([...after(10, work([]))]).toEqual([11, 12]);
  expect(runAtOnce(after(10, work([])))).toBe("done");
});

it("lets a part tidy up when the whole is stopped", () => {
  const log: string[] = [];
  const whole = after(10, work(log));
  whole.next();
  whole.return("");
  expect(log).toEqual(["tidied"]);
});
