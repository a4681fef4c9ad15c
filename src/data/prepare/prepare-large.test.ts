// What holds whatever the number of threads, the order of the file, the size of a shard, and the moment of a failure.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { digestRow } from "../digest-row.ts";
import { loadDataset } from "../load.ts";
import { prepareDataset } from "../prepare.ts";
import { SPLIT_NAMES } from "../row.ts";
import type { PrepareOptions, PrepareStage } from "./options.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-large-"));
afterAll(() => rmSync(home, { recursive: true }));

let count = 0;
const freshDirectory = (): string => join(home, String(++count));
const STAGES: readonly PrepareStage[] = ["read", "clean", "validate", "split", "check", "write"];

type Record = { readonly [column: string]: unknown };
const line = (number: number, parts: Record = {}): Record => ({ instruction: `Which of the many numbers is the number ${number}?`, input: "", output: `It is n${number}.`, ...parts });
const lines = (length: number, parts: (number: number) => Record = () => ({})): Record[] => Array.from({ length }, (_, number) => line(number, parts(number)));

function write(rows: readonly Record[]): string {
  const inputFile = `${freshDirectory()}.jsonl`;
  writeFileSync(inputFile, rows.map((row) => JSON.stringify(row)).join("\n"));
  return inputFile;
}

const prepare = (rows: readonly Record[], options: Partial<PrepareOptions> = {}) =>
  prepareDataset({ domain: "own", inputFile: write(rows), outputDir: freshDirectory(), now: new Date(0), threads: 0, ...options });

/** All files below a directory, as bytes. */
function readTree(path: string): Readonly<{ [name: string]: string }> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map((entry) => [join(entry.parentPath, entry.name).slice(path.length), readFileSync(join(entry.parentPath, entry.name)).toString("latin1")]));
}

describe("prepareDataset", () => {
  it("gives the same bytes whatever the number of threads", async () => {
    const inputFile = write(lines(11_000, (number) => (number % 50 === 0 ? { output: "It is &amp; remains the very first of them all." } : number % 7 === 0 ? { group: `g${number % 90}` } : {})));
    const trees = [];
    for (const threads of [0, 1, 3]) {
      const { path } = await prepareDataset({ domain: "own", inputFile, outputDir: freshDirectory(), now: new Date(0), threads });
      trees.push(readTree(path));
    }
    expect(Object.keys(trees[0]!)).toHaveLength(12);
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
  });

  it("assigns the same rows to the same splits when the file is shuffled", async () => {
    const row = fc.record({ output: fc.constantFrom("yes", "no", "It is taken every morning before breakfast.", "It is taken every morning, before breakfast!"), input: fc.constantFrom("", "A note.", "Another note."), group: fc.constantFrom(undefined, "a", "b") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 15 }).chain((parts) => {
          const all = [...lines(8), ...parts.map((part, index) => line(100 + (index % 9), part))];
          return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
        }),
        async ([rows, shuffled]) => {
          const contents = await Promise.all(
            [rows, shuffled].map(async (some) => {
              const { path, record } = await prepare(some);
              const { splits } = loadDataset(path);
              return { groups: record.split.groups, splits: SPLIT_NAMES.map((name) => splits[name].map(digestRow)) };
            }),
          );
          expect(contents[1]).toEqual(contents[0]);
        },
      ),
      { numRuns: 8 },
    );
  });

  it("writes shards of the size it is told, and reads them back", async () => {
    const { path, record } = await prepare(lines(120), { shardBytes: 2000 });
    const names = readdirSync(join(path, "train")).filter((name) => name.endsWith(".arrow"));
    expect(names.length).toBeGreaterThan(3);
    expect(names[1]).toBe(`data-00001-of-${String(names.length).padStart(5, "0")}.arrow`);
    expect(loadDataset(path)).toMatchObject({ record });
  });

  it("writes what UTF-8 cannot hold as a replacement character", async () => {
    const rows = [...lines(9), line(9, { output: "half of a pair: \ud83d", labels: ["\udc00"] })];
    await expect(prepare(rows)).rejects.toThrow("undecodable: 1 row with");
    const { path } = await prepare(rows, { skipValidation: true });
    const row = SPLIT_NAMES.flatMap((name) => loadDataset(path).splits[name]).find(({ id }) => id === "row-10");
    expect(row?.output).toBe("half of a pair: \ufffd");
  });

  it("carries conversations, labels and entities through", async () => {
    const messages = [{ role: "user", content: "Hi there?" }, { role: "assistant", content: "Ho." }, { role: "user", content: "And what is it now?" }, { role: "assistant", content: "So it is, still." }];
    const { path } = await prepare([...lines(9), { messages }]);
    const rows = SPLIT_NAMES.flatMap((name) => loadDataset(path).splits[name]);
    expect(rows.find((row) => row.messages !== undefined)).toMatchObject({ instruction: "And what is it now?", input: "User: Hi there?\nAssistant: Ho.", output: "So it is, still.", messages });
  });
});

describe("sampling", () => {
  const news = (count: number, labels: readonly string[], from: number, extra: Record = {}): Record[] => Array.from({ length: count }, (_, number) => ({ text: `Headline ${from + number} of the many that were read in the papers today.`, labels, ...extra }));
  const rows = [...news(20, ["a"], 0), ...news(8, ["b"], 100), ...news(30, [], 200), ...news(5, [], 300, { task: "hard_negative" })];

  it("leaves rows out, says why of each, and records the step", async () => {
    const { path, record } = await prepare(rows, { sampling: { method: "balance_negatives" } });
    expect(record.sampling).toEqual([{ method: "balance_negatives", seed: 42, rows_before: 63, rows_after: 56, settings: { hard_task: "hard_negative", labels: { a: 20, b: 8, "(none)": 28 } } }]);
    expect(record.dropped).toEqual({ not_sampled: 7 });
    const all = SPLIT_NAMES.flatMap((name) => loadDataset(path).splits[name]);
    expect(all.filter(({ task }) => task === "hard_negative")).toHaveLength(5);
    const dropped = readFileSync(join(path, "dropped.jsonl"), "utf8").trim().split("\n").map((text) => (JSON.parse(text) as { row: number }).row);
    expect([...all.map(({ id }) => Number(id.slice(4))), ...dropped].sort((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
  });

  it("draws the same rows when the file is turned round", async () => {
    const draw = async (some: readonly Record[]) => (await prepare(some, { sampling: { method: "undersample" } })).record;
    const [first, second] = [await draw(rows), await draw(rows.toReversed())];
    expect(first.digest).toBe(second.digest);
    expect(first.statistics).toMatchObject({ rows: 24, distinct_answer_share: 3 / 24 });
    expect(first.statistics.labels).toMatchObject({ a: {}, b: {} });
  });
});

describe("rows that all hang together", () => {
  const stock = "I am sorry, but I cannot help you with that.";

  it("are reported with what joins them, and the splits are made of the others", async () => {
    const { record } = await prepare(lines(100, (number) => (number < 85 ? { output: stock } : {})));
    expect(record.split.largest_group).toEqual({ rows: 85, kind: "answer", key_rows: 85, key: stock });
    expect(record.findings.find(({ code }) => code === "large_group")).toMatchObject({ severity: "warning", count: 85 });
    expect(record.splits).toMatchObject({ train: { rows: 85 } });
  });

  it("stop the split with an explanation when nothing is left to deal", async () => {
    await expect(prepare(lines(50, () => ({ output: stock })))).rejects.toThrow(
      `Cannot split 50 rows into train, validation, test: those that belong together make 1 independent group (the largest has 50 rows: 50 have the answer of "${stock}"), at least 3 groups are needed`,
    );
    await expect(prepare(lines(50, () => ({ input: "The one document of all." })))).rejects.toThrow('50 have the input of "The one document of all."');
  });

  it("are dealt when links of that kind are allowed, and the record says what crosses", async () => {
    const { record, summary } = await prepare(lines(50, () => ({ output: stock })), { allowLeakage: ["answer"] });
    expect(record.splits).toMatchObject({ train: { rows: 40 }, validation: { rows: 5 }, test: { rows: 5 } });
    expect(record.leakage).toMatchObject({ allowed: ["answer"], found: [{ kind: "answer", count: 1 }] });
    expect(summary).toContain("leak        1 set of rows linked by answer in two splits, as allowed");
  });
});

describe("the gate", () => {
  const twins = lines(40, (number) => ({ instruction: `Name number ${Math.floor(number / 2)} of all of them.`, output: number % 2 === 0 ? "One of them." : "One of them!" }));

  it("refuses a split that is blind to groups, and leaves nothing", async () => {
    const outputDir = freshDirectory();
    await expect(prepare(twins, { splitMethod: "hf", outputDir, skipValidation: true })).rejects.toThrow(/sets of rows stand in more than one\n {2}exact: |sets of rows stand in more than one\n {2}near_duplicate: /);
    expect(existsSync(outputDir)).toBe(false);
  });

  it("lets it pass when all kinds that it finds are allowed", async () => {
    const { record } = await prepare(twins, { splitMethod: "hf", skipValidation: true, allowLeakage: ["exact", "group", "input", "answer", "near_duplicate"] });
    expect(record.split.method).toBe("hf");
    expect(record.leakage!.found.length).toBeGreaterThan(0);
  });
});

describe("a preparation that ends early", () => {
  it.each(STAGES.slice(0, -1))("leaves nothing when it fails after %s", async (stage) => {
    const outputDir = freshDirectory();
    const onProgress = (progress: { readonly stage: PrepareStage }) => {
      if (progress.stage === stage) throw new Error("no space left");
    };
    await expect(prepare(lines(20), { outputDir, onProgress })).rejects.toThrow("no space left");
    expect(existsSync(outputDir)).toBe(false);
  });

  it("leaves the dataset that stands, and what was there before", async () => {
    const outputDir = freshDirectory();
    const { path } = await prepare(lines(20), { outputDir });
    const before = readTree(path);
    const onProgress = ({ stage }: { readonly stage: PrepareStage }) => {
      if (stage === "check") throw new Error("no space left");
    };
    await expect(prepare(lines(21), { outputDir, onProgress })).rejects.toThrow("no space left");
    expect(readdirSync(outputDir)).toEqual(["own_dataset"]);
    expect(readTree(path)).toEqual(before);
  });

  it("is cleared away by the next one when it was killed", async () => {
    const outputDir = freshDirectory();
    const inputFile = write(lines(20));
    const script = `import { prepareDataset } from ${JSON.stringify(new URL("../prepare.ts", import.meta.url).href)};
      await prepareDataset({ domain: "own", inputFile: ${JSON.stringify(inputFile)}, outputDir: ${JSON.stringify(outputDir)}, now: new Date(0), onProgress: ({ stage }) => stage === "check" && process.kill(process.pid, "SIGKILL") });`;
    const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const { signal } = spawnSync(process.execPath, ["--import", loader, "--input-type=module", "--eval", script]);
    expect(signal).toBe("SIGKILL");
    expect(readdirSync(outputDir).every((name) => name.startsWith("."))).toBe(true);
    expect(readdirSync(outputDir)).toHaveLength(1);
    const { path } = await prepareDataset({ domain: "own", inputFile, outputDir, now: new Date(0) });
    expect(readdirSync(outputDir)).toEqual(["own_dataset"]);
    expect(loadDataset(path).record.statistics.rows).toBe(20);
  });
});
