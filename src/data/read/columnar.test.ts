// The same seven rows in every columnar format, written by pyarrow (scripts/fixtures/write-sources.py).
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readArrow } from "./arrow.ts";
import { createFaults } from "./faults.ts";
import { openSource } from "./open.ts";
import { readParquetApart } from "./parquet-apart.ts";
import { readRows } from "./read.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/sources/", import.meta.url));
const ROWS = Array.from({ length: 7 }, (_, i) => ({ id: `row-${i + 1}`, instruction: `Question ${i}?`, input: i % 3 === 0 ? "" : `Naïve text ${i} 🙂`, output: `Answer ${i}`, group: String(Math.floor(i / 2)) }));

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "columnar-"))));
afterEach(() => rmSync(home, { recursive: true }));

describe("Parquet and Arrow", () => {
  it.each(["none.parquet", "snappy.parquet", "gzip.parquet", "zstd.parquet", "brotli.parquet", "pages-v2.parquet", "rows.arrow", "rows.feather"])("reads %s", async (name) => {
    const { rows, source } = await readRows(join(fixtures, name));
    expect(rows.map(({ row }) => row)).toEqual(ROWS);
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(source).toMatchObject({ kind: "file", rows: 7, columns: ["instruction"] });
  });

  it.each(["messages.parquet", "messages.arrow"])("reads lists of objects in %s", async (name) => {
    const { rows } = await readRows(join(fixtures, name));
    expect(rows.map(({ row }) => [row.instruction, row.output, row.system, row.messages?.length])).toEqual([["Hi", "Ho", undefined, undefined], ["Two?", "2", "Be brief.", 5]]);
  });

  it("says what is wrong with a file that is neither, and with one that was cut off", async () => {
    const fault = async (name: string, bytes: Uint8Array): Promise<string> => {
      writeFileSync(join(home, name), bytes);
      return readRows(join(home, name)).then(() => "", (thrown: Error) => thrown.message.replace(home, ""));
    };
    expect(await fault("a.parquet", Buffer.from("no parquet at all"))).toContain("/a.parquet: 1 fault\n  not a Parquet file that can be read: it neither begins nor ends with PAR1");
    expect(await fault("b.arrow", Buffer.from("no arrow at all"))).toContain("not an Arrow file that can be read: a message claims");
    expect(await fault("c.arrow", Buffer.alloc(0))).toContain("it holds 0 bytes");
    expect(await fault("d.parquet", readFileSync(join(fixtures, "snappy.parquet")).subarray(0, 400))).toContain("was cut off at 400 bytes");
    const whole = readFileSync(join(fixtures, "rows.arrow"));
    expect(await fault("e.arrow", whole.subarray(0, Math.floor(whole.length / 2)))).not.toBe("");
  });

  it("ends in rows or in a message, whatever bytes of an Arrow file are damaged", () => {
    const originals = ["rows.arrow", "rows.feather", "messages.arrow"].map((name) => readFileSync(join(fixtures, name)));
    const damages = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...originals), damages, (bytes, changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [place, value] of changes) damaged[place % damaged.length] = value;
        writeFileSync(join(home, "a.arrow"), damaged);
        const faults = createFaults();
        const records = [...readArrow(join(home, "a.arrow"), faults)];
        expect(records.length).toBeLessThan(10_000);
        for (const fault of faults.shown) expect(fault).toContain("not an Arrow file that can be read");
      }),
      { numRuns: 1000 },
    );
  });

  it("ends in rows or in a message for Parquet files that made their decoder throw where nobody listens", { timeout: 60_000 }, async () => {
    for (const [name, changes] of [["zstd.parquet", [[2597, 7]]], ["snappy.parquet", [[2461, 7]]], ["zstd.parquet", [[300, 255], [1000, 1]]]] as const) {
      const bytes = Uint8Array.from(readFileSync(join(fixtures, name)));
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      writeFileSync(join(home, name), bytes);
      const faults = createFaults();
      let rows = 0;
      for await (const { place } of readParquetApart(join(home, name), faults, undefined, { heapMb: 300, patienceMs: 10_000 })) rows = place.row;
      expect(rows + faults.total).toBeGreaterThan(0);
      for (const fault of faults.shown) expect(fault).toContain("not a Parquet file that can be read");
    }
  });
});

describe("a directory of files", () => {
  it("is read as one source, with the split that each name speaks of", async () => {
    const source = openSource(join(fixtures, "parts"));
    const rows = [];
    for await (const { number, row, split } of source.rows()) rows.push([number, row.id, row.instruction, split]);
    expect(rows.slice(4)).toEqual([[5, "row-5", "Question 4?", "train"], [6, "row-6", "Question 5?", "test"], [7, "row-7", "Question 6?", "test"]]);
    expect(source.describe()).toMatchObject({ kind: "directory", rows: 7 });
    expect((await readRows(join(fixtures, "parts"), { split: "test" })).rows).toHaveLength(2);
  });

  it("is read through links to files, as a Hub snapshot is made, and without its descriptions", async () => {
    mkdirSync(join(home, "snapshot", "data"), { recursive: true });
    copyFileSync(join(fixtures, "snappy.parquet"), join(home, "blob"));
    symlinkSync(join(home, "blob"), join(home, "snapshot", "data", "train-00000-of-00001.parquet"));
    writeFileSync(join(home, "snapshot", "dataset_infos.json"), "{}");
    writeFileSync(join(home, "snapshot", "README.md"), "# Rows");
    expect((await readRows(join(home, "snapshot"))).rows).toHaveLength(7);
  });

  it("names the file of each fault", async () => {
    writeFileSync(join(home, "train.jsonl"), '{"prompt":"p","completion":"c"}\n');
    writeFileSync(join(home, "test.jsonl"), '{"prompt":"p"}\n{"prompt":\n');
    await expect(readRows(home)).rejects.toThrow("2 faults\n  test.jsonl, row 1, line 1: completion is missing, its columns are prompt\n  test.jsonl, row 2, line 2: not valid JSON");
  });

  it("is refused when a saved dataset names files that lie elsewhere", () => {
    writeFileSync(join(home, "state.json"), JSON.stringify({ _data_files: [{ filename: "../../secret.arrow" }] }));
    expect(() => openSource(home)).toThrow("which lies elsewhere");
    rmSync(join(home, "state.json"));
    writeFileSync(join(home, "dataset_dict.json"), JSON.stringify({ splits: ["../train"] }));
    expect(() => openSource(home)).toThrow("that is no folder name");
  });

  it("reads what Python's datasets saved", async () => {
    const saved = fileURLToPath(new URL("../../../test/fixtures/python-datasets/alpaca/", import.meta.url));
    expect((await readRows(saved)).rows.length).toBeGreaterThan(0);
  });
});
