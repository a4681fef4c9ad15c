// Which tests count, one a line; behind a `#` those that this hub could never pass, under the reason why.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Result, Suite, TestList } from "./suites.ts";

const placeOf = ({ name }: Suite) => join(import.meta.dirname, `${name}.txt`);

/** Undefined before it was written. */
export function readList(suite: Suite): TestList | undefined {
  if (!existsSync(placeOf(suite))) return undefined;
  const lines = readFileSync(placeOf(suite), "utf8").split("\n").filter((line) => line !== "");
  return { counted: lines.filter((line) => !line.startsWith("#")), left: lines.flatMap((line) => /^# (\S*::.*)$/.exec(line)?.[1] ?? []) };
}

/** Every test that asked the hub, but those that are left out by their names: here and in the list that is there already. */
export function writeList(suite: Suite, results: readonly Result[]): void {
  const asking = results.filter(({ asked }) => asked).map(({ test }) => test).sort();
  const before = new Set(readList(suite)?.left);
  const isLeft = (test: string) => before.has(test) || suite.leaves.some(({ tests }) => tests.test(test));
  const left = suite.leaves.flatMap(({ tests, why }) => ["", `# ${why}:`, ...asking.filter((test) => tests.test(test)).map((test) => `# ${test}`)]);
  writeFileSync(placeOf(suite), [...asking.filter((test) => !isLeft(test)), ...left, ""].join("\n"));
}
