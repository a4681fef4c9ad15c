import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, expect, it } from "vitest";
import type { Row } from "../../data/index.ts";
import { writeParquet } from "./parquet.ts";

const root = mkdtempSync(join(tmpdir(), "tunesmith-parquet-"));
afterAll(() => rmSync(root, { recursive: true }));

const ROWS: readonly Row[] = [
  { id: "a", instruction: "é\n", input: "", output: "x", labels: ["A", "B"], entities: [{ type: "t", text: "n", start: 1, end: 2 }, { type: "u", text: "m" }], messages: [{ role: "user", content: "hi" }] },
  { id: "b", instruction: "q", input: "i", output: "y", task: "yes-no", labels: [] },
];

const read = (path: string) => parquetReadObjects({ file: Uint8Array.from(readFileSync(path)).buffer });

it("writes texts, lists and lists of objects that read back as they were, absent ones as absent", async () => {
  const path = join(root, "rows.parquet");
  expect(writeParquet(path, ["id", "instruction", "output", "task", "labels", "entities", "messages"], ROWS)).toBe(2);
  expect(await read(path)).toEqual([
    { id: "a", instruction: "é\n", output: "x", task: null, labels: ["A", "B"], entities: [{ type: "t", text: "n", start: 1, end: 2 }, { type: "u", text: "m", start: null, end: null }], messages: [{ role: "user", content: "hi" }] },
    { id: "b", instruction: "q", output: "y", task: "yes-no", labels: [], entities: undefined, messages: undefined },
  ]);
});

it("writes the same bytes for the same rows, in groups however many there are", async () => {
  const many = Array.from({ length: 12_001 }, (_, at): Row => ({ id: `r${at}`, instruction: `i${at % 7}`, input: "", output: "o" }));
  const [first, second] = [join(root, "1.parquet"), join(root, "2.parquet")];
  writeParquet(first, ["id", "instruction"], many);
  writeParquet(second, ["id", "instruction"], many);
  expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  const back = await read(first);
  expect([back.length, back[0], back.at(-1)]).toEqual([12_001, { id: "r0", instruction: "i0" }, { id: "r12000", instruction: "i2" }]);
  expect(writeParquet(join(root, "0.parquet"), ["id"], [])).toBe(0);
  expect(await read(join(root, "0.parquet"))).toEqual([]);
});
